import type { FileId } from '../spi/index.ts';
import type { Caller, Guard, GuardAccess, GuardConflict, LockRange, Opener } from '../service/index.ts';

/** One file (or one stream of it) on one volume: what guards, opens, locks and leases are about. */
export interface GuardTarget {
  readonly volume: string;
  readonly file: FileId;
  /** Name of an alternate data stream; absent is the file's main content. */
  readonly stream?: string;
}

export interface GuardRequest extends GuardTarget {
  readonly access: GuardAccess;
  /** Bytes touched by `read`, `write`, `truncate`; the whole file when absent. */
  readonly range?: LockRange;
  /** Absent: a transient operation, which shares nothing with any holder. */
  readonly opener?: Opener;
}

/** The brackets that every operation stands in (ARCHITECTURE.md, North). */
export interface GuardTable {
  /** At once: a guard, or who is in the way. On a file without any state this is a map look-up. */
  enter(request: GuardRequest): Guard | GuardConflict;
  /**
   * By the caller's patience: waits for what settles, else rejects with the `StorageError` of the reason
   * (`locked`, `sharingViolation`, `deletePending`, `tryLater` for what settles but the caller does not wait).
   */
  enterFor(caller: Caller, request: GuardRequest): Promise<Guard>;
}

export function isConflict(result: Guard | GuardConflict): result is GuardConflict {
  return 'reason' in result;
}
