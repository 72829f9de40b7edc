import { isStorageError, stampOf, StorageError } from '@polynas/core/spi';
import type { Attributes, Stability, Stamp, WriteResult } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import { encodeBlob } from '../format/rows.ts';
import { numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { attributesNow } from '../tree/lookup.ts';
import { extentsIn } from './layout.ts';
import type { LiveFile, Overlay } from './live-file.ts';
import { beginWriting, endWriting, privateBlobFor } from './open-period.ts';
import { syncBlob } from './sync-blob.ts';
import { inodeOf } from './read.ts';
import { redirect } from './redirect.ts';
import { freshStamp } from './stamps.ts';
import { syncFile } from './sync.ts';
import { writeFully } from './transfer.ts';

interface Written {
  readonly before: Stamp;
  readonly after: Attributes;
  readonly committed: Stability;
}

export async function writeContent(
  parts: Parts,
  file: LiveFile,
  offset: number,
  chunks: readonly Uint8Array[],
  stability: Stability,
): Promise<WriteResult> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (offset + length > parts.traits.maxFileSize)
    throw new StorageError('tooLarge', `a write up to ${offset + length}`);
  if (length > 0) await parts.committer.assertRoom();
  const written =
    length === 0 ? await nothing(parts, file, stability) : await gated(parts, file, offset, length, chunks, stability);
  return { written: length, ...written, epoch: parts.health.epoch };
}

async function nothing(parts: Parts, file: LiveFile, stability: Stability): Promise<Written> {
  if (stability !== 'unstable') await syncFile(parts, file);
  const after = attributesNow(parts, file.id);
  return { before: stampOf(after), after, committed: stability };
}

/** Writers of one file run together; one that has to move shared bytes first is alone. */
async function gated(
  parts: Parts,
  file: LiveFile,
  offset: number,
  length: number,
  chunks: readonly Uint8Array[],
  stability: Stability,
): Promise<Written> {
  if (!file.gate.tryShared()) await file.gate.shared();
  let written: Written | undefined;
  try {
    if (!overlapsShared(parts, file, offset, length))
      written = await write(parts, file, offset, length, chunks, stability);
  } catch (error) {
    file.gate.leave();
    await trimmed(parts, file);
    throw error;
  }
  file.gate.leave();
  if (written === undefined) {
    await file.gate.exclusive();
    try {
      await redirect(parts, file, offset, length);
      written = await write(parts, file, offset, length, chunks, stability);
      await trim(parts, file);
    } finally {
      file.gate.leave();
    }
  }
  if (stability === 'unstable' || written.committed === 'file') return written;
  await syncFile(parts, file);
  return { before: written.before, after: attributesNow(parts, file.id), committed: 'file' };
}

/** A stable write by somebody who has the gate for itself. */
export async function writeAlone(
  parts: Parts,
  file: LiveFile,
  offset: number,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (overlapsShared(parts, file, offset, length)) await redirect(parts, file, offset, length);
  try {
    const written = await write(parts, file, offset, length, chunks, 'file');
    if (written.committed !== 'file') await syncFile(parts, file);
  } finally {
    await trim(parts, file);
  }
}

async function trimmed(parts: Parts, file: LiveFile): Promise<void> {
  if (!file.trim || parts.health.failed) return;
  await file.gate.exclusive();
  try {
    await trim(parts, file);
  } finally {
    file.gate.leave();
  }
}

/** Cuts off what a failed write left behind the end of the file, lest a later extension shows it. The caller is alone. */
async function trim(parts: Parts, file: LiveFile): Promise<void> {
  if (!file.trim) return;
  const { content, size } = inodeOf(parts, file.id);
  const blob = await parts.blobs.acquire(content.blob);
  try {
    await parts.blobs.host.truncate(blob.fd, size);
    file.trim = false;
  } catch (error) {
    parts.health.fail('the rest of a failed write cannot be removed', error);
  } finally {
    parts.blobs.release(blob);
  }
}

function overlapsShared(parts: Parts, file: LiveFile, offset: number, length: number): boolean {
  const { content } = inodeOf(parts, file.id);
  return content.kind === 'extents' && extentsIn(parts.tables, content.id, offset, offset + length, 1).length > 0;
}

async function write(
  parts: Parts,
  file: LiveFile,
  offset: number,
  length: number,
  chunks: readonly Uint8Array[],
  stability: Stability,
): Promise<Written> {
  const { content, size } = inodeOf(parts, file.id);
  if (content.kind === 'none' || content.kind === 'inline') {
    if (Math.max(size, offset + length) <= parts.limits.inlineBytes) {
      const written = await writeInline(parts, file, offset, chunks);
      if (written !== undefined) return written;
    } else if (stability !== 'unstable') {
      const written = await writeFirst(parts, file, offset, length, chunks);
      if (written !== undefined) return written;
    }
  }
  return await writeInPlace(parts, file, offset, length, chunks);
}

