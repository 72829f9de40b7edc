import type { Guard } from '../service/index.ts';
import type { GuardRequest } from './guards.ts';

/**
 * One standing operation. Never reused: `exit` may be called twice, and a pooled guard would then end somebody else's.
 */
export class StandingGuard implements Guard {
  readonly request: GuardRequest;
  #list: GuardList | undefined;
  previous: StandingGuard | undefined = undefined;
  next: StandingGuard | undefined = undefined;
  /** Grants that wait for the end of this operation. */
  waiting: (() => void)[] | undefined = undefined;

  constructor(list: GuardList, request: GuardRequest) {
    this.#list = list;
    this.request = request;
  }

  exit(): void {
    const list = this.#list;
    if (list === undefined) return;
    this.#list = undefined;
    list.unlink(this);
    if (this.waiting !== undefined) for (const wake of this.waiting) wake();
  }
}

/**
 * The operations that stand on one volume now: as many as there are requests in flight. A list and no map by file, since each I/O enters and
 * leaves it while only the rare grant of a lock, open or delete-pending looks through it.
 */
export class GuardList {
  #first: StandingGuard | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(request: GuardRequest): StandingGuard {
    const guard = new StandingGuard(this, request);
    guard.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = guard;
    this.#first = guard;
    this.#size += 1;
    return guard;
  }

  unlink(guard: StandingGuard): void {
    if (guard.previous === undefined) this.#first = guard.next;
    else guard.previous.next = guard.next;
    if (guard.next !== undefined) guard.next.previous = guard.previous;
    guard.previous = undefined;
    guard.next = undefined;
    this.#size -= 1;
  }

  /** Resolves when the operations that stand now and match have ended; `undefined` when there are none. */
  drained(matches: (request: GuardRequest) => boolean): Promise<void> | undefined {
    let left = 0;
    let done: () => void = () => undefined;
    const wake = (): void => {
      left -= 1;
      if (left === 0) done();
    };
    for (let guard = this.#first; guard !== undefined; guard = guard.next) {
      if (!matches(guard.request)) continue;
      left += 1;
      guard.waiting ??= [];
      guard.waiting.push(wake);
    }
    if (left === 0) return undefined;
    return new Promise((resolve) => {
      done = resolve;
    });
  }
}
