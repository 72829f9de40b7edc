/** So many at a time, the others in the order of asking; none waits while a place is free. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((proceed) => this.#waiting.add(proceed));
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** The place passes on directly, so that nobody who comes now takes it from who waits. */
  #leave(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#free += 1;
  }
}
