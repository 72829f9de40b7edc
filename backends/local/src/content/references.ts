import { encodeBlob, encodeNumber, decodeBlob } from '../format/rows.ts';
import { numberKey } from '../format/keys.ts';
import type { Transaction } from '../tree/transaction.ts';
import { extentsIn } from './layout.ts';

/** Inside a mutation: the host file is unlinked once this is on stable storage. */
export function freeBlob(transaction: Transaction, blob: number): void {
  transaction.remove(transaction.tables.blobs, numberKey(blob));
  transaction.put(transaction.tables.freeBlobs, numberKey(blob), encodeNumber(1));
}

/** Reference counts of shared blobs that one mutation changes, summed up before they are written. */
export class ReferenceChanges {
  readonly #transaction: Transaction;
  readonly #changes = new Map<number, number>();

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  add(blob: number, change: number): void {
    this.#changes.set(blob, (this.#changes.get(blob) ?? 0) + change);
  }

  /** Once, at the end of the mutation's work. */
  store(): void {
    const { tables } = this.#transaction;
    for (const [blob, change] of this.#changes) {
      const view = tables.blobs.view(numberKey(blob), 9);
      const references = (view === undefined ? 0 : decodeBlob(view).references) + change;
      if (references <= 0) freeBlob(this.#transaction, blob);
      else this.#transaction.put(tables.blobs, numberKey(blob), encodeBlob({ references, shared: true }));
    }
  }
}

/** Rows of extents that one mutation handles at most: each costs up to four records. */
export const extentsPerStep = 200;

/** Extent rows of a content from `from`, as many as one mutation may handle. */
export function extentStep(transaction: Transaction, content: number, from: number): ReturnType<typeof extentsIn> {
  return extentsIn(transaction.tables, content, from, Number.MAX_SAFE_INTEGER, extentsPerStep);
}
