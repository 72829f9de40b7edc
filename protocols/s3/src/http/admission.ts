import { S3Error } from '../errors.ts';

/**
 * Bounds how many requests are worked on at once and how many may wait for their turn, first come first served. Beyond
 * both, `SlowDown`, which every SDK retries.
 */
export class Admission {
  readonly #limit: number;
  readonly #waitingLimit: number;
  readonly #waiting = new Set<() => void>();
  #active = 0;

  constructor(limit: number, waitingLimit: number) {
    this.#limit = limit;
    this.#waitingLimit = waitingLimit;
  }

  get active(): number {
    return this.#active;
  }

  /** Takes a place, to be given back with {@link leave}. `signal` gives up waiting. */
  async enter(signal: AbortSignal): Promise<void> {
    if (this.#active < this.#limit) {
      this.#active++;
      return;
    }
    if (this.#waiting.size >= this.#waitingLimit) throw new S3Error('SlowDown');
    await new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(proceed);
        reject(new S3Error('RequestTimeout'));
      };
      if (signal.aborted) return giveUp();
      this.#waiting.add(proceed);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  leave(): void {
    // The place passes on directly, so `active` stays as it is.
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#active--;
  }
}
