import type { StorageErrorCode } from '@polynas/core/spi';
import type { MeasuredMethod, MetricsSink } from './metrics.ts';

/** Upper bounds of the buckets in seconds, a factor of about three apart; what is slower falls into a last one. */
export const bucketBounds: readonly number[] = [
  1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10,
];

export interface MethodMetrics {
  readonly calls: number;
  /** Rejections by code. */
  readonly rejected: ReadonlyMap<StorageErrorCode | 'unknown', number>;
  readonly totalSeconds: number;
  /** Calls whose duration fell below `bucketBounds[i]` and not below the one before; one more for the rest. */
  readonly buckets: readonly number[];
}

interface Counters {
  calls: number;
  readonly rejected: Map<StorageErrorCode | 'unknown', number>;
  totalSeconds: number;
  readonly buckets: number[];
}

/** Counts calls, rejections and durations of each method; as much memory as there are methods and codes. */
export class Histograms implements MetricsSink {
  readonly #methods = new Map<MeasuredMethod, Counters>();

  called(method: MeasuredMethod, seconds: number, code?: StorageErrorCode | 'unknown'): void {
    let counters = this.#methods.get(method);
    if (counters === undefined) {
      const buckets = Array.from({ length: bucketBounds.length + 1 }, () => 0);
      counters = { calls: 0, rejected: new Map(), totalSeconds: 0, buckets };
      this.#methods.set(method, counters);
    }
    counters.calls += 1;
    counters.totalSeconds += seconds;
    if (code !== undefined) counters.rejected.set(code, (counters.rejected.get(code) ?? 0) + 1);
    let bucket = 0;
    while (bucket < bucketBounds.length && seconds >= (bucketBounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    counters.buckets[bucket] = (counters.buckets[bucket] ?? 0) + 1;
  }

  /** What was counted up to now; a snapshot. */
  get methods(): ReadonlyMap<MeasuredMethod, MethodMetrics> {
    return new Map(
      [...this.#methods].map(([method, counters]) => [
        method,
        { ...counters, rejected: new Map(counters.rejected), buckets: [...counters.buckets] },
      ]),
    );
  }
}
