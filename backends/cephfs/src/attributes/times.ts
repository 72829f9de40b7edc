import type { Timestamp } from '@polynas/core/spi';

const lastSecond = 2 ** 32 - 1;

/** Whether CephFS can hold it: seconds are 32 bits without a sign (1970 … 2106). */
export function fitsCeph({ seconds }: Timestamp): boolean {
  return seconds >= 0 && seconds <= lastSecond;
}

/** What CephFS holds of a time: the nearest second of its range, with the time's nanoseconds, by which a record of the whole is known to be of it. */
export function storedTime({ seconds, nanoseconds }: Timestamp): Timestamp {
  return { seconds: Math.min(Math.max(seconds, 0), lastSecond), nanoseconds };
}

/** The time of a file: what is recorded, unless the stored one has been set since. */
export function effectiveTime(stored: Timestamp, recorded: Timestamp | undefined): Timestamp {
  if (recorded === undefined) return stored;
  const { seconds, nanoseconds } = storedTime(recorded);
  return stored.seconds === seconds && stored.nanoseconds === nanoseconds ? recorded : stored;
}

export function sameTime(a: Timestamp, b: Timestamp): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}
