import { StorageError } from '@polynas/core/spi';
import type { ByteRange, FileId, WriteResult } from '@polynas/core/spi';
import { checkCounts, checkedEnd } from './checks.ts';
import type { Tree } from './tree.ts';

export function cloneRanges(tree: Tree, from: readonly ByteRange[], toId: FileId, at: number): WriteResult {
  const target = tree.file(toId);
  if (from.length > 10_000) throw new StorageError('invalid', 'at most 10,000 ranges');
  const sources = from.map((range) => {
    const { content } = tree.file(range.id);
    checkCounts(range.offset, range.length);
    if (range.offset + range.length > content.size)
      throw new StorageError('invalid', 'a range past the end of its source');
    return { ...range, pages: content.pages };
  });
  const length = sources.reduce((sum, range) => sum + range.length, 0);
  const end = checkedEnd(at, length, tree.traits);
  const before = tree.stamp(target);
  if (length > 0) {
    // A target that is its own source is read as it was before the call.
    const asBefore = target.content.pages.copy();
    try {
      let offset = at;
      for (const { pages, ...range } of sources) {
        const source = pages === target.content.pages ? asBefore : pages;
        target.content.pages.copyFrom(source, range.offset, range.length, offset);
        offset += range.length;
        target.content.size = Math.max(target.content.size, offset);
      }
    } finally {
      asBefore.release();
      target.content.stamp = tree.nextCount();
      tree.touch(target, 'content');
    }
    target.content.size = Math.max(target.content.size, end);
  }
  return { written: length, before, after: tree.attributes(target), committed: 'file', epoch: tree.settings.epoch };
}
