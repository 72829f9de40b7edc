/** Time as it is handed in: tests never sleep. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on the clock of deadlines (`performance.now()` of this process); never goes back. */
  monotonic(): number;
  /** Runs `work` once after `milliseconds`, unless cancelled before. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): { cancel(): void };
}

/** `setTimeout` takes 31 bits of milliseconds, 24 days, and takes more than that for none. The deadline of a large upload may be later. */
const longestTimer = 2 ** 31 - 1;

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds, work) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const step = Math.min(left, longestTimer);
      timer = setTimeout(() => (left > step ? wait(left - step) : work()), step).unref();
    };
    wait(milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};
