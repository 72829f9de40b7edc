import type { RecordChange } from '@polynas/core/spi';
import { keyOf } from './entries.ts';
import type { StoredRecord, Tree } from './tree.ts';

export function getRecord(tree: Tree, key: Uint8Array): Uint8Array | undefined {
  return tree.records.get(keyOf(key))?.value.slice();
}

/** Sorts all keys at each call: simple, and quick enough for what tests keep. */
export function recordRange(tree: Tree, from: Uint8Array, to: Uint8Array, limit: number): Required<RecordChange>[] {
  const first = keyOf(from);
  const end = keyOf(to);
  return [...tree.records]
    .filter(([key]) => key >= first && key < end)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([, record]): StoredRecord => ({ key: record.key.slice(), value: record.value.slice() }));
}

export function setRecords(tree: Tree, changes: readonly RecordChange[]): void {
  tree.expectRecords(changes);
  tree.setRecords(changes);
}
