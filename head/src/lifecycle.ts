import type { Logger } from 'pino';

/** In the order in which they stop: doors before core, core before volumes, volumes before the lock on the data directory. */
const stages = ['doors', 'core', 'volumes', 'ownership'] as const;
export type Stage = (typeof stages)[number];

/** Milliseconds that a stage gets beyond what is left of the deadline: syncing takes the disk's time, and giving up loses data. */
const patience: Readonly<Record<Stage, number>> = { doors: 2000, core: 30_000, volumes: 60_000, ownership: 2000 };

interface Step {
  readonly stage: Stage;
  readonly name: string;
  readonly stop: (graceMilliseconds: number) => Promise<void>;
}

/** What has been started, to be stopped in order. A step that fails or hangs does not keep later stages from running. */
export class Lifecycle {
  readonly #steps: Step[] = [];
  readonly #logger: Logger;
  readonly #monotonic: () => number;
  readonly #patience: Readonly<Record<Stage, number>>;
  #stopping: Promise<boolean> | undefined;

  constructor(logger: Logger, monotonic: () => number, patienceOf: Readonly<Record<Stage, number>> = patience) {
    this.#logger = logger;
    this.#monotonic = monotonic;
    this.#patience = patienceOf;
  }

  /** `stop` is given the milliseconds that are left for it to be gentle. Steps of one stage run at the same time. */
  onStop(stage: Stage, name: string, stop: Step['stop']): void {
    this.#steps.push({ stage, name, stop });
  }

  /** Resolves to whether every step succeeded in time. Once only: later calls wait for the first. */
  stop(deadlineMilliseconds: number): Promise<boolean> {
    this.#stopping ??= this.#run(this.#monotonic() + deadlineMilliseconds);
    return this.#stopping;
  }

  async #run(deadline: number): Promise<boolean> {
    let clean = true;
    for (const stage of stages) {
      const steps = this.#steps.filter((step) => step.stage === stage);
      const results = await Promise.all(steps.map((step) => this.#stopOne(step, deadline)));
      clean &&= results.every(Boolean);
    }
    return clean;
  }

  async #stopOne({ stage, name, stop }: Step, deadline: number): Promise<boolean> {
    const grace = Math.max(0, deadline - this.#monotonic());
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('not stopped in time')), grace + this.#patience[stage]);
    try {
      await Promise.race([stop(grace), late.promise]);
      this.#logger.debug({ step: name }, 'stopped');
      return true;
    } catch (error) {
      this.#logger.error({ step: name, err: error }, 'a part of the head did not stop cleanly');
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
