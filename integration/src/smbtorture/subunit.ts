export type Outcome = 'passed' | 'failed' | 'skipped';

export interface TestResult {
  readonly test: string;
  readonly outcome: Outcome;
  /** What smbtorture says of it, in one line; empty for a test that passed. */
  readonly why: string;
}

export interface SubunitEvents {
  readonly onStart: (test: string) => void;
  readonly onResult: (result: TestResult) => void;
}

const outcomes: Readonly<Record<string, Outcome>> = {
  success: 'passed',
  failure: 'failed',
  error: 'failed',
  skip: 'skipped',
};

/**
 * Reads subunit version 1 as smbtorture writes it, line by line: `test: NAME`, then `success: NAME` or
 * `failure: NAME [`, lines of text, `]`. What tests print between is passed over.
 */
export class SubunitReader {
  readonly #events: SubunitEvents;
  #open: { readonly test: string; readonly outcome: Outcome; readonly lines: string[] } | undefined;

  constructor(events: SubunitEvents) {
    this.#events = events;
  }

  line(text: string): void {
    if (this.#open !== undefined) {
      if (text !== ']') {
        this.#open.lines.push(text.trim());
        return;
      }
      const { test, outcome, lines } = this.#open;
      this.#open = undefined;
      this.#events.onResult({ test, outcome, why: lines.join(' ').replaceAll(/\S*source4\/torture\//g, '') });
      return;
    }
    const [, word = '', test = '', bracket] = /^(test|success|failure|error|skip): (.+?)( \[)?$/.exec(text) ?? [];
    if (word === 'test') this.#events.onStart(test);
    const outcome = outcomes[word];
    if (outcome === undefined) return;
    if (bracket === undefined) this.#events.onResult({ test, outcome, why: '' });
    else this.#open = { test, outcome, lines: [] };
  }
}
