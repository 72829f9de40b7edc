/**
 * Bytes that all connections together may hold at one time. Nobody waits for it, so that nobody who does not read keeps
 * others waiting: who gets nothing makes do with a small piece, or is refused.
 */
export class ByteBudget {
  readonly #total: number;
  #used = 0;

  constructor(total: number) {
    this.#total = total;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether `bytes` were free and are now taken; they are given back with {@link give}. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#total) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
