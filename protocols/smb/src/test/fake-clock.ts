import type { Clock } from '../server/clock.ts';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  private time = 0;
  private timers: { at: number; work: () => void }[] = [];

  now(): number {
    return 1_700_000_000_000 + this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(milliseconds: number, work: () => void): { cancel(): void } {
    const timer = { at: this.time + milliseconds, work };
    this.timers.push(timer);
    return {
      cancel: () => {
        this.timers = this.timers.filter((other) => other !== timer);
      },
    };
  }

  advance(milliseconds: number): void {
    const until = this.time + milliseconds;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((other) => other !== due);
      this.time = due.at;
      due.work();
    }
    this.time = until;
  }
}
