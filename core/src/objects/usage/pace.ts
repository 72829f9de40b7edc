import type { Clock } from '../../clock.ts';

/** A pause is so many times as long as the work before it. */
const pausePerWork = 4;

/** Work in little pieces beside that of others. The first milliseconds it gives way to whoever is there already; what takes longer pauses, and has a fifth of the time at most. */
export class Pace {
  readonly #clock: Clock;
  readonly #unhurt: number;
  #since: number;
  #worked = 0;

  /** @param unhurt milliseconds of work without pauses */
  constructor(clock: Clock, unhurt: number) {
    this.#clock = clock;
    this.#unhurt = unhurt;
    this.#since = clock.monotonic();
  }

  /** Milliseconds of work so far. */
  get worked(): number {
    return this.#worked;
  }

  /** After each piece. */
  async rest(): Promise<void> {
    const piece = this.#clock.monotonic() - this.#since;
    this.#worked += piece;
    if (this.#worked <= this.#unhurt || piece === 0) await new Promise(setImmediate);
    else await new Promise<void>((goOn) => void this.#clock.after(piece * pausePerWork, goOn));
    this.#since = this.#clock.monotonic();
  }
}
