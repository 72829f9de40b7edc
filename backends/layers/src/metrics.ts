import { isStorageError } from '@polynas/core/spi';
import type { StorageErrorCode, Volume } from '@polynas/core/spi';
import { wrapped } from './wrapped.ts';
import type { MethodName } from './wrapped.ts';

export type MeasuredMethod = MethodName | 'lookupNow' | 'getattrNow' | 'readNow';

/** Is told of each call when it has settled. Called on the data path: it must be quick and must not throw. */
export interface MetricsSink {
  /** `seconds` by the clock that was given; `code` of a rejection, `'unknown'` when that was no `StorageError`. */
  called(method: MeasuredMethod, seconds: number, code?: StorageErrorCode | 'unknown'): void;
}

/** The same volume, with every call told to `sink`. Answers of `…Now` that are `undefined` (ask again, slowly) do not count. */
export function metrics(volume: Volume, sink: MetricsSink, clock: () => number = () => performance.now()): Volume {
  const told = (method: MeasuredMethod, start: number, error?: unknown): void => {
    const seconds = (clock() - start) / 1000;
    if (error === undefined) sink.called(method, seconds);
    else sink.called(method, seconds, isStorageError(error) ? error.code : 'unknown');
  };
  return wrapped(volume, {
    around: async (method, run) => {
      const start = clock();
      try {
        const result = await run();
        told(method, start);
        return result;
      } catch (error) {
        told(method, start, error ?? new Error('rejected with nothing'));
        throw error;
      }
    },
    now: (method, run) => {
      const start = clock();
      try {
        const result = run();
        if (result !== undefined) told(method, start);
        return result;
      } catch (error) {
        told(method, start, error ?? new Error('threw nothing'));
        throw error;
      }
    },
  });
}
