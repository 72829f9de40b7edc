import { StorageError } from '@polynas/core/spi';
import type { ReadResult } from '@polynas/core/spi';
import type { Inode } from '../format/inode.ts';
import { numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { segmentsOf } from './layout.ts';
import type { Segment } from './layout.ts';
import { readFully } from './transfer.ts';

const readNowLimit = 65_536;
const attempts = 8;

export async function readContent(
  parts: Parts,
  id: number,
  offset: number,
  length: number,
  into: Uint8Array | undefined,
): Promise<ReadResult> {
  for (let attempt = 1; ; attempt += 1) {
    const inode = inodeOf(parts, id);
    const end = Math.min(offset + length, inode.size);
    if (offset >= end) return { bytes: (into ?? new Uint8Array(0)).subarray(0, 0), eof: offset >= inode.size };
    const wanted = end - offset;
    const eof = end >= inode.size;
    if (inode.content.kind === 'inline') {
      return { bytes: landed(inlineBytes(parts, inode).subarray(offset, end), into), eof };
    }
    const target = into === undefined ? uninitialized(wanted) : into.subarray(0, wanted);
    try {
      for (const segment of segmentsOf(parts.tables, inode.content, offset, end)) {
        await readSegment(
          parts,
          segment,
          target.subarray(segment.offset - offset, segment.offset - offset + segment.length),
        );
      }
      return { bytes: target, eof };
    } catch (error) {
      // The content was replaced and its blob reclaimed while we were about to open it: read the new one, whole.
      const now = parts.inodes.read(id);
      if (now === undefined || sameContent(now, inode) || attempt === attempts) throw error;
    }
  }
}

/** Only what needs no thread and no disk. */
export function readContentNow(parts: Parts, id: number, offset: number, length: number): ReadResult | undefined {
  if (length > readNowLimit) return undefined;
  const inode = inodeOf(parts, id);
  const end = Math.min(offset + length, inode.size);
  if (offset >= end) return { bytes: new Uint8Array(0), eof: offset >= inode.size };
  const eof = end >= inode.size;
  const wanted = end - offset;
  if (inode.content.kind === 'inline') return { bytes: inlineBytes(parts, inode).slice(offset, end), eof };
  if (inode.content.kind === 'none') return { bytes: new Uint8Array(wanted), eof };
  const { readNow } = parts.blobs.host;
  const [segment, more] = segmentsOf(parts.tables, inode.content, offset, end);
  if (readNow === undefined || segment === undefined || more !== undefined || segment.blob === 0) return undefined;
  const blob = parts.blobs.acquireNow(segment.blob);
  if (blob === undefined) return undefined;
  try {
    const bytes = readNow(blob.fd, wanted, segment.blobOffset);
    return bytes?.length === wanted ? { bytes, eof } : undefined;
  } finally {
    parts.blobs.release(blob);
  }
}

export async function readSegment(parts: Parts, segment: Segment, target: Uint8Array): Promise<void> {
  if (segment.blob === 0) {
    target.fill(0);
    return;
  }
  const blob = await parts.blobs.acquire(segment.blob);
  try {
    await readFully(parts.blobs.host, blob.fd, target, segment.blobOffset);
  } finally {
    parts.blobs.release(blob);
  }
}

export function inlineBytes(parts: Parts, inode: Inode): Uint8Array {
  const bytes = parts.tables.inline.get(numberKey(inode.content.id));
  if (bytes === undefined || bytes.length !== inode.size) {
    throw new StorageError('corrupt', `file ${inode.id} has lost its inline content`);
  }
  return bytes;
}

export function inodeOf(parts: Parts, id: number): Inode {
  const inode = parts.inodes.read(id);
  if (inode === undefined) throw new StorageError('stale', `no file ${id}`);
  return inode;
}

function sameContent(a: Inode, b: Inode): boolean {
  return a.content.id === b.content.id && a.content.kind === b.content.kind && a.content.blob === b.content.blob;
}

function landed(bytes: Uint8Array, into: Uint8Array | undefined): Uint8Array {
  if (into === undefined) return bytes.slice();
  into.set(bytes);
  return into.subarray(0, bytes.length);
}

/** Every byte of it is about to be overwritten; zeroing it first would cost as much as the read. */
function uninitialized(length: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(length);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}
