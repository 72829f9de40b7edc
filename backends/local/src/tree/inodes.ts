import type { Attributes, FileId } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { LiveFiles } from '../content/live-file.ts';
import { overlaid } from '../content/live-file.ts';
import { attributesOf } from '../format/attributes.ts';
import { decodeInode, inodeBytes } from '../format/inode.ts';
import type { Inode } from '../format/inode.ts';
import { numberKey } from '../format/keys.ts';
import type { Residency } from './residency.ts';
import type { Table } from './table.ts';

interface Known {
  readonly inode: Inode;
  attributes: Attributes | undefined;
}

/**
 * Reads inodes as of the last commit, with the unstable writes of live files over them. Decoded ones are kept, bounded
 * by count; those that a mutation under way has written are not kept until its commit is settled, so nothing stale stays.
 */
export class Inodes {
  readonly #table: Table;
  readonly #files: LiveFiles;
  readonly #capacity: number;
  readonly #residency: Residency;
  readonly #known = new Map<number, Known>();
  readonly #inFlight = new Map<number, number>();

  constructor(table: Table, files: LiveFiles, capacity: number, residency: Residency) {
    this.#residency = residency;
    this.#table = table;
    this.#files = files;
    this.#capacity = capacity;
  }

  /** Never inside a mutation. A live file's inode is a fresh object; the others are shared and not to be changed. */
  read(id: number): Inode | undefined {
    const known = this.#lookup(id);
    if (known === undefined) return undefined;
    const overlay = this.#files.get(id)?.overlay;
    return overlay === undefined ? known.inode : overlaid({ ...known.inode }, overlay);
  }

  attributes(id: number): Attributes | undefined {
    const known = this.#lookup(id);
    if (known === undefined) return undefined;
    const overlay = this.#files.get(id)?.overlay;
    if (overlay !== undefined && overlay.content === known.inode.content.id) {
      return attributesOf(overlaid({ ...known.inode }, overlay));
    }
    known.attributes ??= attributesOf(known.inode);
    return known.attributes;
  }

  /** True when the answer needs no page of the tree. */
  isKnown(id: number): boolean {
    return this.#known.has(id);
  }

  /** A mutation has written this inode: nothing of it is kept until `settled`. */
  changing(id: number): void {
    this.#known.delete(id);
    this.#inFlight.set(id, (this.#inFlight.get(id) ?? 0) + 1);
  }

  settled(id: number): void {
    this.#known.delete(id);
    const left = (this.#inFlight.get(id) ?? 1) - 1;
    if (left <= 0) this.#inFlight.delete(id);
    else this.#inFlight.set(id, left);
  }

  #lookup(id: number): Known | undefined {
    const known = this.#stored(id);
    return known?.inode.nlink === 0 && !this.#files.isOpen(id) ? undefined : known;
  }

  #stored(id: number): Known | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) {
      // Order of insertion is order of use: the first key is the one longest unused.
      if (this.#known.size >= this.#capacity) {
        this.#known.delete(id);
        this.#known.set(id, known);
      }
      return known;
    }
    const view = this.#residency.watch(() => this.#table.view(numberKey(id), inodeBytes));
    if (view === undefined) return undefined;
    const fresh: Known = { inode: decodeInode(id, view), attributes: undefined };
    if (!this.#inFlight.has(id)) {
      if (this.#known.size >= this.#capacity) {
        const oldest = this.#known.keys().next();
        if (!oldest.done) this.#known.delete(oldest.value);
      }
      this.#known.set(id, fresh);
    }
    return fresh;
  }
}

/** The number of a file id; ids of other volumes and beyond the counters' range are `stale`. */
export function numberOf(id: FileId): number {
  if (id < 1n || id > 9007199254740991n) throw new StorageError('stale', `no file ${id}`);
  return Number(id);
}
