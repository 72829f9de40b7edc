import { StorageError } from '@polynas/core/spi';
import type { FileId, Name, Removed, RemoveOptions } from '@polynas/core/spi';
import { checkChangedName } from './checks.ts';
import { keyOf } from './entries.ts';
import type { Entry } from './entries.ts';
import { isDirectory } from './inode.ts';
import type { Directory, Inode } from './inode.ts';
import type { Tree } from './tree.ts';

export function unlink(tree: Tree, directoryId: FileId, name: Name, options: RemoveOptions = {}): Removed {
  const { directory, entry } = present(tree, directoryId, name, options);
  if (isDirectory(entry.inode)) throw new StorageError('isDirectory');
  return take(tree, directory, entry, options);
}

export function rmdir(tree: Tree, directoryId: FileId, name: Name, options: RemoveOptions = {}): Removed {
  const { directory, entry } = present(tree, directoryId, name, options);
  if (!isDirectory(entry.inode)) throw new StorageError('notDirectory');
  if (entry.inode.content.entries.size > 0) throw new StorageError('notEmpty');
  return take(tree, directory, entry, options);
}

function present(
  tree: Tree,
  directoryId: FileId,
  name: Name,
  options: RemoveOptions,
): { directory: Directory; entry: Entry<Inode> } {
  checkChangedName(name, tree.traits);
  const directory = tree.directory(directoryId);
  const entry = directory.content.entries.get(keyOf(name));
  if (entry === undefined) throw new StorageError('notFound');
  tree.expectTarget(entry.inode, options.ifTarget);
  tree.expectRecords(options.records);
  return { directory, entry };
}

function take(tree: Tree, directory: Directory, entry: Entry<Inode>, options: RemoveOptions): Removed {
  const change = tree.changeEntries(directory, () => {
    directory.content.entries.remove(entry);
    if (isDirectory(entry.inode)) directory.nlink -= 1;
  });
  tree.dropName(entry.inode);
  tree.setRecords(options.records);
  return { removed: tree.attributes(entry.inode), directory: change };
}
