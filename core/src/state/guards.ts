import type { FileId } from '../spi/index.ts';
import type { Caller, Guard, GuardAccess, GuardConflict, Opener } from '../service/index.ts';

/** One file (or one stream of it) on one volume: what guards, opens, locks and leases are about. */
export interface GuardTarget {
  readonly volume: string;
  readonly file: FileId;
  /** Name of an alternate data stream; absent is the file's main content. */
  readonly stream?: string;
}

/** `[start, end]`, inclusive. Numbers and bigints compare exactly with one another; an `end` of Infinity is the end of every file. */
export interface ByteSpan {
  readonly start: number | bigint;
  readonly end: number | bigint;
}

export interface GuardRequest extends GuardTarget {
  readonly access: GuardAccess;
  /** Who asks: POSIX locks bind the I/O of `smb` only. `enterFor` takes the caller's when it is absent. */
  readonly door?: Caller['door'];
  /** Bytes touched by `read`, `write`, `truncate`; the whole file when absent. */
  readonly range?: ByteSpan;
  /** Absent: a transient operation, which shares nothing with any holder. */
  readonly opener?: Opener;
  /** Id of the open that the I/O goes through: its own SMB locks do not bind it, and share modes were checked when it was opened. */
  readonly open?: bigint;
}

/**
 * The brackets that every operation stands in (ARCHITECTURE.md, North).
 * An operation never waits while it holds a guard: what needs several takes them with `enterAllFor`.
 */
export interface GuardTable {
  /** At once: a guard, or who is in the way. On a file without any state this is a map look-up. */
  enter(request: GuardRequest): Guard | GuardConflict;
  /**
   * By the caller's patience: waits for what settles, else rejects with the `StorageError` of the reason
   * (`locked`, `sharingViolation`, `deletePending`, `tryLater` for what settles but the caller does not wait).
   */
  enterFor(caller: Caller, request: GuardRequest): Promise<Guard>;
  /** One guard for all of the requests, or none of them: nothing is held while it waits. */
  enterAllFor(caller: Caller, requests: readonly GuardRequest[]): Promise<Guard>;
}

export function isConflict(result: Guard | GuardConflict): result is GuardConflict {
  return 'reason' in result;
}
