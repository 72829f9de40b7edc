import type { Principal } from '@polynas/core/service';
import type { SmbOpen } from './open.ts';
import type { Tree } from './tree.ts';

/** A session in its valid state (MS-SMB2 3.3.1.8), as handlers see it. */
export interface Session {
  readonly id: bigint;
  /** The user that logged on. */
  readonly principal: Principal;
  readonly tenant: string;
  /** What `Opener.client` of its opens and locks is: ends with the session. */
  readonly openerClient: string;
  readonly trees: Map<number, Tree>;
  /** By the volatile half of the FileId. */
  readonly opens: Map<bigint, SmbOpen>;
  /** Every request must come encrypted. */
  readonly encryptData: boolean;
  /** It has as many opens as it may. */
  readonly full: boolean;
  /** A TreeId that no tree of the session has had; `undefined` when it has as many trees as it may. */
  newTreeId(): number | undefined;
  /** Ends a tree connect: its requests but `by` are aborted, its opens closed. */
  disconnect(tree: Tree, by?: object): Promise<void>;
  /** Ends the session: its requests but `by` are aborted, its opens closed, what it holds released. Idempotent. */
  end(by?: object): Promise<void>;
}
