import type { Timestamp } from '@polynas/core/spi';

export type Clock = () => Timestamp;

/**
 * The system's time with the fractions of a millisecond that `Date` lacks. libcephfs stamps what it changes by the same clock, so it follows
 * steps of it (`performance.timeOrigin` would not).
 */
export function systemClock(): Clock {
  let origin = Date.now() - performance.now();
  return () => {
    const date = Date.now();
    const elapsed = performance.now();
    if (origin + elapsed < date || origin + elapsed >= date + 1) origin = date - elapsed;
    const milliseconds = origin + elapsed;
    const seconds = Math.floor(milliseconds / 1000);
    return { seconds, nanoseconds: Math.min(Math.floor((milliseconds - seconds * 1000) * 1_000_000), 999_999_999) };
  };
}
