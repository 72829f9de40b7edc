import { StorageError } from '@polynas/core/spi';
import type { FileId, Name, Replaced, ReplaceOptions } from '@polynas/core/spi';
import { checkChangedName, checkXattrs } from './checks.ts';
import { expectChangesAsStamps, setDescribed } from './described.ts';
import { keyOf } from './entries.ts';
import { isDirectory, isRegularFile } from './inode.ts';
import type { RegularFile } from './inode.ts';
import { Pages } from './pages.ts';
import { move } from './rename.ts';
import { regular } from './tree.ts';
import type { Tree } from './tree.ts';

export function replace(
  tree: Tree,
  fromId: FileId,
  fromName: Name,
  toId: FileId,
  toName: Name,
  options: ReplaceOptions = {},
): Replaced {
  checkChangedName(fromName, tree.traits);
  checkChangedName(toName, tree.traits);
  const from = tree.directory(fromId);
  const to = tree.directory(toId);
  const source = from.content.entries.get(keyOf(fromName));
  if (source === undefined) throw new StorageError('notFound');
  const published = regular(source.inode);
  const target = to.content.entries.get(keyOf(toName));
  if (target?.inode === published || published.nlink !== 1) throw new StorageError('invalid', 'others use the source');
  tree.expectTarget(target?.inode, options.ifTarget);
  if (target !== undefined && isDirectory(target.inode)) throw new StorageError('isDirectory');
  if (options.writtenIn !== undefined && options.writtenIn !== tree.settings.epoch) {
    throw new StorageError('unavailable', 'the source was written in another life of the volume');
  }
  tree.expectRecords(options.records);
  expectChangesAsStamps(tree, options.described);

  if (tree.traits.replace === 'rename' || target === undefined || !isRegularFile(target.inode)) {
    const { to: directory, replaced } = move(tree, from, source, to, toName, target);
    if (options.described !== undefined) setDescribed(tree, published, options.described);
    tree.setRecords(options.records);
    return { attributes: tree.attributes(published), ...(replaced === undefined ? {} : { replaced }), directory };
  }
  const kept = target.inode;
  const xattrs = swappedXattrs(kept, published.xattrs);
  checkXattrs(xattrs, tree.traits);
  const replaced = tree.attributes(kept);
  const directory = tree.changeEntries(from, () => from.content.entries.remove(source));
  takeContent(tree, kept, published, xattrs);
  published.content.pages = new Pages(tree.space);
  published.content.size = 0;
  published.content.stamp = tree.nextCount();
  tree.dropName(published);
  if (options.described !== undefined) setDescribed(tree, kept, options.described);
  tree.setRecords(options.records);
  return { attributes: tree.attributes(kept), replaced, directory: from === to ? directory : tree.unchanged(to) };
}

/** What the target has, but of core's own (`trusted.polynas.*`) those that come with the content. */
export function swappedXattrs(
  target: RegularFile,
  source: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  const isCores = (name: string): boolean => name.startsWith('trusted.polynas.');
  return new Map([
    ...[...target.xattrs].filter(([name]) => !isCores(name)),
    ...[...source].filter(([name]) => isCores(name)),
  ]);
}

/** The target has the other content from now on, and what its own took is free. */
export function takeContent(
  tree: Tree,
  target: RegularFile,
  { content, modified }: Pick<RegularFile, 'content' | 'modified'>,
  xattrs: ReadonlyMap<string, Uint8Array>,
): void {
  target.content.pages.release();
  target.content.pages = content.pages;
  target.content.size = content.size;
  target.content.stamp = content.stamp;
  target.modified = modified;
  target.xattrs.clear();
  for (const [name, value] of xattrs) target.xattrs.set(name, value);
  tree.touch(target, 'attributes');
}
