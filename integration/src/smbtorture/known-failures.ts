import type { TestResult } from './subunit.ts';

/** Tests that are known to fail, each with the reason; those of which it begins with `not run:` take too long to fail. */
export type KnownFailures = ReadonlyMap<string, string>;

const notRun = 'not run: ';

/** Lines `test | reason`; empty lines and those that begin with `#` say nothing. A line without a reason is an error. */
export function readKnownFailures(text: string): KnownFailures {
  const known = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [test = '', reason = ''] = line.split(' | ');
    if (reason.trim() === '') throw new Error(`a known failure without a reason: ${line}`);
    if (known.has(test)) throw new Error(`a known failure twice: ${test}`);
    known.set(test, reason.trim());
  }
  return known;
}

/** Whether a test is worth its time. */
export function isRun(test: string, known: KnownFailures): boolean {
  return known.get(test)?.startsWith(notRun) !== true;
}

export interface Comparison {
  readonly passed: number;
  readonly skipped: number;
  readonly failedAsKnown: number;
  /** Failures that are not in the list, with what smbtorture says. */
  readonly unexpected: readonly string[];
  /** In the list, and passed: their lines have to go. */
  readonly fixed: readonly string[];
}

/** A test that was not run is neither fixed nor failed: a part of the suite may be run alone. */
export function compare(results: readonly TestResult[], known: KnownFailures): Comparison {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const unexpected = failed.filter(({ test }) => !known.has(test));
  const passed = results.filter(({ outcome }) => outcome === 'passed');
  return {
    passed: passed.length,
    skipped: results.filter(({ outcome }) => outcome === 'skipped').length,
    failedAsKnown: failed.length - unexpected.length,
    unexpected: unexpected.map(({ test, why }) => `${test}: ${why}`),
    fixed: passed.filter(({ test }) => known.has(test) && isRun(test, known)).map(({ test }) => test),
  };
}
