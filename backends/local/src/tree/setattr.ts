import { stampOf, StorageError } from '@polynas/core/spi';
import type { AttributeChanges, SetattrOptions } from '@polynas/core/spi';
import { holding } from '../content/lifetime.ts';
import { resize } from '../content/resize.ts';
import type { Changed } from '../content/resize.ts';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import type { Parts } from '../parts.ts';

import type { Transaction } from './transaction.ts';
import { assertValues, timeOf } from './values.ts';

export async function setattr(
  parts: Parts,
  id: number,
  changes: AttributeChanges,
  options: SetattrOptions | undefined,
): Promise<Changed> {
  assertValues(changes);
  const { size } = changes;
  if (size === undefined) {
    return await parts.committer.mutate((transaction) => apply(transaction, id, changes, options));
  }
  if (!Number.isSafeInteger(size) || size < 0) throw new StorageError('invalid', `a size of ${size}`);
  if (size > parts.traits.maxFileSize) throw new StorageError('tooLarge', `a size of ${size}`);
  const changed = await holding(parts, id, (file) =>
    resize(parts, file, size, (transaction, resizing) => apply(transaction, id, changes, options, resizing)),
  );
  parts.reclaimer.wake();
  return changed;
}

/** Inside a mutation: checks everything, then changes everything. `resizing` puts the new size and what belongs to it into the inode. */
function apply(
  transaction: Transaction,
  id: number,
  changes: AttributeChanges,
  options: SetattrOptions | undefined,
  resizing?: (inode: Inode) => void,
): Changed {
  const inode = transaction.inode(id);
  if (options?.ifChange !== undefined && options.ifChange !== BigInt(inode.change)) {
    throw new StorageError('conditionFailed', 'the file has changed');
  }
  const { ifChanged } = options ?? {};
  if (
    ifChanged !== undefined &&
    (ifChanged.seconds !== inode.changed.seconds || ifChanged.nanoseconds !== inode.changed.nanoseconds)
  ) {
    throw new StorageError('conditionFailed', 'the file has changed');
  }
  const { now } = transaction;
  const accessed = changes.accessed === undefined ? inode.accessed : timeOf(changes.accessed, now);
  const modified = changes.modified === undefined ? undefined : timeOf(changes.modified, now);
  const born = changes.born === undefined ? inode.born : timeOf(changes.born, now);
  transaction.records(options?.records);

  const before = stampOf(attributesOf(inode));
  resizing?.(inode);
  if (modified !== undefined) inode.modified = modified;
  else if (resizing !== undefined) inode.modified = now;
  inode.accessed = accessed;
  inode.born = born;
  inode.mode = changes.mode ?? inode.mode;
  inode.uid = changes.uid ?? inode.uid;
  inode.gid = changes.gid ?? inode.gid;
  inode.dosBits = changes.dosBits ?? inode.dosBits;
  transaction.changed(inode);
  return { before, after: attributesOf(inode) };
}
