import { HttpFault } from './fault.ts';

/**
 * Bounds how many requests are worked on at once and how many may wait for their turn, first come first served. Beyond
 * both, `overloaded`.
 */
export class Admission {
  readonly #limit: number;
  readonly #waitingLimit: number;
  /** Those that have begun and hold resources go before those that have not. */
  readonly #resuming = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #active = 0;

  constructor(limit: number, waitingLimit: number) {
    this.#limit = limit;
    this.#waitingLimit = waitingLimit;
  }

  /** Places that are taken. */
  get active(): number {
    return this.#active;
  }

  /** Takes a place for a new request. `signal` gives up waiting. */
  async enter(signal: AbortSignal): Promise<Place> {
    if (this.#active >= this.#limit && this.#waiting.size >= this.#waitingLimit) throw new HttpFault('overloaded');
    const place = new Place(
      () => this.#take(this.#resuming, signal),
      () => this.#leave(),
    );
    await this.#take(this.#waiting, signal);
    return place;
  }

  #take(queue: Set<() => void>, signal: AbortSignal): Promise<void> | undefined {
    if (this.#active < this.#limit) {
      this.#active++;
      return undefined;
    }
    return new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.delete(proceed);
        reject(new HttpFault('timedOut'));
      };
      if (signal.aborted) return giveUp();
      queue.add(proceed);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(): void {
    // The place passes on directly, so `active` stays as it is.
    for (const queue of [this.#resuming, this.#waiting]) {
      for (const next of queue) {
        queue.delete(next);
        next();
        return;
      }
    }
    this.#active--;
  }
}

/**
 * The right of one request to be worked on. It is given back while the request waits for its client, so that slow
 * uploads, however many, hold up nobody.
 */
export class Place {
  readonly #take: () => Promise<void> | undefined;
  readonly #leave: () => void;
  #held = true;
  #ended = false;

  constructor(take: () => Promise<void> | undefined, leave: () => void) {
    this.#take = take;
    this.#leave = leave;
  }

  /** Gives the place back. Idempotent. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#leave();
  }

  /** Gives the place back for good: one that a forgotten {@link resume} still gets goes on to the next at once. */
  end(): void {
    this.release();
    this.#ended = true;
  }

  /** Takes it again, before any request that has not begun. `undefined`: at once. */
  resume(): Promise<void> | undefined {
    if (this.#held) return undefined;
    const waiting = this.#take();
    if (waiting === undefined) {
      this.#held = true;
      return undefined;
    }
    return waiting.then(() => {
      this.#held = true;
      if (this.#ended) this.release();
    });
  }
}
