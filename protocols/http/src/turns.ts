/**
 * Shares the event loop among answers. A thousand sockets may become writable at once, and each write is a copy into the
 * kernel; done in one go they would keep every other request waiting for seconds. So only so many bytes are written in
 * one turn of the loop, and who comes late waits in line. Of each turn, half is for answers that have just begun.
 */
export class Turns {
  readonly #bytesPerTurn: number;
  readonly #newcomers = new Line();
  readonly #others = new Line();
  #left: number;
  #scheduled = false;
  #accepting = false;

  constructor(bytesPerTurn: number) {
    this.#bytesPerTurn = bytesPerTurn;
    this.#left = bytesPerTurn;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#newcomers.length + this.#others.length;
  }

  /**
   * Told of each new connection. libuv accepts one in a turn of the loop, so where one came, more may wait to be let in,
   * each for a turn of its own: turns are made short until none comes.
   */
  accepted(): void {
    this.#accepting = true;
    this.#left = Math.min(this.#left, this.#bytesPerTurn / shortTurn);
  }

  /** Asks to write `bytes`, the `first` ones of an answer or later ones; `undefined`: at once. */
  next(bytes: number, first: boolean): Promise<void> | undefined {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#turn());
    }
    if (this.waiting === 0 && this.#left > 0) {
      this.#left -= bytes;
      return undefined;
    }
    return new Promise((proceed) => (first ? this.#newcomers : this.#others).push({ bytes, proceed }));
  }

  #turn(): void {
    const bytes = this.#accepting ? this.#bytesPerTurn / shortTurn : this.#bytesPerTurn;
    this.#accepting = false;
    const half = bytes / 2;
    const saved = this.#others.serve(half) + this.#newcomers.serve(half);
    this.#left = this.#newcomers.serve(this.#others.serve(saved));
    // One more turn at least, so that what was used up now is there again.
    this.#scheduled = this.waiting > 0 || this.#left < bytes || bytes < this.#bytesPerTurn;
    if (this.#scheduled) setImmediate(() => this.#turn());
  }
}

/** The part of a turn's bytes that is written beside accepting. */
const shortTurn = 16;

interface Waiter {
  readonly bytes: number;
  readonly proceed: () => void;
}

/** First in, first out. */
class Line {
  readonly #waiters: Waiter[] = [];
  #head = 0;

  get length(): number {
    return this.#waiters.length - this.#head;
  }

  push(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  /** Lets waiters go while there are bytes left; the rest, which may be negative, is returned. */
  serve(bytes: number): number {
    let left = bytes;
    while (left > 0 && this.length > 0) {
      const waiter = this.#waiters[this.#head++]!;
      left -= waiter.bytes;
      waiter.proceed();
    }
    if (this.#head > 1024 || this.length === 0) {
      this.#waiters.splice(0, this.#head);
      this.#head = 0;
    }
    return left;
  }
}
