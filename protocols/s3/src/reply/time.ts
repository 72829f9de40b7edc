import type { Timestamp } from '@polynas/core/service';

/** What four digits of a year can say; files may have times far beyond. */
const lastSecond = 253_402_300_799;

function milliseconds(time: Timestamp): number {
  return Math.min(Math.max(time.seconds, 0), lastSecond) * 1000;
}

/** `Last-Modified`. */
export function httpDate(time: Timestamp): string {
  return new Date(milliseconds(time)).toUTCString();
}

/** `LastModified` of documents: whole seconds like AWS, so that it equals the header of the same object. */
export function isoDate(time: Timestamp): string {
  return new Date(milliseconds(time)).toISOString();
}
