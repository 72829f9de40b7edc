import { StorageError } from '@polynas/core/spi';
import type { FileType } from '@polynas/core/spi';
import { typeNumber, typeOfNumber } from './inode.ts';
import { getBytesU64, getU64, putU64 } from './integers.ts';

/** A directory entry: stored by name in `entries`, and by cookie (with the name behind) in `cookies`. */
export interface Entry {
  readonly id: number;
  readonly type: FileType;
  readonly cookie: number;
}

const typeAt = 16;
const fixedBytes = 24;

export function encodeEntry(entry: Entry, name?: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(fixedBytes + (name?.length ?? 0));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  putU64(view, 0, entry.id);
  putU64(view, 8, entry.cookie);
  view.setUint8(typeAt, typeNumber(entry.type));
  if (name !== undefined) bytes.set(name, fixedBytes);
  return bytes;
}

export function decodeEntry(view: DataView): Entry {
  return { id: getU64(view, 0), cookie: getU64(view, 8), type: typeOfNumber(view.getUint8(typeAt)) };
}

/** The same of a row that is the caller's own. `corrupt` when it is too short for one. */
export function entryOf(value: Uint8Array): Entry {
  if (value.length < typeAt + 1) throw new StorageError('corrupt', 'a short directory entry');
  return { id: getBytesU64(value, 0), cookie: getBytesU64(value, 8), type: typeOfNumber(value[typeAt]!) };
}

/** The name in a row of `cookies` that is the caller's own: the same memory. */
export function entryName(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset + fixedBytes, value.length - fixedBytes);
}
