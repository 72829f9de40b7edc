/**
 * The entries that were used last, at least `size` and at most twice as many: an older half is dropped at once when the younger one is full,
 * so that a hit costs a look-up and nothing is sorted.
 */
export class Recent<Key, Value> {
  readonly #size: number;
  #round = 0;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Moves when entries are dropped that nobody took away: what was found before may be none of them by now. */
  get round(): number {
    return this.#round;
  }

  get(key: Key): Value | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const older = this.#old.get(key);
    if (older !== undefined) {
      this.#old.delete(key);
      this.set(key, older);
    }
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#size && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#round += 1;
    }
    this.#young.set(key, value);
    this.#old.delete(key);
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#round += 1;
  }
}
