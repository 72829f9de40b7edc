import { getU64, putU64 } from './integers.ts';

/** A run of a file's bytes that lies in a shared blob. Keyed (content, file offset); rows of one content never overlap. */
export interface Extent {
  /** In the file. */
  readonly offset: number;
  readonly length: number;
  readonly blob: number;
  readonly blobOffset: number;
}

export function encodeExtent(extent: Extent): Uint8Array {
  const bytes = Buffer.alloc(24);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 24);
  putU64(view, 0, extent.length);
  putU64(view, 8, extent.blob);
  putU64(view, 16, extent.blobOffset);
  return bytes;
}

export function decodeExtent(offset: number, view: DataView): Extent {
  return { offset, length: getU64(view, 0), blob: getU64(view, 8), blobOffset: getU64(view, 16) };
}
