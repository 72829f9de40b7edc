import { isStorageError } from '@polynas/core/spi';
import { encodeFreeContent, encodeNumber } from '../format/rows.ts';
import type { Content, Inode } from '../format/inode.ts';
import { afterNumber, numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import type { Transaction } from '../tree/transaction.ts';
import type { LiveFile } from './live-file.ts';
import { freeBlob } from './references.ts';
import { syncFile } from './sync.ts';

/** More than a file can have. */
const allXattrs = 2000;

/** Runs an operation on a file that stays alive meanwhile. */
export async function holding<T>(parts: Parts, id: number, work: (file: LiveFile) => Promise<T>): Promise<T> {
  const file = parts.files.hold(id);
  try {
    return await work(file);
  } finally {
    release(parts, file);
  }
}

/** Drops one hold; the last one flushes what is dirty and removes what has no name left, both in the background. */
export function release(parts: Parts, file: LiveFile): void {
  file.holders -= 1;
  if (file.holders > 0) return;
  if (file.orphan || file.dirty) void parts.activity.during(() => finish(parts, file));
  else parts.files.settle(file);
}

/**
 * What nobody holds any more. What fails here has either made the volume unavailable, which everybody is told, or found no space: then the
 * file stays alive, and the next sweep or the recovery does the work.
 */
export async function finish(parts: Parts, file: LiveFile): Promise<void> {
  const { orphan } = file;
  file.holders += 1;
  try {
    if (orphan) await reap(parts, file);
    else await syncFile(parts, file);
  } catch (error) {
    if (!isStorageError(error)) throw error;
  } finally {
    file.holders -= 1;
  }
  // Its last name may have gone while it was flushed.
  if (file.holders === 0 && file.orphan && !orphan) await finish(parts, file);
  else parts.files.settle(file);
}

async function reap(parts: Parts, file: LiveFile): Promise<void> {
  const gone = await parts.committer.mutate((transaction) => {
    const inode = transaction.find(file.id);
    if (file.handles > 0 || inode === undefined || inode.nlink > 0) return false;
    transaction.frees();
    removeFile(transaction, inode);
    transaction.remove(transaction.tables.orphans, numberKey(file.id));
    file.orphan = false;
    transaction.afterFailure(() => {
      file.orphan = true;
    });
    return true;
  });
  if (gone) parts.reclaimer.wake();
}

/** Inside a mutation: the last name is gone. Open handles keep the file; else it goes now, and what runs on it will find it stale. */
export function dropLastName(transaction: Transaction, inode: Inode): void {
  const file = transaction.files.get(inode.id);
  if (file === undefined || file.handles === 0) {
    removeFile(transaction, inode);
    return;
  }
  transaction.put(transaction.tables.orphans, numberKey(inode.id), encodeNumber(1));
  file.orphan = true;
  transaction.afterFailure(() => {
    file.orphan = false;
  });
}

/** Inside a mutation: removes the inode and all that belongs to it; large contents are left to the reclaimer. */
export function removeFile(transaction: Transaction, inode: Inode): void {
  const { tables } = transaction;
  for (const { key } of tables.xattrs.range(numberKey(inode.id), afterNumber(inode.id), allXattrs)) {
    transaction.remove(tables.xattrs, key);
  }
  dropContent(transaction, inode.id, inode.content);
  transaction.removeInode(inode);
  const { removing } = transaction.files;
  removing.add(inode.id);
  transaction.afterCommit(() => removing.delete(inode.id));
  transaction.afterFailure(() => removing.delete(inode.id));
}

/** Inside a mutation: a content that nobody names any more, and the dirtiness of the file that had it. */
export function dropContent(transaction: Transaction, id: number, content: Content): void {
  const { tables } = transaction;
  if (content.kind === 'inline') transaction.remove(tables.inline, numberKey(content.id));
  else if (content.kind === 'blob') freeBlob(transaction, content.blob);
  else if (content.kind === 'extents') {
    transaction.put(tables.freeContents, numberKey(content.id), encodeFreeContent({ blob: content.blob }));
  }
  const file = transaction.files.get(id);
  if (!tables.dirty.has(numberKey(id)) && file?.dirty !== true) return;
  transaction.remove(tables.dirty, numberKey(id));
  if (file === undefined) return;
  const { dirty } = file;
  file.dirty = false;
  transaction.afterCommit(() => {
    if (file.overlay?.content === content.id) file.overlay = undefined;
    transaction.files.settle(file);
  });
  transaction.afterFailure(() => {
    file.dirty = dirty;
  });
}
