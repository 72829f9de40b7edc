import { StorageError } from '@polynas/core/spi';
import type { FileId, Name, NewFile, PublishOptions, Replaced } from '@polynas/core/spi';
import { checkAttributes, checkChangedName, checkXattrs } from './checks.ts';
import { describe } from './create.ts';
import { keyOf } from './entries.ts';
import { isDirectory, isRegularFile } from './inode.ts';
import type { FileContent, Inode } from './inode.ts';
import { Pages } from './pages.ts';
import { expectChangesAsStamps, setDescribed } from './described.ts';
import { swappedXattrs, takeContent } from './replace.ts';
import type { Tree } from './tree.ts';

export function publish(
  tree: Tree,
  directoryId: FileId,
  name: Name,
  file: Omit<NewFile, 'records'>,
  chunks: readonly Uint8Array[],
  options: PublishOptions,
): Replaced {
  checkChangedName(name, tree.traits);
  const directory = tree.directory(directoryId);
  checkAttributes(file, tree.traits);
  const stamp = tree.nextCount();
  const described = { ...file, xattrs: stampedXattrs(tree, file.xattrs ?? new Map(), options.stampIn, stamp) };
  checkXattrs(described.xattrs, tree.traits);
  expectChangesAsStamps(tree, options.described);
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size > tree.traits.maxPublishBytes) throw new StorageError('tooLarge');
  const entry = directory.content.entries.get(keyOf(name));
  const target = entry?.inode;
  tree.expectTarget(target, options.ifTarget);
  if (target !== undefined && isDirectory(target)) throw new StorageError('isDirectory');
  tree.expectRecords(options.records);

  const content: FileContent = { kind: 'file', size, pages: new Pages(tree.space), stamp };
  if (tree.traits.replace === 'swap' && target !== undefined && isRegularFile(target)) {
    const xattrs = swappedXattrs(target, described.xattrs);
    checkXattrs(xattrs, tree.traits);
    content.pages.write(0, chunks);
    const replaced = tree.attributes(target);
    const { modified = 'now' } = file;
    takeContent(tree, target, { content, modified: modified === 'now' ? tree.now() : tree.rounded(modified) }, xattrs);
    if (options.described !== undefined) setDescribed(tree, target, options.described);
    tree.setRecords(options.records);
    return { attributes: tree.attributes(target), replaced, directory: tree.unchanged(directory) };
  }
  const inode = addedInode(tree, content, chunks);
  describe(tree, inode, described);
  inode.nlink = 1;
  const change = tree.changeEntries(directory, () => {
    if (entry === undefined) directory.content.entries.add(keyOf(name), name, inode);
    else entry.inode = inode;
  });
  if (target !== undefined) tree.dropName(target);
  if (options.described !== undefined) setDescribed(tree, inode, options.described);
  tree.setRecords(options.records);
  const replaced = target && tree.attributes(target);
  return { attributes: tree.attributes(inode), ...(replaced && { replaced }), directory: change };
}

function addedInode(tree: Tree, content: FileContent, chunks: readonly Uint8Array[]): Inode {
  content.pages.write(0, chunks);
  try {
    return tree.newInode('file', content);
  } catch (error) {
    content.pages.release();
    throw error;
  }
}

function stampedXattrs(
  tree: Tree,
  xattrs: ReadonlyMap<string, Uint8Array>,
  place: PublishOptions['stampIn'],
  stamp: bigint,
): ReadonlyMap<string, Uint8Array> {
  if (place === undefined) return xattrs;
  if (!tree.traits.contentStamp) throw new StorageError('notSupported', 'this volume has no content stamps');
  const value = Buffer.from(xattrs.get(place.xattr) ?? []);
  const { offset } = place;
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + 8 > value.length) {
    throw new StorageError('invalid', 'no such place for the stamp');
  }
  value.writeBigUInt64BE(stamp, offset);
  return new Map(xattrs).set(place.xattr, value);
}
