import { StorageError } from '@polynas/core/spi';
import type { AttributeChanges, Attributes, FileId, SetattrOptions, Stamp } from '@polynas/core/spi';
import { checkAttributes } from './checks.ts';
import { compareTimes } from './clock.ts';
import type { RegularFile } from './inode.ts';
import { regular } from './tree.ts';
import type { Tree } from './tree.ts';

export function setattr(
  tree: Tree,
  id: FileId,
  changes: AttributeChanges,
  options: SetattrOptions = {},
): { before: Stamp; after: Attributes } {
  const inode = tree.inode(id);
  checkAttributes(changes, tree.traits);
  const resized = changes.size === undefined ? undefined : regular(inode);
  if (options.ifChange !== undefined && options.ifChange !== inode.change) throw new StorageError('conditionFailed');
  if (options.ifChanged !== undefined && compareTimes(options.ifChanged, inode.changed) !== 0) {
    throw new StorageError('conditionFailed');
  }
  tree.expectRecords(options.records);

  const before = tree.stamp(inode);
  if (resized !== undefined && changes.size !== undefined) resize(tree, resized, changes.size);
  tree.touch(inode, changes.size === undefined ? 'attributes' : 'content');
  inode.mode = changes.mode ?? inode.mode;
  inode.uid = changes.uid ?? inode.uid;
  inode.gid = changes.gid ?? inode.gid;
  inode.dosBits = changes.dosBits ?? inode.dosBits;
  for (const time of ['accessed', 'modified', 'born'] as const) {
    const value = changes[time];
    if (value !== undefined) inode[time] = value === 'now' ? inode.changed : tree.rounded(value);
  }
  tree.setRecords(options.records);
  return { before, after: tree.attributes(inode) };
}

function resize(tree: Tree, { content }: RegularFile, size: number): void {
  if (size === content.size) return;
  // Nothing but zeros is kept past the end, so growing is a matter of the size alone.
  if (size < content.size) content.pages.clear(size);
  content.size = size;
  content.stamp = tree.nextCount();
}
