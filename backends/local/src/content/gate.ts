/**
 * Lets writers of one file through together, and whoever swaps, truncates or shares its content alone. First come, first
 * served, so a stream of writes cannot starve the one who waits.
 */
export class Gate {
  #inside = 0;
  #exclusive = false;
  readonly #waiting: { readonly exclusive: boolean; readonly enter: () => void }[] = [];

  /** True when nobody is inside or waits. */
  get idle(): boolean {
    return this.#inside === 0 && this.#waiting.length === 0;
  }

  /** Enters without a wait, or says that it must wait. */
  tryShared(): boolean {
    if (this.#exclusive || this.#waiting.length > 0) return false;
    this.#inside += 1;
    return true;
  }

  async shared(): Promise<void> {
    if (!this.tryShared()) await this.#wait(false);
  }

  async exclusive(): Promise<void> {
    if (this.#inside === 0 && this.#waiting.length === 0) {
      this.#inside = 1;
      this.#exclusive = true;
      return;
    }
    await this.#wait(true);
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#inside > 0) return;
    this.#exclusive = false;
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0];
      if (next === undefined || (next.exclusive && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside += 1;
      this.#exclusive = next.exclusive;
      next.enter();
      if (next.exclusive) return;
    }
  }

  #wait(exclusive: boolean): Promise<void> {
    return new Promise((enter) => this.#waiting.push({ exclusive, enter }));
  }
}
