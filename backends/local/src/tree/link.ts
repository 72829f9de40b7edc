import { StorageError } from '@polynas/core/spi';
import type { Created, MutationOptions, Name } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import type { Parts } from '../parts.ts';
import { addEntry, changeSince, directoryIn, entriesChanged, entryIn, stampNow } from './entries.ts';
import { assertName } from './names.ts';
import { maxLinks } from './traits.ts';

export function link(
  parts: Parts,
  id: number,
  directoryId: number,
  name: Name,
  options: MutationOptions | undefined,
): Promise<Created> {
  return parts.committer.mutate((transaction) => {
    const inode = transaction.inode(id);
    if (inode.type === 'directory') throw new StorageError('isDirectory', 'directories have one name');
    if (inode.nlink === 0) throw new StorageError('stale', 'the file has no name left');
    const directory = directoryIn(transaction, directoryId);
    assertName(name);
    if (entryIn(transaction, directory, name) !== undefined) throw new StorageError('exists');
    if (inode.nlink >= maxLinks) throw new StorageError('tooManyLinks');
    transaction.records(options?.records);
    const before = stampNow(directory);
    inode.nlink += 1;
    transaction.changed(inode);
    addEntry(transaction, directory, name, inode);
    entriesChanged(transaction, directory);
    return { attributes: attributesOf(inode), created: true, directory: changeSince(before, directory) };
  });
}
