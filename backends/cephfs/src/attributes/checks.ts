import { StorageError } from '@polynas/core/spi';
import type { AttributeChanges, Timestamp, VolumeTraits } from '@polynas/core/spi';

const max32 = 2 ** 32 - 1;

type LooseChanges = { readonly [Key in keyof AttributeChanges]?: AttributeChanges[Key] | undefined };

/** Throws `invalid` (and `tooLarge` for a size) for values that no file can have. Of new files too: a `NewFile` has these properties. */
export function checkAttributes(changes: LooseChanges, { maxFileSize }: Pick<VolumeTraits, 'maxFileSize'>): void {
  checkInteger('mode', changes.mode, 0o7777);
  checkInteger('uid', changes.uid, max32);
  checkInteger('gid', changes.gid, max32);
  checkInteger('dosBits', changes.dosBits, max32);
  for (const time of [changes.accessed, changes.modified, changes.born]) checkTime(time);
  checkInteger('size', changes.size, Number.MAX_SAFE_INTEGER);
  if (changes.size !== undefined && changes.size > maxFileSize) throw new StorageError('tooLarge');
}

function checkInteger(what: string, value: number | undefined, max: number): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= max)) {
    throw new StorageError('invalid', `${what} ${value}`);
  }
}

function checkTime(time: Timestamp | 'now' | undefined): void {
  if (time === undefined || time === 'now') return;
  if (!Number.isSafeInteger(time.seconds)) throw new StorageError('invalid', `a time of ${time.seconds} seconds`);
  checkInteger('nanoseconds', time.nanoseconds, 999_999_999);
}
