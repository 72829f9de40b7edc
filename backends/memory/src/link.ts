import { StorageError } from '@polynas/core/spi';
import type { Created, FileId, MutationOptions, Name } from '@polynas/core/spi';
import { vacantIn } from './create.ts';
import { keyOf } from './entries.ts';
import { isDirectory } from './inode.ts';
import type { Tree } from './tree.ts';

export function link(tree: Tree, id: FileId, directoryId: FileId, name: Name, options: MutationOptions = {}): Created {
  const inode = tree.inode(id);
  if (isDirectory(inode)) throw new StorageError('isDirectory');
  if (inode.nlink === 0) throw new StorageError('stale');
  const directory = vacantIn(tree, directoryId, name);
  if (inode.nlink >= tree.traits.maxLinks) throw new StorageError('tooManyLinks');
  tree.expectRecords(options.records);
  const change = tree.changeEntries(directory, () => directory.content.entries.add(keyOf(name), name, inode));
  inode.nlink += 1;
  tree.touch(inode, 'attributes');
  tree.setRecords(options.records);
  return { attributes: tree.attributes(inode), created: true, directory: change };
}
