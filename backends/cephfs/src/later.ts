/** Calls after that many milliseconds, once, unless the answer is called before. Keeps no process alive. */
export type Later = (milliseconds: number, run: () => void) => () => void;

/** The real one. */
export const unrefTimeout: Later = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};
