import { StorageError } from '@polynas/core/spi';
import type { Described } from '@polynas/core/spi';
import type { Inode } from './inode.ts';
import type { Tree } from './tree.ts';

export function expectChangesAsStamps(tree: Tree, described: Described | undefined): void {
  if (described === undefined) return;
  if (tree.traits.contentStamp) throw new StorageError('notSupported', 'this volume has content stamps');
}

export function setDescribed(tree: Tree, inode: Inode, { xattr, value }: Described): void {
  tree.touch(inode, 'attributes');
  inode.xattrs.set(xattr, value(tree.attributes(inode)));
}
