import { StorageError } from '@polynas/core/spi';
import type { Name, Removed, RemoveOptions } from '@polynas/core/spi';
import { removeFile } from '../content/lifetime.ts';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import type { Parts } from '../parts.ts';
import { assertTarget } from './conditions.ts';
import { changeSince, directoryIn, entriesChanged, entryIn, isEmpty, removeEntry, stampNow } from './entries.ts';
import { assertName } from './names.ts';
import type { Transaction } from './transaction.ts';

export function rmdir(
  parts: Parts,
  directoryId: number,
  name: Name,
  options: RemoveOptions | undefined,
): Promise<Removed> {
  return parts.committer.mutate((transaction) => {
    const directory = directoryIn(transaction, directoryId);
    assertName(name);
    const entry = entryIn(transaction, directory, name);
    if (entry === undefined) throw new StorageError('notFound');
    const inode = transaction.inode(entry.id);
    assertTarget(inode, options?.ifTarget);
    if (inode.type !== 'directory') throw new StorageError('notDirectory');
    if (!isEmpty(transaction, inode)) throw new StorageError('notEmpty');
    transaction.records(options?.records);
    const before = stampNow(directory);
    transaction.frees();
    removeEntry(transaction, directory, name, entry);
    directory.nlink -= 1;
    entriesChanged(transaction, directory);
    removeDirectory(transaction, inode);
    return { removed: attributesOf(inode), directory: changeSince(before, directory) };
  });
}

/** Inside a mutation: an empty directory whose name has gone. */
export function removeDirectory(transaction: Transaction, inode: Inode): void {
  inode.nlink = 0;
  transaction.changed(inode);
  removeFile(transaction, inode);
}
