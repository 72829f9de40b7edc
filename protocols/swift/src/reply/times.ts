import type { Timestamp } from '@polynas/core/service';
import { httpDate } from '@polynas/http';

/** `Last-Modified` in whole seconds, rounded up as Swift does: what was changed later within the second is not older than it. */
export function lastModified(time: Timestamp): string {
  return httpDate({ seconds: wholeSeconds(time), nanoseconds: 0 });
}

export function wholeSeconds({ seconds, nanoseconds }: Timestamp): number {
  return nanoseconds > 0 ? seconds + 1 : seconds;
}

/** `X-Timestamp`: seconds since 1970 with five digits behind the point. */
export function xTimestamp({ seconds, nanoseconds }: Timestamp): string {
  return `${Math.max(0, seconds)}.${String(Math.floor(nanoseconds / 10_000)).padStart(5, '0')}`;
}

/** `last_modified` of listings: ISO 8601 without a zone, with microseconds. */
export function listedTime({ seconds, nanoseconds }: Timestamp): string {
  // What four digits of a year can say; files may have times far beyond.
  const bounded = Math.min(Math.max(0, seconds), 253_402_300_799);
  const micros = String(Math.floor(nanoseconds / 1000)).padStart(6, '0');
  return `${new Date(bounded * 1000).toISOString().slice(0, 19)}.${micros}`;
}

export function timestampOf(milliseconds: number): Timestamp {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: (milliseconds - seconds * 1000) * 1_000_000 };
}
