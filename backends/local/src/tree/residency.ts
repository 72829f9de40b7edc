/** A read of the tree that takes longer than this has waited for the disk. Milliseconds. */
const slow = 2;
/** A fault of the process is taken for that read's when nobody can say that it came earlier than this before it. Milliseconds. */
const recent = 50;
/** How long after such a read the tree is taken for cold. Milliseconds. */
const cautious = 5000;

/**
 * Whether the tree can be read on the event loop. A page that is not in memory stops everybody for as long as the disk takes; after one did,
 * reads go through `prefetch` on another thread first, until none has been slow for a while.
 */
export class Residency {
  readonly #diskReads: () => number;
  readonly #now: () => number;
  #reads = 0;
  #counted = -Infinity;
  #coldUntil = -Infinity;

  /** `diskReads` counts the process's page faults that needed the disk: a slow read may also have waited for the processor. */
  constructor(
    diskReads: () => number = () => process.resourceUsage().majorPageFault,
    now: () => number = () => performance.now(),
  ) {
    this.#diskReads = diskReads;
    this.#now = now;
  }

  get cold(): boolean {
    return this.#now() < this.#coldUntil;
  }

  /** Runs a read and takes notice of how long it took. */
  watch<T>(read: () => T): T {
    const start = this.#now();
    if (start - this.#counted > recent) this.#count(start);
    const result = read();
    const end = this.#now();
    if (end - start > slow) {
      const before = this.#reads;
      this.#count(end);
      if (this.#reads > before) this.chill();
    }
    return result;
  }

  /** Asking before each read would cost more than the read. */
  #count(now: number): void {
    this.#reads = this.#diskReads();
    this.#counted = now;
  }

  /** What is asked next may not be in memory. */
  chill(): void {
    this.#coldUntil = this.#now() + cautious;
  }
}
