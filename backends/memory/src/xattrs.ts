import { StorageError } from '@polynas/core/spi';
import type { Attributes, FileId, MutationOptions } from '@polynas/core/spi';
import { checkXattrName, checkXattrs } from './checks.ts';
import type { Inode } from './inode.ts';
import type { Tree } from './tree.ts';

export function getxattr(tree: Tree, id: FileId, name: string): Uint8Array | undefined {
  checkXattrName(name);
  return tree.inode(id).xattrs.get(name)?.slice();
}

export function xattrsAmong(inode: Inode, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const name of names) {
    checkXattrName(name);
    const value = inode.xattrs.get(name);
    if (value !== undefined) found.set(name, value.slice());
  }
  return found;
}

export function listxattr(tree: Tree, id: FileId): string[] {
  return [...tree.inode(id).xattrs.keys()];
}

export function setxattr(
  tree: Tree,
  id: FileId,
  name: string,
  value: Uint8Array,
  how: 'either' | 'create' | 'replace',
  options: MutationOptions = {},
): Attributes {
  const inode = tree.inode(id);
  checkXattrName(name);
  if (how === 'create' && inode.xattrs.has(name)) throw new StorageError('exists');
  if (how === 'replace' && !inode.xattrs.has(name)) throw new StorageError('notFound');
  checkXattrs(new Map(inode.xattrs).set(name, value), tree.traits);
  tree.expectRecords(options.records);
  inode.xattrs.set(name, Uint8Array.from(value));
  return changed(tree, inode, name, options);
}

export function removexattr(tree: Tree, id: FileId, name: string, options: MutationOptions = {}): Attributes {
  const inode = tree.inode(id);
  checkXattrName(name);
  if (!inode.xattrs.has(name)) throw new StorageError('notFound');
  tree.expectRecords(options.records);
  inode.xattrs.delete(name);
  return changed(tree, inode, name, options);
}

function changed(tree: Tree, inode: Inode, name: string, options: MutationOptions): Attributes {
  if (!(tree.traits.quietRecords && name.startsWith('trusted.'))) tree.touch(inode, 'attributes');
  tree.setRecords(options.records);
  return tree.attributes(inode);
}
