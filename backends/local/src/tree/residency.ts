/** A read of the tree that takes longer than this has waited for the disk. Milliseconds. */
const slow = 2;
/** How long after such a read the tree is taken for cold. Milliseconds. */
const cautious = 5000;

/**
 * Whether the tree can be read on the event loop. A page that is not in memory stops everybody for as long as the disk takes; after one did,
 * reads go through `prefetch` on another thread first, until none has been slow for a while.
 */
export class Residency {
  readonly #diskReads: () => number;
  #reads = 0;
  #coldUntil = -Infinity;

  /** `diskReads` counts the process's page faults that needed the disk: a slow read may also have waited for the processor. */
  constructor(diskReads: () => number = () => process.resourceUsage().majorPageFault) {
    this.#diskReads = diskReads;
    this.#reads = diskReads();
  }

  get cold(): boolean {
    return performance.now() < this.#coldUntil;
  }

  /** Runs a read and takes notice of how long it took. */
  watch<T>(read: () => T): T {
    const start = performance.now();
    const result = read();
    if (performance.now() - start > slow) this.#suspect();
    return result;
  }

  #suspect(): void {
    const reads = this.#diskReads();
    if (reads > this.#reads) this.chill();
    this.#reads = reads;
  }

  /** What is asked next may not be in memory. */
  chill(): void {
    this.#coldUntil = performance.now() + cautious;
  }
}
