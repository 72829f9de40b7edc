import { StorageError } from '@polynas/core/spi';
import type { Attributes, RecordChange, TargetCondition } from '@polynas/core/spi';

/** Throws `conditionFailed` unless the name means what the caller believes; `notSupported` for a stamp, which CephFS has none of. */
export function expectTarget(target: Attributes | undefined, condition: TargetCondition | undefined): void {
  if (condition === undefined) return;
  if (condition === 'absent') {
    if (target !== undefined) throw new StorageError('conditionFailed', 'the name exists');
    return;
  }
  if (condition.stamp !== undefined) throw new StorageError('notSupported', 'this volume has no content stamps');
  if (target?.id !== condition.id) throw new StorageError('conditionFailed', 'the name means another file');
}

export function expectNoRecords(records: readonly RecordChange[] | undefined): void {
  if (records !== undefined && records.length > 0) throw new StorageError('notSupported', 'this volume has no records');
}
