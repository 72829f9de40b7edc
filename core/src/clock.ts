/** Time as it is handed in: tests never sleep. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on the clock of deadlines (`performance.now()` of this process); never goes back. */
  monotonic(): number;
  /** Runs `work` once after `milliseconds`, unless cancelled before. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): { cancel(): void };
}

/** Fills and returns a new array of random bytes fit for secrets. */
export type RandomSource = (length: number) => Uint8Array;
