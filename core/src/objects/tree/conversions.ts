/**
 * Counts renames between the plain and the alternate name of a key's file. Who found a file under neither name looks again when
 * one was under way: it may have been missed on its way.
 */
export class Conversions {
  #running = 0;
  #ended = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#ended += 1;
    }
  }

  /** Taken before looking; `unmoved` tells after it whether nothing can have been missed. */
  mark(): number {
    return this.#running > 0 ? -1 : this.#ended;
  }

  unmoved(mark: number): boolean {
    return mark === this.mark() && mark >= 0;
  }
}
