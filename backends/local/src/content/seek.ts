import { storageErrorOf } from '../host/errors.ts';
import type { Parts } from '../parts.ts';
import { segmentsOf } from './layout.ts';
import type { Segment } from './layout.ts';
import { inodeOf } from './read.ts';

export async function seekContent(
  parts: Parts,
  id: number,
  what: 'data' | 'hole',
  offset: number,
): Promise<number | undefined> {
  const { content, size } = inodeOf(parts, id);
  if (offset >= size) return undefined;
  if (content.kind === 'none') return what === 'hole' ? offset : undefined;
  if (content.kind === 'inline' || !parts.traits.sparse) return what === 'data' ? offset : size;
  for (const segment of segmentsOf(parts.tables, content, offset, size)) {
    const found = await inSegment(parts, segment, what);
    if (found !== undefined) return found;
  }
  return what === 'hole' ? size : undefined;
}

/** Where the segment has it, as an offset in the file; `undefined`: nowhere. */
async function inSegment(parts: Parts, segment: Segment, what: 'data' | 'hole'): Promise<number | undefined> {
  const { seek } = parts.blobs.host;
  if (segment.blob === 0 || seek === undefined)
    return what === (segment.blob === 0 ? 'hole' : 'data') ? segment.offset : undefined;
  const blob = await parts.blobs.acquire(segment.blob);
  try {
    const found = await seek(blob.fd, what, segment.blobOffset);
    // Behind its last byte the host file is a hole.
    const at = found ?? (what === 'hole' ? segment.blobOffset : Infinity);
    return at < segment.blobOffset + segment.length ? segment.offset + at - segment.blobOffset : undefined;
  } catch (error) {
    throw storageErrorOf(error, 'seek');
  } finally {
    parts.blobs.release(blob);
  }
}
