import type { Clock } from './clock.ts';

/** Work that comes again and again. */
export interface Repeated {
  /** Begins no further run, and waits for the one under way. */
  stop(): Promise<void>;
}

/** Runs `work` every `milliseconds`, counted from the end of each run; what it rejects with is reported. */
export function repeat(
  clock: Clock,
  milliseconds: number,
  work: () => Promise<unknown>,
  report: (error: unknown) => void,
): Repeated {
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();
  let timer = clock.after(milliseconds, run);
  function run(): void {
    running = work()
      .catch(report)
      .then(() => {
        if (!stopped) timer = clock.after(milliseconds, run);
      });
  }
  return {
    async stop() {
      stopped = true;
      timer.cancel();
      await running;
    },
  };
}
