export { faults } from './faults.ts';
export type { Fault, FaultyVolume } from './faults.ts';
export { bucketBounds, Histograms } from './histogram.ts';
export type { MethodMetrics } from './histogram.ts';
export { metrics } from './metrics.ts';
export type { MeasuredMethod, MetricsSink } from './metrics.ts';
export { readOnly } from './read-only.ts';
export type { MethodName } from './wrapped.ts';
