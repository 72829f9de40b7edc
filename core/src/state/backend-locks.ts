import { KeyedMutex } from '../namespace/keyed-mutex.ts';
import type { Clock } from '../clock.ts';
import type { LockMode, LockRange } from '../service/index.ts';
import type { Call, FileId, HeldLock, LocksGroup } from '../spi/index.ts';
import type { FileState } from './file-state.ts';
import type { CoverageStep, LockedSpan } from './lock-coverage.ts';
import { afterStep, coverageOf, stepsBetween } from './lock-coverage.ts';
import type { LockAsk } from './lock-list.ts';
import { overlaps } from './ranges.ts';

/** Which of the head's clients holds a lock is the table's to know: to the others of a volume all of them are the head. */
const owner = 1n;

/**
 * Byte-range locks on a volume that others write, too: what the table holds, the backend holds for us. A lock is taken there before it is the
 * table's, and given back there after.
 */
export class BackendLocks {
  readonly #locks: LocksGroup;
  readonly #mutex: KeyedMutex;
  readonly #report: (error: unknown) => void;
  /** What the backend holds for us; no more files than are locked. */
  readonly #held = new Map<FileId, readonly LockedSpan[]>();
  /** What is being taken, and is not the table's yet. */
  readonly #asked = new Map<FileId, Set<LockAsk>>();

  constructor(locks: LocksGroup, clock: Clock, report: (error: unknown) => void) {
    this.#locks = locks;
    this.#mutex = new KeyedMutex(clock);
    this.#report = report;
  }

  /** Takes a lock in the backend; `false` when another client of the volume has one in its way. To be `dropped` once it is the table's, or nobody's. */
  async take(call: Call, state: FileState, ask: LockAsk): Promise<boolean> {
    const { id } = state.file;
    const asked = this.#asked.get(id) ?? new Set();
    this.#asked.set(id, asked.add(ask));
    try {
      if (await this.#mutex.run(call, String(id), () => this.#settle(call, state, ask))) return true;
    } catch (error) {
      this.dropped(state, ask);
      throw error;
    }
    this.dropped(state, ask);
    return false;
  }

  /** What another client of the volume has in the way of such a lock. */
  test(call: Call, file: FileId, range: LockRange, mode: LockMode): Promise<HeldLock | undefined> {
    return this.#locks.test(call, file, owner, range, mode);
  }

  /** What was `take`n is the table's from now on, or is no longer wanted. */
  dropped(state: FileState, ask: LockAsk): void {
    const asked = this.#asked.get(state.file.id);
    asked?.delete(ask);
    if (asked?.size === 0) this.#asked.delete(state.file.id);
    this.changed(state);
  }

  /** The table holds something else by now. */
  changed(state: FileState): void {
    const { id } = state.file;
    if (this.#asked.has(id) || stepsBetween(this.#held.get(id) ?? [], this.#wanted(state)).length === 0) return;
    this.#mutex.run({}, String(id), () => this.#settle({}, state)).catch(this.#report);
  }

  #wanted(state: FileState): LockedSpan[] {
    return coverageOf([...state.locks.all(), ...(this.#asked.get(state.file.id) ?? [])]);
  }

  /** @param ask that it is for: what others ask for is theirs to wait for */
  async #settle(call: Call, state: FileState, ask?: LockAsk): Promise<boolean> {
    for (const step of stepsBetween(this.#held.get(state.file.id) ?? [], this.#wanted(state))) {
      if (ask !== undefined && !overlaps(step, ask.range)) continue;
      if (!(await this.#do(call, state.file.id, step))) return false;
    }
    return true;
  }

  async #do(call: Call, id: FileId, step: CoverageStep): Promise<boolean> {
    const { start, end, kind } = step;
    let granted: boolean;
    try {
      granted = await this.#locks.lock(call, id, owner, { start, end }, kind);
    } catch (error) {
      // It may have been taken all the same, and is given back with the next step then. What may not have been given back is held.
      if (kind !== 'unlock') this.#keep(id, step);
      throw error;
    }
    if (granted) this.#keep(id, step);
    return granted;
  }

  #keep(id: FileId, step: CoverageStep): void {
    const held = afterStep(this.#held.get(id) ?? [], step);
    if (held.length === 0) this.#held.delete(id);
    else this.#held.set(id, held);
  }
}
