import { getU64, putU64 } from './integers.ts';

/** A host file of content. A private blob has one reference, its content's; a shared one has one for each extent row. */
export interface BlobRow {
  readonly references: number;
  readonly shared: boolean;
}

export function encodeBlob(row: BlobRow): Uint8Array {
  const bytes = Buffer.alloc(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  putU64(view, 0, row.references);
  view.setUint8(8, row.shared ? 1 : 0);
  return bytes;
}

export function decodeBlob(view: DataView): BlobRow {
  return { references: getU64(view, 0), shared: view.getUint8(8) === 1 };
}

/**
 * Stands while a file's blob may hold what its inode does not know of. Recovery raises the change counter above `changeBound`.
 * `exact`: a resize was committed that the host file may not have followed, `size` is the truth. Else unstable writes were
 * under way, which only lengthen: the truth is the blob's length, but not less than `size`.
 */
export interface DirtyRow {
  readonly changeBound: number;
  readonly size: number;
  readonly exact: boolean;
}

export const dirtyBytes = 24;

export function encodeDirty(row: DirtyRow): Uint8Array {
  const bytes = Buffer.alloc(dirtyBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, dirtyBytes);
  putU64(view, 0, row.changeBound);
  putU64(view, 8, row.size);
  view.setUint8(16, row.exact ? 1 : 0);
  return bytes;
}

export function decodeDirty(view: DataView): DirtyRow {
  return { changeBound: getU64(view, 0), size: getU64(view, 8), exact: view.getUint8(16) === 1 };
}

/** Content that nobody names any more; keyed by content id. Reclaimed in steps: extents first, then the private blob. */
export interface FreeContent {
  readonly blob: number;
}

export function encodeFreeContent(row: FreeContent): Uint8Array {
  const bytes = Buffer.alloc(8);
  putU64(new DataView(bytes.buffer, bytes.byteOffset, 8), 0, row.blob);
  return bytes;
}

export function decodeFreeContent(view: DataView): FreeContent {
  return { blob: getU64(view, 0) };
}

/** One 64-bit number: counters, versions, ends of ranges. */
export function encodeNumber(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  putU64(new DataView(bytes.buffer, bytes.byteOffset, 8), 0, value);
  return bytes;
}

export function decodeNumber(view: DataView): number {
  return getU64(view, 0);
}
