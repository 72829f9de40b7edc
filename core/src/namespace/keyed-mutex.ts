import type { Clock } from '../clock.ts';
import { waitFor } from '../access/patience.ts';
import type { Call } from '../spi/index.ts';

/** One holder at a time per key, in the order of asking. Keys cost nothing while nobody holds them. */
export class KeyedMutex {
  readonly #clock: Clock;
  readonly #tails = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with `aborted` or `timedOut` when the caller gives up while it waits; `work` has not begun then. */
  async run<T>(call: Call, key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    let leave: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => (leave = resolve));
    // Who comes next waits for all before him, also when we give up.
    const tail = before === undefined ? mine : before.then(() => mine);
    this.#tails.set(key, tail);
    try {
      if (before !== undefined) await waitFor(this.#clock, call, before);
      return await work();
    } finally {
      leave();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
