import type { RecordChange, Timestamp } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import { later, overlaid } from '../content/live-file.ts';
import type { LiveFiles } from '../content/live-file.ts';
import { decodeInode, encodeInode, inodeBytes } from '../format/inode.ts';
import type { Inode } from '../format/inode.ts';
import { numberKey } from '../format/keys.ts';
import type { CounterName, Counters } from './counters.ts';
import type { Tables } from './environment.ts';
import type { Table } from './table.ts';

export interface Write {
  readonly table: Table;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

const maxRecordKey = 400;
const maxRecordValue = 65_536;

/**
 * What one mutation reads and is going to write. Writes are collected and stored together after the mutation's code has
 * returned: lmdb commits what a callback wrote before it threw, so nothing may be written while a check can still fail.
 * Rows other than inodes are read as they were before this mutation.
 */
export class Transaction {
  readonly tables: Tables;
  readonly now: Timestamp;
  readonly files: LiveFiles;
  readonly #counters: Counters;
  readonly #inodes = new Map<number, Inode>();
  readonly #changed = new Set<number>();
  readonly #moved = new Set<number>();
  readonly #removed = new Set<number>();
  readonly #writes: Write[] = [];
  readonly #committed: (() => void)[] = [];
  readonly #failed: (() => void)[] = [];
  readonly limits = new Map<CounterName, number>();
  #frees = false;

  constructor(tables: Tables, files: LiveFiles, counters: Counters, now: Timestamp) {
    this.tables = tables;
    this.files = files;
    this.#counters = counters;
    this.now = now;
  }

  /** The inode, to be changed in place and then given to `changed`; with the unstable writes of a live file in it. */
  find(id: number): Inode | undefined {
    const loaded = this.#inodes.get(id);
    if (loaded !== undefined) return loaded;
    const view = this.tables.inodes.view(numberKey(id), inodeBytes);
    if (view === undefined) return undefined;
    const overlay = this.files.get(id)?.overlay;
    const inode = overlaid(decodeInode(id, view), overlay);
    if (overlay !== undefined && overlay.content === inode.content.id)
      inode.change = Math.max(inode.change, overlay.highest);
    this.#inodes.set(id, inode);
    return inode;
  }

  inode(id: number): Inode {
    const inode = this.find(id);
    if (inode === undefined || (inode.nlink === 0 && !this.files.isOpen(id)))
      throw new StorageError('stale', `no file ${id}`);
    return inode;
  }

  add(inode: Inode): void {
    this.#inodes.set(inode.id, inode);
    this.#changed.add(inode.id);
  }

  /** The inode is written as it stands when the mutation ends; `changed` and `change` move once. */
  changed(inode: Inode): void {
    if (!this.#moved.has(inode.id)) inode.change += 1;
    inode.changed = this.now;
    this.#moved.add(inode.id);
    this.#changed.add(inode.id);
  }

  /** The same without moving `changed` and `change`. */
  quietly(inode: Inode): void {
    this.#changed.add(inode.id);
  }

  removeInode(inode: Inode): void {
    this.#removed.add(inode.id);
  }

  put(table: Table, key: Uint8Array, value: Uint8Array): void {
    this.#writes.push({ table, key, value });
  }

  remove(table: Table, key: Uint8Array): void {
    this.#writes.push({ table, key, value: undefined });
  }

  number(name: CounterName): number {
    return this.#counters.take(name, (key, value) => {
      this.put(this.tables.meta, key, value);
      this.limits.set(name, this.#counters.limitOf(name));
    });
  }

  reserveStamps(): void {
    this.#counters.reserve('stamps', (key, value) => {
      this.put(this.tables.meta, key, value);
      this.limits.set('stamps', this.#counters.limitOf('stamps'));
    });
  }

  records(changes: readonly RecordChange[] | undefined): void {
    for (const { key, value } of changes ?? []) {
      if (key.length === 0) throw new StorageError('invalid', 'an empty record key');
      if (key.length > maxRecordKey) throw new StorageError('nameTooLong', `a record key of ${key.length} bytes`);
      if (value === undefined) this.remove(this.tables.records, key);
      else if (value.length > maxRecordValue) throw new StorageError('tooLarge', `a record of ${value.length} bytes`);
      else this.put(this.tables.records, key, value);
    }
  }

  /** Called when the commit is on stable storage and visible. */
  afterCommit(action: () => void): void {
    this.#committed.push(action);
  }

  /** Called when the commit failed and left no trace. */
  afterFailure(action: () => void): void {
    this.#failed.push(action);
  }

  /** The mutation gives room back, or ends what must not stay half done: it may use the room that is kept for that. */
  frees(): void {
    this.#frees = true;
  }

  get isFreeing(): boolean {
    return this.#frees;
  }

  get wrote(): boolean {
    return this.#changed.size > 0 || this.#writes.length > 0 || this.#removed.size > 0;
  }

  /** Rows to be stored, besides inodes; a row without value goes. */
  get writes(): readonly Write[] {
    return this.#writes;
  }

  /** Inodes that this mutation has looked at, as they will be. */
  get loaded(): readonly Inode[] {
    return [...this.#inodes.values()];
  }

  /** Ids of the inodes that this mutation writes or removes. */
  touched(): readonly number[] {
    return [...this.#changed, ...this.#removed];
  }

  /** Stores everything; inside the LMDB transaction. */
  apply(): void {
    for (const { table, key, value } of this.#writes) {
      if (value === undefined) table.remove(key);
      else table.put(key, value);
    }
    for (const id of this.#changed) {
      const inode = this.#inodes.get(id);
      if (inode === undefined || this.#removed.has(id)) continue;
      this.tables.inodes.put(numberKey(id), encodeInode(inode));
      this.#keepOverlay(inode);
    }
    for (const id of this.#removed) this.tables.inodes.remove(numberKey(id));
  }

  /** A row that tells, read back, whether this mutation became visible. */
  get witness(): Write | undefined {
    const id = [...this.#changed].find((changed) => !this.#removed.has(changed));
    const inode = id === undefined ? undefined : this.#inodes.get(id);
    if (inode !== undefined) return { table: this.tables.inodes, key: numberKey(inode.id), value: encodeInode(inode) };
    return this.#writes.at(-1);
  }

  settle(committed: boolean): void {
    for (const action of committed ? this.#committed : this.#failed) action();
  }

  /**
   * The overlay of a live file takes over what this mutation did to the same attributes. Once the commit shows the others
   * (mode, owner, …), the counter moves again: whoever saw old attributes under the present counter must notice.
   */
  #keepOverlay(inode: Inode): void {
    const file = this.files.get(inode.id);
    const overlay = file?.overlay;
    if (file === undefined || overlay === undefined || overlay.content !== inode.content.id) return;
    const { modified } = overlay;
    overlay.highest = Math.max(overlay.highest, inode.change);
    overlay.modified = inode.modified;
    if (later(inode.changed, overlay.changed)) overlay.changed = inode.changed;
    if (!this.#moved.has(inode.id)) return;
    this.afterCommit(() => {
      if (file.dirty) overlay.highest += 1;
      overlay.change = overlay.highest;
    });
    this.afterFailure(() => {
      if (overlay.modified === inode.modified) overlay.modified = modified;
    });
  }
}
