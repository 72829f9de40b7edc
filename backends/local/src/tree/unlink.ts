import { StorageError } from '@polynas/core/spi';
import type { Name, Removed, RemoveOptions } from '@polynas/core/spi';
import { dropLastName } from '../content/lifetime.ts';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import type { Parts } from '../parts.ts';
import { assertTarget } from './conditions.ts';
import { changeSince, directoryIn, entriesChanged, entryIn, removeEntry, stampNow } from './entries.ts';
import { assertName } from './names.ts';
import type { Transaction } from './transaction.ts';

export async function unlink(
  parts: Parts,
  directoryId: number,
  name: Name,
  options: RemoveOptions | undefined,
): Promise<Removed> {
  const removed = await parts.committer.mutate((transaction) => {
    const directory = directoryIn(transaction, directoryId);
    assertName(name);
    const entry = entryIn(transaction, directory, name);
    if (entry === undefined) throw new StorageError('notFound');
    const inode = transaction.inode(entry.id);
    assertTarget(inode, options?.ifTarget);
    if (inode.type === 'directory') throw new StorageError('isDirectory');
    transaction.records(options?.records);
    const before = stampNow(directory);
    transaction.frees();
    removeEntry(transaction, directory, name, entry);
    entriesChanged(transaction, directory);
    loseName(transaction, inode);
    return { removed: attributesOf(inode), directory: changeSince(before, directory) };
  });
  if (removed.removed.nlink === 0) parts.reclaimer.wake();
  return removed;
}

/** Inside a mutation: one name less. */
export function loseName(transaction: Transaction, inode: Inode): void {
  inode.nlink -= 1;
  transaction.changed(inode);
  if (inode.nlink === 0) dropLastName(transaction, inode);
}
