/** Time as it is handed in: tests never sleep. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on the clock of deadlines (`performance.now()` of this process); never goes back. */
  monotonic(): number;
  /** Runs `work` once after `milliseconds`, unless cancelled before. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): { cancel(): void };
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
