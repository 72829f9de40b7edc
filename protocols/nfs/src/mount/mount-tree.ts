import type { CallContext } from '../rpc/program.ts';
import type { Mountstat3 } from '../xdr/mount.ts';

/** One line of `showmount -e`. */
export interface ExportedPath {
  /** Absolute, as clients give it to MNT; at most 1024 bytes. */
  readonly path: Uint8Array;
  /** Who may mount it, as text for people (`10.0.0.0/8`); empty: everyone. */
  readonly groups: readonly Uint8Array[];
}

export type Resolved =
  /** `handle`: at most 64 bytes. */
  { readonly handle: Uint8Array } | { readonly refused: Exclude<Mountstat3, typeof Mountstat3.MNT3_OK> };

/** What MOUNT needs of the tree: which paths there are for a client, and what a path is. */
export interface MountTree {
  /** The exports that this client may see. */
  exports(call: CallContext): readonly ExportedPath[] | Promise<readonly ExportedPath[]>;
  /**
   * The directory that `segments` lead to: the export's path, and what comes below it. Never `.` or `..` or empty.
   * Refusals: NOENT, ACCES (also for exports whose rules do not let this client in), NOTDIR, NAMETOOLONG, IO.
   */
  resolve(segments: readonly Uint8Array[], call: CallContext): Resolved | Promise<Resolved>;
}
