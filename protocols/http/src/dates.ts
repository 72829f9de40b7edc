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
  const wanted = milliseconds(time);
  // Things in one listing were often made in one second.
  if (wanted !== lastIso.milliseconds) lastIso = { milliseconds: wanted, text: new Date(wanted).toISOString() };
  return lastIso.text;
}

let lastIso = { milliseconds: 0, text: new Date(0).toISOString() };

/** A date in any of the three forms of RFC 9110 §5.6.7; `undefined` when it is none. */
export function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  // asctime names no zone and would be read as local time.
  const time = Date.parse(/(GMT|UTC|[+-]\d{4})$/.test(text) ? text : `${text} GMT`);
  // What four digits of a year cannot say is no date here.
  return Number.isNaN(time) || time < 0 || time > 253_402_300_799_000 ? undefined : time;
}
