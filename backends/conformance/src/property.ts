import { setTimeout } from 'node:timers/promises';
import type { VolumeFactory } from './factory.ts';

/**
 * How property tests run: a bound on time, so that a slow disk gives fewer sequences instead of a timeout, and a failure
 * is told with what it was shrunk to by then. The seed is fast-check's own: a failure prints it.
 */
export function propertyOptions(factory: VolumeFactory): { numRuns: number; interruptAfterTimeLimit: number } {
  return { numRuns: factory.runs ?? 30, interruptAfterTimeLimit: 40_000 };
}

/** The step's result; a step that does not settle in five seconds is a failure of its own, so that a deadlock is told by its step. */
export async function settled<Result>(step: Promise<Result>, what: unknown): Promise<Result> {
  const timer = new AbortController();
  const never = setTimeout(5000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`did not settle: ${JSON.stringify(what)}`);
  });
  try {
    return await Promise.race([step, never]);
  } finally {
    never.catch(() => undefined);
    timer.abort();
  }
}
