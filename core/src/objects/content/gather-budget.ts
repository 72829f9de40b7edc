/** What a write gathers at best, and what it always gets. Bytes. */
export const largestGather = 1_048_576;
export const smallestGather = 65_536;

/** Bytes that all uploads together may gather before they are written; above it each has the smallest buffers. */
const budget = 64 * 1_048_576;

/** Shares memory among uploads: large writes while they are few, a bounded sum while they are many. */
export class GatherBudget {
  #taken = 0;

  /** The size of one buffer of two, at most `wanted`; to be given back. */
  take(wanted: number): number {
    const size = Math.max(1, Math.min(wanted, largestGather));
    const granted = this.#taken + 2 * size <= budget ? size : Math.min(size, smallestGather);
    this.#taken += 2 * granted;
    return granted;
  }

  giveBack(granted: number): void {
    this.#taken -= 2 * granted;
  }
}
