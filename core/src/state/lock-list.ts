import type { LockKind, LockMode, LockRange, Opener } from '../service/index.ts';
import { overlaps, sameRange } from './ranges.ts';
import { sameOpener } from './openers.ts';

/** A byte-range lock that is held. SMB locks belong to an open; POSIX locks to an owner. */
export interface HeldLock {
  readonly kind: LockKind;
  readonly mode: LockMode;
  readonly range: LockRange;
  readonly opener: Opener;
  readonly door: string;
  /** Id of the open that an SMB lock belongs to. */
  readonly open?: bigint;
}

/** What a new lock has to get past, and I/O of SMB as well. */
export interface LockAsk {
  readonly kind: LockKind;
  readonly mode: LockMode;
  readonly range: LockRange;
  readonly opener: Opener;
  readonly open?: bigint;
}

/**
 * The byte-range locks of one file, both kinds in one list.
 * POSIX locks of one owner never overlap one another (they merge, split and replace); SMB locks stack.
 */
export class LockList {
  #held: HeldLock[] = [];

  get size(): number {
    return this.#held.length;
  }

  all(): readonly HeldLock[] {
    return this.#held;
  }

  /** Every lock that refuses the request, in the order in which they were granted. */
  *conflicts(ask: LockAsk): Generator<HeldLock> {
    for (const held of this.#held) {
      if (overlaps(held.range, ask.range) && refuses(held, ask)) yield held;
    }
  }

  firstConflict(ask: LockAsk): HeldLock | undefined {
    for (const held of this.conflicts(ask)) return held;
    return undefined;
  }

  /** Adds a lock that `conflicts` had nothing against. A POSIX lock takes over what its owner held of the range. */
  add(lock: HeldLock): void {
    if (lock.kind === 'smb') {
      this.#held.push(lock);
      return;
    }
    this.#cut(lock.opener, lock.range);
    const merged = this.#absorb(lock);
    this.#held.push(merged);
  }

  /** Frees what the owner holds of the range by POSIX locks; holding nothing there is no error. True when something went. */
  unlockPosix(opener: Opener, range: LockRange): boolean {
    return this.#cut(opener, range);
  }

  /** Frees one lock of exactly this range; of a stack the exclusive one goes first (LockFileEx). False when there is none. */
  unlockSmb(open: bigint, range: LockRange): boolean {
    const mine = (lock: HeldLock): boolean => lock.kind === 'smb' && lock.open === open && sameRange(lock.range, range);
    let index = this.#held.findIndex((lock) => mine(lock) && lock.mode === 'exclusive');
    if (index < 0) index = this.#held.findIndex(mine);
    if (index < 0) return false;
    this.#held.splice(index, 1);
    return true;
  }

  /** Takes back one lock object, as long as it still stands as it was added. */
  remove(lock: HeldLock): void {
    const index = this.#held.indexOf(lock);
    if (index >= 0) this.#held.splice(index, 1);
  }

  dropOpen(open: bigint): boolean {
    return this.#keep((lock) => lock.open !== open);
  }

  dropClient(client: string): boolean {
    return this.#keep((lock) => lock.opener.client !== client);
  }

  #keep(stays: (lock: HeldLock) => boolean): boolean {
    const before = this.#held.length;
    this.#held = this.#held.filter(stays);
    return this.#held.length !== before;
  }

  #cut(opener: Opener, range: LockRange): boolean {
    let cut = false;
    const left: HeldLock[] = [];
    for (const lock of this.#held) {
      if (lock.kind !== 'posix' || !sameOpener(lock.opener, opener) || !overlaps(lock.range, range)) {
        left.push(lock);
        continue;
      }
      cut = true;
      const { start, end } = lock.range;
      if (start < range.start) left.push({ ...lock, range: { start, end: range.start - 1n } });
      if (end > range.end) left.push({ ...lock, range: { start: range.end + 1n, end } });
    }
    this.#held = left;
    return cut;
  }

  /** The lock together with its owner's neighbours of the same mode, which go from the list. */
  #absorb(lock: HeldLock): HeldLock {
    let { start, end } = lock.range;
    this.#held = this.#held.filter((other) => {
      if (other.kind !== 'posix' || other.mode !== lock.mode || !sameOpener(other.opener, lock.opener)) return true;
      if (other.range.end + 1n === start) start = other.range.start;
      else if (other.range.start === end + 1n) end = other.range.end;
      else return true;
      return false;
    });
    return { ...lock, range: { start, end } };
  }
}

function refuses(held: HeldLock, ask: LockAsk): boolean {
  if (held.kind === 'posix' && ask.kind === 'posix' && sameOpener(held.opener, ask.opener)) return false;
  if (held.mode === 'shared' && ask.mode === 'shared') return false;
  // On one open a shared lock may be stacked upon an exclusive one, and nothing else (LockFileEx; MS-FSA 2.1.4.10).
  const stacked = held.kind === 'smb' && ask.kind === 'smb' && held.open === ask.open && ask.open !== undefined;
  return !(stacked && ask.mode === 'shared');
}
