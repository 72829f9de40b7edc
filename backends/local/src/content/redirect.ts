import { encodeExtent } from '../format/extent.ts';
import type { Extent } from '../format/extent.ts';
import { pairKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { extentsIn } from './layout.ts';
import { extentsPerStep, ReferenceChanges } from './references.ts';
import type { LiveFile } from './live-file.ts';
import { beginWriting, endWriting } from './open-period.ts';
import { syncBlob } from './sync-blob.ts';
import { inodeOf, readSegment } from './read.ts';
import { writeFully } from './transfer.ts';
import type { Transaction } from '../tree/transaction.ts';
import type { Content, Inode } from '../format/inode.ts';

/** Shared bytes are moved to the private blob in units of this size, so that small writes do not leave a row each. */
export const redirectUnit = 262_144;

/**
 * Makes the private blob the place of all bytes in the range (rounded to units): copies what lies in shared blobs, syncs the copy,
 * and only then takes the extents away. The bytes are the same before and after, so nothing of the file changes. The caller has the gate for itself.
 */
export async function redirect(parts: Parts, file: LiveFile, offset: number, length: number): Promise<void> {
  const end = Math.ceil((offset + length) / redirectUnit) * redirectUnit;
  let at = Math.floor(offset / redirectUnit) * redirectUnit;
  for (;;) {
    const inode = inodeOf(parts, file.id);
    if (inode.content.kind !== 'extents') return;
    const extents = extentsIn(parts.tables, inode.content.id, at, Math.min(end, inode.size), extentsPerStep);
    const last = extents.at(-1);
    if (last === undefined) return;
    const until = Math.min(end, last.offset + last.length, inode.size);
    const from = at;
    const blobId = await beginWriting(parts, file);
    try {
      const blob = await parts.blobs.acquire(blobId);
      try {
        for (const extent of extents) {
          const start = Math.max(extent.offset, from);
          await copy(parts, blob.fd, {
            offset: start,
            length: Math.min(extent.offset + extent.length, until) - start,
            blob: extent.blob,
            blobOffset: extent.blobOffset + start - extent.offset,
            shared: true,
          });
        }
        await syncBlob(parts, blob);
      } finally {
        parts.blobs.release(blob);
      }
      await parts.committer.mutate((transaction) => {
        trimExtents(transaction, transaction.inode(file.id), from, until);
      });
    } finally {
      endWriting(file);
    }
    at = until;
  }
}

async function copy(parts: Parts, fd: number, segment: Parameters<typeof readSegment>[1]): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(segment.length, redirectUnit));
  for (let done = 0; done < segment.length; done += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, segment.length - done));
    const offset = segment.offset + done;
    await readSegment(parts, { ...segment, offset, length: part.length, blobOffset: segment.blobOffset + done }, part);
    await writeFully(parts.blobs.host, fd, [part], offset);
  }
}

/**
 * Inside a mutation: no extent covers the range any more; what lies outside of it stays. At most `extentsPerStep` rows may
 * overlap it. Without any extent left the file is one of a private blob alone again.
 */
export function trimExtents(transaction: Transaction, inode: Inode, from: number, until: number): void {
  const { content } = inode;
  const references = new ReferenceChanges(transaction);
  const overlapping = cutOut(transaction, content, from, until, references);
  references.store();
  const rows = extentsIn(transaction.tables, content.id, 0, Number.MAX_SAFE_INTEGER, overlapping.length + 1);
  const outside = overlapping.some(({ offset, length }) => offset < from || offset + length > until);
  if (rows.length > overlapping.length || outside) return;
  inode.content = { id: content.id, kind: content.blob === 0 ? 'none' : 'blob', blob: content.blob };
  transaction.quietly(inode);
}

/** Inside a mutation: takes the range out of the extents of a content. Gives the rows that overlapped it. */
export function cutOut(
  transaction: Transaction,
  content: Content,
  from: number,
  until: number,
  references: ReferenceChanges,
): Extent[] {
  const { extents } = transaction.tables;
  const overlapping = extentsIn(transaction.tables, content.id, from, until);
  const keep = (extent: Extent): void => {
    references.add(extent.blob, 1);
    transaction.put(extents, pairKey(content.id, extent.offset), encodeExtent(extent));
  };
  for (const extent of overlapping) {
    const end = extent.offset + extent.length;
    references.add(extent.blob, -1);
    transaction.remove(extents, pairKey(content.id, extent.offset));
    if (extent.offset < from) keep({ ...extent, length: from - extent.offset });
    if (end > until) {
      keep({
        offset: until,
        length: end - until,
        blob: extent.blob,
        blobOffset: extent.blobOffset + until - extent.offset,
      });
    }
  }
  return overlapping;
}
