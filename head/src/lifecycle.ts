import type { Logger } from 'pino';

interface Step {
  readonly name: string;
  readonly stop: (graceMilliseconds: number) => Promise<void>;
}

/**
 * What has been started, to be stopped in reverse: doors before core, core before volumes, volumes before the lock.
 * A step that fails or hangs does not keep the later ones from running.
 */
export class Lifecycle {
  readonly #steps: Step[] = [];
  readonly #logger: Logger;
  readonly #monotonic: () => number;
  #stopping: Promise<boolean> | undefined;

  constructor(logger: Logger, monotonic: () => number) {
    this.#logger = logger;
    this.#monotonic = monotonic;
  }

  /** `stop` is given the milliseconds that are left for it to be gentle. */
  onStop(name: string, stop: Step['stop']): void {
    this.#steps.push({ name, stop });
  }

  /** Resolves to whether every step succeeded within the deadline. Once only: later calls wait for the first. */
  stop(deadlineMilliseconds: number): Promise<boolean> {
    this.#stopping ??= this.#run(this.#monotonic() + deadlineMilliseconds);
    return this.#stopping;
  }

  async #run(deadline: number): Promise<boolean> {
    let clean = true;
    for (const step of this.#steps.reverse()) {
      try {
        await step.stop(Math.max(0, deadline - this.#monotonic()));
        this.#logger.debug({ step: step.name }, 'stopped');
      } catch (error) {
        clean = false;
        this.#logger.error({ step: step.name, err: error }, 'a part of the head did not stop cleanly');
      }
    }
    return clean && this.#monotonic() <= deadline;
  }
}
