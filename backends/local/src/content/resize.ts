import { StorageError } from '@polynas/core/spi';
import type { Attributes, Stamp } from '@polynas/core/spi';
import type { Inode } from '../format/inode.ts';
import { numberKey, pairKey } from '../format/keys.ts';
import { encodeDirty, encodeNumber } from '../format/rows.ts';
import type { Parts } from '../parts.ts';
import type { Committer } from '../tree/committer.ts';
import type { Transaction } from '../tree/transaction.ts';
import { extentsIn } from './layout.ts';
import { dropContent } from './lifetime.ts';
import { extentsPerStep, extentStep, ReferenceChanges } from './references.ts';
import type { LiveFile } from './live-file.ts';
import { privateBlobFor, publish } from './open-period.ts';
import { syncBlob } from './sync-blob.ts';
import { inodeOf } from './read.ts';
import { trimExtents } from './redirect.ts';
import { syncFile } from './sync.ts';

export interface Changed {
  readonly before: Stamp;
  readonly after: Attributes;
}

type Apply = (transaction: Transaction, resizing: (inode: Inode) => void) => Changed;

/**
 * Changes a file's size together with whatever `apply` changes, in one commit that checks its conditions; the host file
 * follows. Between the two a dirty row says which size is the true one.
 */
export async function resize(parts: Parts, file: LiveFile, size: number, apply: Apply): Promise<Changed> {
  assertRegular(inodeOf(parts, file.id));
  await file.gate.exclusive();
  try {
    const inode = inodeOf(parts, file.id);
    assertRegular(inode);
    if (size === inode.size) return await parts.committer.mutate((transaction) => apply(transaction, () => undefined));
    if (size === 0)
      return await parts.committer.mutate((transaction) =>
        apply(transaction, (present) => empty(transaction, present)),
      );
    const { kind } = inode.content;
    if (kind === 'none' || (kind === 'inline' && size <= parts.limits.inlineBytes)) {
      return await parts.committer.mutate((transaction) =>
        apply(transaction, (present) => resizeInTree(parts, transaction, present, size)),
      );
    }
    if (kind === 'inline') return await moveToBlob(parts, file, inode, size, apply);
    return await resizeBlob(parts, file, size, apply);
  } finally {
    file.gate.leave();
  }
}

function assertRegular(inode: Inode): void {
  if (inode.type === 'directory') throw new StorageError('isDirectory');
  if (inode.type !== 'file') throw new StorageError('wrongType', `the size of a ${inode.type}`);
}

/** A fresh content instead of the old one: no work on bytes, however many there were. */
function empty(transaction: Transaction, inode: Inode): void {
  transaction.frees();
  dropContent(transaction, inode.id, inode.content);
  inode.content = { id: transaction.number('contents'), kind: 'none', blob: 0 };
  inode.size = 0;
  inode.allocated = 0;
  inode.contentStamp = transaction.number('stamps');
}

function resizeInTree(parts: Parts, transaction: Transaction, inode: Inode, size: number): void {
  if (size < inode.size) transaction.frees();
  if (inode.content.kind === 'inline') {
    const key = numberKey(inode.content.id);
    const bytes = Buffer.alloc(size);
    bytes.set((parts.tables.inline.get(key) ?? new Uint8Array(0)).subarray(0, size));
    transaction.put(parts.tables.inline, key, bytes);
    inode.allocated = size;
  }
  inode.size = size;
  inode.contentStamp = transaction.number('stamps');
}

