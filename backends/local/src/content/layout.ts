import { decodeExtent } from '../format/extent.ts';
import type { Extent } from '../format/extent.ts';
import type { Content } from '../format/inode.ts';
import { pairKey, secondOf } from '../format/keys.ts';
import type { Tables } from '../tree/environment.ts';
import type { Row } from '../tree/table.ts';

/** A run of a file's bytes and the blob where they are; blob 0 is zeros. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
  readonly blob: number;
  readonly blobOffset: number;
  /** The blob belongs to other contents too: it is never written. */
  readonly shared: boolean;
}

/** Extent rows of a content that overlap the range, in order, at most `limit` of them. */
export function extentsIn(tables: Tables, content: number, from: number, to: number, limit = Infinity): Extent[] {
  const found: Extent[] = [];
  if (from >= to || limit < 1) return found;
  const before = tables.extents.atOrBelow(pairKey(content, from), pairKey(content, 0));
  if (before !== undefined) {
    const extent = extentOf(before);
    if (extent.offset + extent.length > from) found.push(extent);
  }
  const next = before !== undefined && secondOf(before.key) === from ? from + 1 : from;
  const rest = Number.isFinite(limit) ? limit - found.length : 1_000_000;
  for (const row of tables.extents.range(pairKey(content, next), pairKey(content, to), rest)) found.push(extentOf(row));
  return found;
}

function extentOf(row: Row): Extent {
  const view = new DataView(row.value.buffer, row.value.byteOffset, row.value.byteLength);
  return decodeExtent(secondOf(row.key), view);
}

/** Where the bytes of the range are: extents first, the private blob where none lies, zeros where there is no blob. Not for inline content. */
export function segmentsOf(tables: Tables, content: Content, from: number, to: number): Segment[] {
  const segments: Segment[] = [];
  const own = (offset: number, end: number): void => {
    if (end > offset)
      segments.push({ offset, length: end - offset, blob: content.blob, blobOffset: offset, shared: false });
  };
  let at = from;
  if (content.kind === 'extents') {
    for (const extent of extentsIn(tables, content.id, from, to)) {
      const start = Math.max(extent.offset, from);
      const end = Math.min(extent.offset + extent.length, to);
      own(at, start);
      segments.push({
        offset: start,
        length: end - start,
        blob: extent.blob,
        blobOffset: extent.blobOffset + (start - extent.offset),
        shared: true,
      });
      at = end;
    }
  }
  own(at, to);
  return segments;
}
