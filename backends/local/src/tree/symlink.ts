import { StorageError } from '@polynas/core/spi';
import type { Created, Name, NewFile } from '@polynas/core/spi';
import { numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { directoryIn } from './entries.ts';
import { assertName } from './names.ts';
import { addFile } from './new-file.ts';

export function symlink(
  parts: Parts,
  directory: number,
  name: Name,
  target: Uint8Array,
  file: NewFile,
): Promise<Created> {
  return parts.committer.mutate((transaction) => {
    directoryIn(transaction, directory);
    assertName(name);
    if (target.length === 0) throw new StorageError('invalid', 'an empty link target');
    if (target.length > parts.traits.maxSymlinkBytes)
      throw new StorageError('nameTooLong', 'the link target is too long');
    return addFile(transaction, directory, name, 'symlink', file, (inode) => {
      inode.size = target.length;
      inode.allocated = target.length;
      inode.content.kind = 'inline';
      transaction.put(parts.tables.inline, numberKey(inode.content.id), target);
    });
  });
}

export function readlink(parts: Parts, id: number): Uint8Array {
  const inode = parts.inodes.read(id);
  if (inode === undefined) throw new StorageError('stale', `no file ${id}`);
  if (inode.type !== 'symlink') throw new StorageError('wrongType', `${id} is a ${inode.type}`);
  const target = parts.tables.inline.get(numberKey(inode.content.id));
  if (target === undefined) throw new StorageError('corrupt', `the link ${id} has lost its target`);
  return target;
}
