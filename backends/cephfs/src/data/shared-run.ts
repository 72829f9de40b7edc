/**
 * Group commit: one run at a time, and all who ask while it runs share the next one, which begins after each of them asked. So a run that a caller is
 * given covers everything that was done before it asked.
 */
export class SharedRun {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  run(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return this.#begin();
    // A failure of the one before is nothing to those who were not part of it.
    this.#next ??= running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.#work();
    this.#running = running;
    const end = (): void => {
      if (this.#running === running && this.#next === undefined) this.#running = undefined;
    };
    running.then(end, end);
    return running;
  }
}
