import { StorageError } from '@polynas/core/spi';
import type { FileId, TargetCondition } from '@polynas/core/spi';
import type { Inode } from '../format/inode.ts';

/** Throws `conditionFailed` unless the name means what the caller believes. `target` is what it means now. */
export function assertTarget(target: Inode | undefined, condition: TargetCondition | undefined): void {
  if (condition === undefined) return;
  if (condition === 'absent') {
    if (target !== undefined) throw new StorageError('conditionFailed', 'the name exists');
    return;
  }
  assertFile(target, condition.id);
  if (condition.stamp !== undefined && target !== undefined && BigInt(target.contentStamp) !== condition.stamp) {
    throw new StorageError('conditionFailed', 'the content is another');
  }
}

export function assertFile(target: Inode | undefined, id: FileId | undefined): void {
  if (id !== undefined && (target === undefined || BigInt(target.id) !== id)) {
    throw new StorageError('conditionFailed', 'the name means another file');
  }
}
