import { StorageError } from '@polynas/core/spi';
import type { Timestamp } from '@polynas/core/spi';

const max32 = 2 ** 32 - 1;
const maxMode = 0o7777;
const maxNanoseconds = 999_999_999;

/** Throws `invalid` for a value that no file can have. */
export function assertValues(changes: {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly dosBits?: number | undefined;
  readonly accessed?: Timestamp | 'now' | undefined;
  readonly modified?: Timestamp | 'now' | undefined;
  readonly born?: Timestamp | undefined;
}): void {
  assertInteger('mode', changes.mode, maxMode);
  assertInteger('uid', changes.uid, max32);
  assertInteger('gid', changes.gid, max32);
  assertInteger('dosBits', changes.dosBits, max32);
  assertTime(changes.accessed);
  assertTime(changes.modified);
  assertTime(changes.born);
}

export function assertInteger(what: string, value: number | undefined, max: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= max)) {
    throw new StorageError('invalid', `${what} ${value}`);
  }
}

function assertTime(time: Timestamp | 'now' | undefined): void {
  if (time === undefined || time === 'now') return;
  if (!Number.isSafeInteger(time.seconds)) throw new StorageError('invalid', `a time of ${time.seconds} seconds`);
  assertInteger('nanoseconds', time.nanoseconds, maxNanoseconds);
}

export function timeOf(time: Timestamp | 'now' | undefined, now: Timestamp): Timestamp {
  return time === undefined || time === 'now' ? now : { seconds: time.seconds, nanoseconds: time.nanoseconds };
}
