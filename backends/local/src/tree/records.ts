import { StorageError } from '@polynas/core/spi';
import type { RecordChange } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';

const maxPage = 4096;

export function getRecord(parts: Parts, key: Uint8Array): Uint8Array | undefined {
  return key.length === 0 ? undefined : parts.tables.records.get(key);
}

export function rangeRecords(
  parts: Parts,
  from: Uint8Array,
  to: Uint8Array,
  limit: number,
): readonly Required<RecordChange>[] {
  if (!Number.isInteger(limit) || limit < 1) throw new StorageError('invalid', `a page of ${limit}`);
  // LMDB has no empty keys: the least there can be is one zero byte.
  const start = from.length === 0 ? Uint8Array.of(0) : from;
  if (to.length === 0) return [];
  return parts.tables.records.range(start, to, Math.min(limit, maxPage));
}

export function setRecords(parts: Parts, changes: readonly RecordChange[]): Promise<void> {
  return parts.committer.mutate((transaction) => {
    if (changes.every(({ value }) => value === undefined)) transaction.frees();
    transaction.records(changes);
  });
}
