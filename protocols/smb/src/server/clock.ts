/** Time as it is handed in. The core's clock fits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Runs `work` once after `milliseconds`, unless cancelled before. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
