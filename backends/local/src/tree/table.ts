import { StorageError } from '@polynas/core/spi';
import type { Database } from 'lmdb';

export type RawDatabase = Database<Uint8Array, Uint8Array> & { lastSize: number };

export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * One LMDB database with binary keys and values. Inside a mutation it reads and writes the transaction, outside it reads the last
 * commit. Nothing here outlives the turn of the event loop: no iterator is handed out.
 */
export class Table {
  readonly name: string;
  readonly #database: RawDatabase;
  #viewed: ArrayBufferLike | undefined;
  #view: DataView | undefined;
  #viewOffset = -1;

  constructor(name: string, database: RawDatabase) {
    this.name = name;
    this.#database = database;
  }

  /** The value without a copy, good until the next read of any table; `undefined` when there is none. */
  view(key: Uint8Array, atLeast: number): DataView | undefined {
    const bytes = this.#database.getBinaryFast(key);
    if (bytes === undefined) return undefined;
    if (this.#database.lastSize < atLeast) throw new StorageError('corrupt', `short row in ${this.name}`);
    if (this.#view === undefined || this.#viewed !== bytes.buffer || this.#viewOffset !== bytes.byteOffset) {
      this.#viewed = bytes.buffer;
      this.#viewOffset = bytes.byteOffset;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset);
    }
    return this.#view;
  }

  /** A copy of the value, owned by the caller. */
  get(key: Uint8Array): Uint8Array | undefined {
    const bytes = this.#database.getBinary(key);
    return bytes === undefined ? undefined : plain(bytes);
  }

  has(key: Uint8Array): boolean {
    return this.#database.getBinaryFast(key) !== undefined;
  }

  /** Rows from `from` (inclusive) below `to`, at most `limit`, in byte order of keys. */
  range(from: Uint8Array, to: Uint8Array, limit: number): Row[] {
    return this.mapRange(from, to, limit, (key, value) => ({ key: plain(key), value: plain(value) }));
  }

  /** The same, with what `make` makes of each row. Its key and value are nobody else's, but they are Node's Buffers. */
  mapRange<T>(from: Uint8Array, to: Uint8Array, limit: number, make: (key: Uint8Array, value: Uint8Array) => T): T[] {
    const made: T[] = [];
    if (limit <= 0 || Buffer.compare(from, to) >= 0) return made;
    for (const { key, value } of this.#database.getRange({ start: from, end: to, limit })) made.push(make(key, value));
    return made;
  }

  /** The row with the greatest key at or below `key`, unless that lies below `floor`. */
  atOrBelow(key: Uint8Array, floor: Uint8Array): Row | undefined {
    for (const { key: found, value } of this.#database.getRange({ start: key, reverse: true, limit: 1 })) {
      return Buffer.compare(found, floor) >= 0 ? { key: plain(found), value: plain(value) } : undefined;
    }
    return undefined;
  }

  /** Number of rows. */
  count(): number {
    return (this.#database.getStats() as { entryCount: number }).entryCount;
  }

  /** Pages that the rows take. */
  pages(): number {
    const stats = this.#database.getStats() as Record<string, number>;
    return (stats['treeBranchPageCount'] ?? 0) + (stats['treeLeafPageCount'] ?? 0) + (stats['overflowPages'] ?? 0);
  }

  /** Only inside a mutation. */
  put(key: Uint8Array, value: Uint8Array): void {
    void this.#database.put(key, value);
  }

  /** Only inside a mutation. */
  remove(key: Uint8Array): void {
    void this.#database.remove(key);
  }

  /** Brings the pages of these keys into memory without blocking the event loop. */
  async warm(keys: readonly Uint8Array[]): Promise<void> {
    await this.#database.prefetch([...keys]);
  }
}

/** lmdb hands out Node's Buffers, whose methods differ; the SPI speaks of plain byte arrays. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
