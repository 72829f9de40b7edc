import { StorageError } from '@polynas/core/spi';
import type { Attributes, DirectoryChange, FileId, Name, Renamed, RenameOptions } from '@polynas/core/spi';
import { checkChangedName } from './checks.ts';
import { keyOf } from './entries.ts';
import type { Entry } from './entries.ts';
import { isDirectory } from './inode.ts';
import type { Directory, Inode } from './inode.ts';
import type { Tree } from './tree.ts';

export function rename(
  tree: Tree,
  fromId: FileId,
  fromName: Name,
  toId: FileId,
  toName: Name,
  options: RenameOptions = {},
): Renamed {
  checkChangedName(fromName, tree.traits);
  checkChangedName(toName, tree.traits);
  const from = tree.directory(fromId);
  const to = tree.directory(toId);
  const source = from.content.entries.get(keyOf(fromName));
  if (source === undefined) throw new StorageError('notFound');
  if (options.ifSource !== undefined && options.ifSource !== source.inode.id) throw new StorageError('conditionFailed');
  const target = to.content.entries.get(keyOf(toName));
  tree.expectTarget(target?.inode, options.ifTarget);
  if (options.noReplace === true && target !== undefined && target !== source) throw new StorageError('exists');
  tree.expectRecords(options.records);
  if (target?.inode === source.inode) {
    return {
      moved: tree.attributes(source.inode),
      from: tree.unchanged(from),
      to: tree.unchanged(to),
      unchanged: true,
    };
  }
  expectMovable(tree, source.inode, from, to, target?.inode);

  const result = move(tree, from, source, to, toName, target);
  tree.setRecords(options.records);
  return { moved: tree.attributes(source.inode), ...result, unchanged: false };
}

function expectMovable(tree: Tree, moved: Inode, from: Directory, to: Directory, target: Inode | undefined): void {
  if (isDirectory(moved)) {
    for (let above: Directory | undefined = to; above !== undefined; above = above.content.parent?.directory) {
      if (above === moved) throw new StorageError('invalid', 'a directory cannot move below itself');
    }
    if (target !== undefined && !isDirectory(target)) throw new StorageError('notDirectory');
    if (from !== to && target === undefined && to.nlink >= tree.traits.maxLinks) throw new StorageError('tooManyLinks');
  }
  if (target === undefined || !isDirectory(target)) return;
  if (!isDirectory(moved)) throw new StorageError('isDirectory');
  if (target.content.entries.size > 0) throw new StorageError('notEmpty');
}

/** Moves a name whose right to move is settled; the target's place among the cookies stays. */
export function move(
  tree: Tree,
  from: Directory,
  source: Entry<Inode>,
  to: Directory,
  toName: Name,
  target: Entry<Inode> | undefined,
): { from: DirectoryChange; to: DirectoryChange; replaced?: Attributes } {
  const moved = source.inode;
  const replaced = target?.inode;
  const key = keyOf(toName);
  const take = (): void => {
    from.content.entries.remove(source);
    if (isDirectory(moved)) from.nlink -= 1;
  };
  const put = (): void => {
    if (target === undefined) to.content.entries.add(key, toName, moved);
    else target.inode = moved;
    if (isDirectory(moved)) {
      moved.content.parent = { directory: to, key };
      if (replaced === undefined) to.nlink += 1;
    }
  };
  let fromChange: DirectoryChange;
  let toChange: DirectoryChange;
  if (from === to) {
    fromChange = toChange = tree.changeEntries(from, () => {
      take();
      put();
    });
  } else {
    fromChange = tree.changeEntries(from, take);
    toChange = tree.changeEntries(to, put);
  }
  tree.touch(moved, 'attributes');
  if (replaced === undefined) return { from: fromChange, to: toChange };
  tree.dropName(replaced);
  return { from: fromChange, to: toChange, replaced: tree.attributes(replaced) };
}
