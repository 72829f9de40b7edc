/** Milliseconds after which a call is taken for one that waits for another client's change, and until the next nudge while any does. */
const patience = 50;
const between = 500;

export interface JournalNudgeParts {
  /** Has the metadata server write its journal; rejected when it does not answer as it should, which the calls that wait are told as well. */
  readonly flush: () => Promise<void>;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** Runs something later. */
  readonly after: (milliseconds: number, run: () => void) => void;
}

/**
 * Where others write too: a name that another client has just moved is answered to nobody else before the metadata server has that in its journal, which version 16.2 writes when somebody
 * asks for it, else every five seconds (`mds_tick_interval`). Who asks has to have a change of his own in it: so when a call waits long, one is made.
 */
export class JournalNudge {
  readonly #parts: JournalNudgeParts;
  /** When they began, in that order. */
  readonly #waiting = new Map<object, number>();
  #watching = false;
  #flushing = false;

  constructor(parts: JournalNudgeParts) {
    this.#parts = parts;
  }

  /** A call begins; what it gives is to be called when it is answered. */
  begun(): () => void {
    const call = {};
    this.#waiting.set(call, this.#parts.now());
    this.#watch(patience);
    return () => void this.#waiting.delete(call);
  }

  #watch(milliseconds: number): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#parts.after(milliseconds, () => {
      this.#watching = false;
      const [oldest] = this.#waiting.values();
      if (oldest === undefined) return;
      const left = oldest + patience - this.#parts.now();
      if (left > 0) return this.#watch(left);
      this.#flush();
      this.#watch(between);
    });
  }

  #flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const ended = (): void => {
      this.#flushing = false;
    };
    // One that fails helps nobody; the calls that wait hear of what is wrong themselves.
    this.#parts.flush().then(ended, ended);
  }
}
