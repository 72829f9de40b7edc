import type { Share } from '@polynas/core/service';

interface TreeFields {
  readonly id: number;
  /** The maximal access that TREE_CONNECT answered. */
  readonly maximalAccess: number;
}

/** A share that a client has connected to, as it is at the time of the request. */
export interface DiskTree extends TreeFields {
  readonly kind: 'disk';
  share: Share;
}

/** IPC$ with its named pipes. */
export interface PipeTree extends TreeFields {
  readonly kind: 'pipe';
}

/** A tree connect (MS-SMB2 3.3.1.9). */
export type Tree = DiskTree | PipeTree;
