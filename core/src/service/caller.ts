import type { Call } from '../spi/index.ts';

/** One protocol's view of a share. */
export type DoorName = 'nfs' | 'smb' | 's3' | 'swift';

/** Who acts. Numeric ids are those of the files; names are for people. */
export interface Principal {
  /** Stable id of the user; absent for one known by numbers only (AUTH_SYS uid without a user) and for anonymous. */
  readonly userId?: string;
  readonly name: string;
  readonly tenant: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /** Passes every permission check (root of an unsquashed client, the head itself). */
  readonly superuser: boolean;
}

/**
 * Explicit in every call: principal + door + client address + deadline + abort signal. It is what audit and events name.
 */
export interface Caller extends Call {
  readonly principal: Principal;
  readonly door: DoorName | 'internal';
  /** The client's address as text, for audit and for state that belongs to a host. */
  readonly client: string;
  /**
   * What to do when somebody else's guard or lease stands in the way: wait until it settles or the deadline passes, or
   * be told `tryLater` at once, before anything was done.
   */
  readonly patience: 'wait' | 'tryLater';
  /**
   * The protocol has no open: each read and write is checked by itself. Then the owner may always read and write data,
   * and whoever may execute may read (what an open before a chmod would have allowed; RFC 1813 §4.4).
   */
  readonly stateless: boolean;
  /** The door's rule for this client is read-only: every mutation is refused with `readOnly`. */
  readonly readOnly: boolean;
  /**
   * Names mean what they mean without regard to case (SMB): an exact match first, else the one that folds alike (`foldName`). What is made keeps
   * its case; two names that fold alike are never made beside each other by such callers. Absent: names are bytes.
   */
  readonly foldNames?: boolean;
}
