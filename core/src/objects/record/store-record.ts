import type { Attributes, Call, Volume } from '../../spi/index.ts';
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

/** Stores a record as one of the content that `file` has. Gives the file's attributes after that. */
export async function storeRecord(
  volume: Volume,
  call: Call,
  file: Attributes,
  record: Omit<ObjectRecord, 'stamp' | 'size'>,
): Promise<Attributes> {
  const set = (stamp: bigint): Promise<Attributes> =>
    volume.setxattr(call, file.id, recordXattr, encodeRecord({ ...record, stamp, size: file.size }), 'either');
  let [before, stamp] = [stampOfContent(file), stampOfContent(file)];
  for (let attempt = 1; ; attempt += 1) {
    const after = await set(stamp);
    const moved = stampOfContent(after);
    if (moved === stamp || after.contentStamp !== undefined || attempt === maxSettings) return after;
    // The record moves the counter that it names: the next one moves it as far again.
    [before, stamp] = [moved, moved + (moved - before)];
  }
}

/** How often a record is set to name the counter that setting it moves. When that is not met, the content is hashed once more. */
const maxSettings = 3;

export function isValid(record: ObjectRecord | undefined, file: Attributes): record is ObjectRecord {
  return record !== undefined && record.stamp === stampOfContent(file) && record.size === file.size;
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
