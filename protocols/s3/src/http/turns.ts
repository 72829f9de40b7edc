/**
 * Shares the event loop among answers. A thousand sockets may become writable at once, and each write is a copy into the
 * kernel; done in one go they would keep every other request waiting for seconds. So only so many bytes are written in
 * one turn of the loop, and who comes late waits in line, behind no one more than once a round.
 */
export class Turns {
  readonly #bytesPerTurn: number;
  readonly #queue: { readonly bytes: number; readonly proceed: () => void }[] = [];
  #head = 0;
  #left: number;
  #scheduled = false;

  constructor(bytesPerTurn: number) {
    this.#bytesPerTurn = bytesPerTurn;
    this.#left = bytesPerTurn;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Asks to write `bytes`; `undefined`: at once. */
  next(bytes: number): Promise<void> | undefined {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#turn());
    }
    if (this.waiting === 0 && this.#left > 0) {
      this.#left -= bytes;
      return undefined;
    }
    return new Promise((proceed) => this.#queue.push({ bytes, proceed }));
  }

  #turn(): void {
    this.#left = this.#bytesPerTurn;
    while (this.#left > 0 && this.waiting > 0) {
      const { bytes, proceed } = this.#queue[this.#head++]!;
      this.#left -= bytes;
      proceed();
    }
    if (this.#head > 1024 || this.waiting === 0) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    // One more turn at least, so that what was used up now is there again.
    this.#scheduled = this.waiting > 0 || this.#left < this.#bytesPerTurn;
    if (this.#scheduled) setImmediate(() => this.#turn());
  }
}
