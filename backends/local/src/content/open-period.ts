import { encodeDirty, encodeBlob } from '../format/rows.ts';
import { numberKey } from '../format/keys.ts';
import type { Inode } from '../format/inode.ts';
import type { Parts } from '../parts.ts';
import type { Transaction } from '../tree/transaction.ts';
import type { LiveFile } from './live-file.ts';
import { inlineBytes, inodeOf } from './read.ts';
import { syncBlob } from './sync-blob.ts';
import { syncFile } from './sync.ts';
import { writeFully } from './transfer.ts';
import type { OpenBlob } from './blob-store.ts';

/** Changes that one dirty row allows before it must be renewed; what a crash leaves unused is skipped. */
const changesReserved = 2 ** 24;
const changesMargin = 4096;

/**
 * Resolves with the file durably marked dirty, a private blob in place, and the caller counted in `writing` (who ends it with
 * `endWriting`). From here on bytes may change in place: recovery knows that it cannot trust the inode.
 */
export async function beginWriting(parts: Parts, file: LiveFile): Promise<number> {
  for (;;) {
    const { content } = inodeOf(parts, file.id);
    if (isMarked(file) && content.blob !== 0 && file.overlay?.content === content.id) {
      file.writing += 1;
      return content.blob;
    }
    file.marking ??= mark(parts, file).finally(() => {
      file.marking = undefined;
    });
    await file.marking;
  }
}

export function endWriting(file: LiveFile): void {
  file.writing -= 1;
}

function isMarked(file: LiveFile): boolean {
  const { overlay } = file;
  return (
    file.marking === undefined &&
    file.dirty &&
    overlay !== undefined &&
    overlay.highest + changesMargin < file.changeBound
  );
}

async function mark(parts: Parts, file: LiveFile): Promise<void> {
  await makeRoom(parts, file);
  const inode = inodeOf(parts, file.id);
  if (inode.content.blob !== 0) {
    await parts.committer.mutate((transaction) => markDirty(transaction, file, transaction.inode(file.id)));
    return;
  }
  const blob = await privateBlobFor(parts, inode);
  try {
    const published = await parts.committer.mutate((transaction) => {
      const present = transaction.inode(file.id);
      if (!publish(transaction, present, inode, blob.id)) return false;
      markDirty(transaction, file, present);
      return true;
    });
    if (published) parts.pool.published(blob.id);
    else await parts.pool.abandon(blob.id);
  } catch (error) {
    if (!parts.health.failed) await parts.pool.abandon(blob.id);
    throw error;
  } finally {
    parts.blobs.release(blob);
  }
}

/** Blobs with unsynced bytes stay open, so there may not be too many of them: the one that was written longest ago is synced. */
async function makeRoom(parts: Parts, file: LiveFile): Promise<void> {
  const dirty = [...parts.files.all()].filter((other) => other.dirty && other !== file);
  if (dirty.length < parts.blobs.capacity / 2) return;
  const [first, ...rest] = dirty;
  if (first === undefined) return;
  const oldest = rest.reduce((found, other) => (other.lastChange < found.lastChange ? other : found), first);
  await syncFile(parts, oldest);
}

/** A new blob that holds what the file holds now, on stable storage. */
export async function privateBlobFor(parts: Parts, inode: Inode): Promise<OpenBlob> {
  // Read in the same turn as the inode: a moment later the row may be another one or gone.
  const bytes = inode.content.kind === 'inline' ? inlineBytes(parts, inode) : undefined;
  const blob = await parts.blobs.acquire(await parts.pool.take());
  try {
    if (inode.size > 0) {
      if (bytes !== undefined) await writeFully(parts.blobs.host, blob.fd, [bytes], 0);
      else await parts.blobs.host.truncate(blob.fd, inode.size);
      await syncBlob(parts, blob);
    }
    return blob;
  } catch (error) {
    parts.blobs.release(blob);
    if (!parts.health.failed) await parts.pool.abandon(blob.id);
    throw error;
  }
}

/** Inside a mutation: the blob becomes the file's private one, unless the content has become another since `seen`. */
export function publish(transaction: Transaction, inode: Inode, seen: Inode, blob: number): boolean {
  const { content } = inode;
  if (content.id !== seen.content.id || content.kind !== seen.content.kind) return false;
  if (content.blob !== 0 || inode.size !== seen.size) return false;
  // Another small write went into the tree after the blob was made from what was there.
  if (content.kind === 'inline' && inode.contentStamp !== seen.contentStamp) return false;
  if (content.kind === 'inline') transaction.remove(transaction.tables.inline, numberKey(content.id));
  inode.content = { id: content.id, kind: content.kind === 'extents' ? 'extents' : 'blob', blob };
  transaction.put(transaction.tables.blobs, numberKey(blob), encodeBlob({ references: 1, shared: false }));
  transaction.quietly(inode);
  return true;
}

/** Inside a mutation: the row that tells recovery not to trust the inode, and the overlay for what it does not know. */
export function markDirty(transaction: Transaction, file: LiveFile, inode: Inode): void {
  const { changeBound, dirty } = file;
  file.changeBound = inode.change + changesReserved;
  transaction.put(
    transaction.tables.dirty,
    numberKey(file.id),
    encodeDirty({ changeBound: file.changeBound, size: inode.size, exact: false }),
  );
  file.dirty = true;
  const former = file.overlay;
  if (former?.content !== inode.content.id) {
    file.overlay = {
      content: inode.content.id,
      size: inode.size,
      allocated: inode.allocated,
      modified: inode.modified,
      changed: inode.changed,
      change: inode.change,
      highest: inode.change,
      contentStamp: inode.contentStamp,
    };
  }
  transaction.afterFailure(() => {
    file.dirty = dirty;
    file.changeBound = changeBound;
    if (!dirty) file.overlay = former;
  });
}
