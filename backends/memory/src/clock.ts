import type { Timestamp } from '@polynas/core/spi';

/** The system's time; `performance` has the fractions of a millisecond that `Date` lacks. */
export function systemClock(): Timestamp {
  const milliseconds = performance.timeOrigin + performance.now();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1_000_000) };
}

export function compareTimes(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

/** `time` rounded down to a multiple of `granularity` nanoseconds (a divisor or a multiple of a second). */
export function roundedDown(time: Timestamp, granularity: number): Timestamp {
  if (granularity <= 1) return { seconds: time.seconds, nanoseconds: time.nanoseconds };
  if (granularity <= 1_000_000_000) {
    return { seconds: time.seconds, nanoseconds: time.nanoseconds - (time.nanoseconds % granularity) };
  }
  const step = Math.ceil(granularity / 1_000_000_000);
  return { seconds: Math.floor(time.seconds / step) * step, nanoseconds: 0 };
}
