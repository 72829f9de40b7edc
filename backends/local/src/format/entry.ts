import type { FileType } from '@polynas/core/spi';
import { typeNumber, typeOfNumber } from './inode.ts';
import { getU64, putU64 } from './integers.ts';

/** A directory entry: stored by name in `entries`, and by cookie (with the name behind) in `cookies`. */
export interface Entry {
  readonly id: number;
  readonly type: FileType;
  readonly cookie: number;
}

const fixedBytes = 24;

export function encodeEntry(entry: Entry, name?: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(fixedBytes + (name?.length ?? 0));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  putU64(view, 0, entry.id);
  putU64(view, 8, entry.cookie);
  view.setUint8(16, typeNumber(entry.type));
  if (name !== undefined) bytes.set(name, fixedBytes);
  return bytes;
}

export function decodeEntry(view: DataView): Entry {
  return { id: getU64(view, 0), cookie: getU64(view, 8), type: typeOfNumber(view.getUint8(16)) };
}

export function entryName(value: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(value, fixedBytes);
}