/** Small contents live in the tree: the commit is the write, and it is stable. `undefined`: the content has outgrown the tree meanwhile. */
function writeInline(
  parts: Parts,
  file: LiveFile,
  offset: number,
  chunks: readonly Uint8Array[],
): Promise<Written | undefined> {
  return parts.committer.mutate((transaction) => {
    const inode = transaction.inode(file.id);
    const before = stampOf(attributesOf(inode));
    const { content } = inode;
    const end = chunks.reduce((at, chunk) => at + chunk.length, offset);
    const size = Math.max(inode.size, end);
    if ((content.kind !== 'none' && content.kind !== 'inline') || size > parts.limits.inlineBytes) return undefined;
    const bytes = Buffer.alloc(size);
    const key = numberKey(content.id);
    if (content.kind === 'inline') bytes.set(parts.tables.inline.get(key) ?? []);
    let at = offset;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    transaction.put(parts.tables.inline, key, bytes);
    inode.content = { id: content.id, kind: 'inline', blob: 0 };
    inode.size = size;
    inode.allocated = size;
    inode.modified = transaction.now;
    inode.contentStamp = transaction.number('stamps');
    transaction.changed(inode);
    return { before, after: attributesOf(inode), committed: 'file' };
  });
}

/**
 * A stable write to a file without a blob: the new blob is written and synced while nobody knows it, then one commit publishes it
 * with all attributes. `undefined`: somebody else gave the file a blob meanwhile.
 */
async function writeFirst(
  parts: Parts,
  file: LiveFile,
  offset: number,
  length: number,
  chunks: readonly Uint8Array[],
): Promise<Written | undefined> {
  const seen = inodeOf(parts, file.id);
  if (file.marking !== undefined || file.dirty) return undefined;
  const blob = await privateBlobFor(parts, seen);
  let published = false;
  try {
    blob.unsynced = true;
    await writeFully(parts.blobs.host, blob.fd, chunks, offset);
    await syncBlob(parts, blob);
    const { allocated } = await parts.blobs.host.stat(blob.fd);
    const written = await parts.committer.mutate((transaction): Written | undefined => {
      const inode = transaction.inode(file.id);
      const { content } = inode;
      if (content.id !== seen.content.id || content.kind !== seen.content.kind || inode.size !== seen.size)
        return undefined;
      if (content.kind === 'inline' && inode.contentStamp !== seen.contentStamp) return undefined;
      const before = stampOf(attributesOf(inode));
      if (content.kind === 'inline') transaction.remove(parts.tables.inline, numberKey(content.id));
      transaction.put(parts.tables.blobs, numberKey(blob.id), encodeBlob({ references: 1, shared: false }));
      inode.content = { id: content.id, kind: 'blob', blob: blob.id };
      inode.size = Math.max(inode.size, offset + length);
      inode.allocated = allocated;
      inode.modified = transaction.now;
      inode.contentStamp = transaction.number('stamps');
      transaction.changed(inode);
      return { before, after: attributesOf(inode), committed: 'file' };
    });
    published = written !== undefined;
    return written;
  } finally {
    parts.blobs.release(blob);
    if (published) parts.pool.published(blob.id);
    else if (!parts.health.failed) await parts.pool.abandon(blob.id);
  }
}

/** Writes into the private blob of a file that is marked dirty. */
async function writeInPlace(
  parts: Parts,
  file: LiveFile,
  offset: number,
  length: number,
  chunks: readonly Uint8Array[],
): Promise<Written> {
  const id = await beginWriting(parts, file);
  let allocated: number;
  try {
    const blob = await parts.blobs.acquire(id);
    try {
      blob.unsynced = true;
      await writeFully(parts.blobs.host, blob.fd, chunks, offset);
      // A sync that ran beside this write cleared the flag without covering it.
      blob.unsynced = true;
      allocated = parts.blobs.host.allocatedNow(blob.fd);
    } catch (error) {
      await afterFailedWrite(parts, file);
      throw error;
    } finally {
      parts.blobs.release(blob);
    }
    const before = await bytesChanged(parts, file, (overlay) => {
      overlay.allocated = allocated;
      overlay.size = Math.max(overlay.size, offset + length);
    });
    return { before, after: attributesNow(parts, file.id), committed: 'unstable' };
  } finally {
    endWriting(file);
  }
}

/** Shows that bytes have changed: a new stamp, the counter, both times. The caller is counted in `writing`. */
export async function bytesChanged(parts: Parts, file: LiveFile, apply: (overlay: Overlay) => void): Promise<Stamp> {
  const contentStamp = await freshStamp(parts);
  const { overlay } = file;
  const before = stampOf(attributesNow(parts, file.id));
  // Only an exclusive owner of the gate can take the content away, and the caller is inside.
  if (overlay === undefined) throw new StorageError('io', `file ${file.id} lost its open period`);
  apply(overlay);
  const now = parts.clock.now();
  overlay.modified = now;
  overlay.changed = now;
  overlay.highest += 1;
  overlay.change = overlay.highest;
  overlay.contentStamp = contentStamp;
  file.generation += 1;
  file.lastChange = performance.now();
  return before;
}

/** Some of the bytes may be there. The length is restored by the next exclusive owner or by the sync; the stamp moves now. */
async function afterFailedWrite(parts: Parts, file: LiveFile): Promise<void> {
  if (parts.health.failed) return;
  file.trim = true;
  try {
    await bytesChanged(parts, file, () => undefined);
  } catch (error) {
    // No stamp is to be had: the dirty row sees to a new one at the latest when the volume is opened again.
    if (!isStorageError(error)) throw error;
  }
}
