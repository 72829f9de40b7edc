import type { Attributes, Call, Timestamp, Volume } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { StoredMetadata } from './key-of-expiry.ts';
import type { ObjectRecord } from './record-codec.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import { stampOfContent } from './stamps.ts';
import { recordXattr } from './xattr-names.ts';

export async function loadRecord(volume: Volume, call: Call, file: Attributes): Promise<ObjectRecord | undefined> {
  return readRecord(await volume.getxattr(call, file.id, recordXattr));
}

/** `undefined` where none was ever stored, and for one that cannot be read: hashing leaves it as it is. */
export function readRecord(bytes: Uint8Array | undefined): ObjectRecord | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (isStorageError(error, 'corrupt')) return undefined;
    throw error;
  }
}

/**
 * Stores a record as one of the content that `file` has. Gives the file's attributes after that. Where the stamp is the change counter, which the record
 * itself moves, the record names the value that the counter comes to have. It is no less than that when something else has moved it as well: then the record
 * holds for no content, and this one is hashed again when somebody asks.
 */
export async function storeRecord(
  volume: Volume,
  call: Call,
  file: Attributes,
  record: Omit<ObjectRecord, 'stamp' | 'size' | 'modified'>,
): Promise<Attributes> {
  const { size, modified, contentStamp } = file;
  const set = (described: ObjectRecord): Promise<Attributes> =>
    volume.setxattr(call, file.id, recordXattr, encodeRecord(described), 'either');
  if (contentStamp !== undefined) return set({ ...record, stamp: contentStamp, size });
  const step = volume.traits.quietRecords ? 0n : 1n;
  let before = file;
  for (let attempt = 1; ; attempt += 1) {
    const stamp = before.change + step;
    const after = await set({ ...record, stamp, size, modified });
    const isElse = volume.traits.writers === 'shared' || !isUntouched(file, after);
    if (after.change === stamp || isElse || attempt === maxSettings) return after;
    // Nobody else writes here: what has moved the counter was a change of ours beside it, and none of the content.
    before = after;
  }
}

/** How often a record is set while something else moves the counter. */
const maxSettings = 3;

/** Whether bytes and size are the same as far as the times tell. */
export function isUntouched(before: Attributes, after: Attributes): boolean {
  return before.size === after.size && sameTime(before.modified, after.modified);
}

function sameTime(a: Timestamp, b: Timestamp): boolean {
  return a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;
}

export function isValid(record: ObjectRecord | undefined, file: Attributes): record is ObjectRecord {
  if (record === undefined || record.stamp !== stampOfContent(file) || record.size !== file.size) return false;
  return record.modified === undefined || sameTime(record.modified, file.modified);
}

/**
 * The metadata as it applies to what the file is by now. A time of expiry goes with the content that it was given to: what was written since, through
 * whichever door, is nobody's to remove.
 */
export function presentMetadata(record: ObjectRecord, file: Attributes): StoredMetadata {
  const { metadata } = record;
  if (metadata.expiresAt === undefined || isValid(record, file)) return metadata;
  const { headers, user } = metadata;
  return { headers, user };
}
