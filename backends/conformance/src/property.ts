import type { VolumeFactory } from './factory.ts';

/**
 * How property tests run: a bound on time, so that a slow disk gives fewer sequences instead of a timeout, and a failure
 * is told with what it was shrunk to by then. The seed is fast-check's own: a failure prints it.
 */
export function propertyOptions(factory: VolumeFactory): { numRuns: number; interruptAfterTimeLimit: number } {
  return { numRuns: factory.runs ?? 30, interruptAfterTimeLimit: 40_000 };
}
