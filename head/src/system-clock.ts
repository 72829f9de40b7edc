/** The real clock, as core, doors and the admin API take it. */
export const systemClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(milliseconds: number, work: () => void) {
    const timer = setTimeout(work, milliseconds);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
