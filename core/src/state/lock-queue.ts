import type { Opener } from '../service/index.ts';
import { StorageError } from '../spi/index.ts';
import type { FileState, LockWaiter } from './file-state.ts';
import type { HeldLock, LockAsk } from './lock-list.ts';
import { ownerKey } from './openers.ts';

export function lockOf(ask: LockAsk, door: string): HeldLock {
  return { ...ask, door };
}

/**
 * Who waits for whom, over all volumes: an owner may hold locks anywhere. Blockers are looked up when asked, never stored,
 * so that they are those of the moment.
 */
export class LockQueues {
  readonly #byOwner = new Map<string, Set<LockWaiter>>();

  get size(): number {
    let size = 0;
    for (const waiters of this.#byOwner.values()) size += waiters.size;
    return size;
  }

  add(waiter: LockWaiter): void {
    waiter.state.waiters.push(waiter);
    const key = ownerKey(waiter.ask.opener);
    const mine = this.#byOwner.get(key);
    if (mine === undefined) this.#byOwner.set(key, new Set([waiter]));
    else mine.add(waiter);
  }

  /** False when it had left already. */
  remove(waiter: LockWaiter): boolean {
    const index = waiter.state.waiters.indexOf(waiter);
    if (index < 0) return false;
    waiter.state.waiters.splice(index, 1);
    const key = ownerKey(waiter.ask.opener);
    const mine = this.#byOwner.get(key);
    mine?.delete(waiter);
    if (mine?.size === 0) this.#byOwner.delete(key);
    return true;
  }

  /** Grants what has become free, first come first; whoever would now wait in a circle is told so. */
  pump(state: FileState): void {
    // A grant may free others in turn, where it makes an exclusive lock of its owner a shared one.
    let granted = true;
    while (granted) {
      granted = false;
      for (const waiter of [...state.waiters]) {
        if (state.locks.firstConflict(waiter.ask) !== undefined) continue;
        this.remove(waiter);
        const lock = lockOf(waiter.ask, waiter.door);
        state.locks.add(lock);
        waiter.grant(lock);
        granted = true;
      }
    }
    // Every circle that a grant closes goes through somebody who waits for this file.
    for (const waiter of [...state.waiters]) {
      if (!this.wouldDeadlock(state, waiter.ask)) continue;
      this.remove(waiter);
      waiter.refuse(new StorageError('deadlock'));
    }
  }

  /**
   * Whether those who refuse the request wait, one through another, for its owner. POSIX owners only (fcntl EDEADLK): an SMB client may
   * have another thread that unlocks, so for it waiting is never hopeless.
   */
  wouldDeadlock(state: FileState, ask: LockAsk): boolean {
    if (ask.kind !== 'posix') return false;
    const self = ownerKey(ask.opener);
    const seen = new Set<string>();
    const open: Opener[] = [...blockers(state, ask)];
    for (let owner = open.pop(); owner !== undefined; owner = open.pop()) {
      const key = ownerKey(owner);
      if (key === self) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const waiter of this.#byOwner.get(key) ?? []) {
        if (waiter.ask.kind === 'posix') open.push(...blockers(waiter.state, waiter.ask));
      }
    }
    return false;
  }
}

function* blockers(state: FileState, ask: LockAsk): Generator<Opener> {
  for (const lock of state.locks.conflicts(ask)) if (lock.kind === 'posix') yield lock.opener;
}
