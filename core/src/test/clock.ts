import type { Clock } from '../clock.ts';

/** A clock that stands until a test moves it. */
export class TestClock implements Clock {
  #time = 1_000;
  #timers: { readonly at: number; readonly work: () => void }[] = [];

  now(): number {
    return 1_700_000_000_000 + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  after(milliseconds: number, work: () => void): { cancel(): void } {
    const timer = { at: this.#time + milliseconds, work };
    this.#timers.push(timer);
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Moves time and runs what falls due, in order. */
  advance(milliseconds: number): void {
    const until = this.#time + milliseconds;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#time = Math.max(this.#time, due.at);
      due.work();
    }
    this.#time = until;
  }
}