async function moveToBlob(parts: Parts, file: LiveFile, seen: Inode, size: number, apply: Apply): Promise<Changed> {
  const blob = await privateBlobFor(parts, seen);
  let published = false;
  try {
    await parts.blobs.host.truncate(blob.fd, size);
    await syncBlob(parts, blob);
    const { allocated } = await parts.blobs.host.stat(blob.fd);
    const changed = await parts.committer.mutate((transaction) =>
      apply(transaction, (inode) => {
        // The gate keeps every other writer of the content away.
        if (!publish(transaction, inode, seen, blob.id))
          throw new StorageError('tryLater', 'the content has become another');
        inode.size = size;
        inode.allocated = allocated;
        inode.contentStamp = transaction.number('stamps');
      }),
    );
    published = true;
    return changed;
  } finally {
    parts.blobs.release(blob);
    if (published) parts.pool.published(blob.id);
    else if (!parts.health.failed) await parts.pool.abandon(blob.id);
  }
}

async function resizeBlob(parts: Parts, file: LiveFile, size: number, apply: Apply): Promise<Changed> {
  // Alone, and with nothing unsynced, the inode tells the whole truth.
  await syncFile(parts, file);
  const { content } = inodeOf(parts, file.id);
  let trimming = false;
  const changed = await parts.committer.mutate((transaction) =>
    apply(transaction, (inode) => {
      if (size < inode.size) transaction.frees();
      trimming = false;
      if (inode.content.kind === 'extents' && size < inode.size) trimming = cutExtents(transaction, inode, size);
      inode.size = size;
      inode.contentStamp = transaction.number('stamps');
      if (content.blob !== 0) {
        transaction.put(
          parts.tables.dirty,
          numberKey(file.id),
          encodeDirty({ changeBound: inode.change + 1, size, exact: true }),
        );
      }
    }),
  );
  try {
    if (trimming) await trimInSteps(parts.committer, content.id, size);
    if (content.blob === 0) return changed;
    const allocated = await resizeHostFile(parts, content.blob, size);
    await parts.committer.mutate((transaction) => {
      transaction.frees();
      transaction.remove(parts.tables.dirty, numberKey(file.id));
      const inode = transaction.find(file.id);
      if (inode === undefined) return;
      inode.allocated = allocated;
      transaction.quietly(inode);
    });
    return { before: changed.before, after: { ...changed.after, allocated } };
  } catch (error) {
    // The commit stands and the host file or the extents contradict it: only recovery can bring them together.
    parts.health.fail('a resized file could not be finished', error);
    throw error;
  }
}

async function resizeHostFile(parts: Parts, id: number, size: number): Promise<number> {
  const blob = await parts.blobs.acquire(id);
  try {
    await parts.blobs.host.truncate(blob.fd, size);
    await syncBlob(parts, blob);
    return (await parts.blobs.host.stat(blob.fd)).allocated;
  } finally {
    parts.blobs.release(blob);
  }
}

/** Inside a mutation: no extent lies behind `size`, or a row says that the rest must go before the file may grow again (true). */
function cutExtents(transaction: Transaction, inode: Inode, size: number): boolean {
  const { tables } = transaction;
  const behind = extentsIn(tables, inode.content.id, size, Number.MAX_SAFE_INTEGER, extentsPerStep + 1);
  if (behind.length <= extentsPerStep) {
    trimExtents(transaction, inode, size, Number.MAX_SAFE_INTEGER);
    return false;
  }
  const [first] = behind;
  if (first !== undefined && first.offset < size) trimExtents(transaction, inode, size, first.offset + first.length);
  transaction.put(tables.trims, numberKey(inode.content.id), encodeNumber(size));
  return true;
}

/** Takes the extents from `from` on away in small mutations, and then the row that asked for it. */
export async function trimInSteps(committer: Committer, content: number, from: number): Promise<void> {
  let left = true;
  while (left) {
    left = await committer.mutate((transaction) => {
      transaction.frees();
      const extents = extentStep(transaction, content, from);
      const references = new ReferenceChanges(transaction);
      for (const extent of extents) {
        transaction.remove(transaction.tables.extents, pairKey(content, extent.offset));
        references.add(extent.blob, -1);
      }
      references.store();
      if (extents.length === extentsPerStep) return true;
      transaction.remove(transaction.tables.trims, numberKey(content));
      return false;
    });
  }
}
