import type { Name } from '@polynas/core/spi';

/** A name and what it names (an inode; left open here, as inodes hold entries). */
export interface Entry<Of> {
  /** The name's bytes as characters 0 … 255: a `Map` key that also sorts as the bytes do. */
  readonly key: string;
  readonly name: Name;
  readonly cookie: bigint;
  inode: Of;
  removed: boolean;
}

/** The first cookie; 0 is the start and 1, 2 are left to protocols. */
const firstCookie = 3n;

export function keyOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
}

/** The names of one directory: by name, in order of cookies, and (once asked for) in order of names. */
export class Entries<Of> {
  readonly #byName = new Map<string, Entry<Of>>();
  /** Ascending cookies; removed entries stay until they are the greater part. */
  #byCookie: Entry<Of>[] = [];
  #sorted: Entry<Of>[] | undefined;
  #nextCookie = firstCookie;

  get size(): number {
    return this.#byName.size;
  }

  get(key: string): Entry<Of> | undefined {
    return this.#byName.get(key);
  }

  add(key: string, name: Name, inode: Of): Entry<Of> {
    const entry: Entry<Of> = { key, name: Uint8Array.from(name), cookie: this.#nextCookie, inode, removed: false };
    this.#nextCookie += 1n;
    this.#byName.set(key, entry);
    this.#byCookie.push(entry);
    this.#sorted?.splice(
      firstIndex(this.#sorted, (other) => other.key > key),
      0,
      entry,
    );
    return entry;
  }

  remove(entry: Entry<Of>): void {
    entry.removed = true;
    this.#byName.delete(entry.key);
    this.#sorted?.splice(
      firstIndex(this.#sorted, (other) => other.key >= entry.key),
      1,
    );
    if (this.#byCookie.length > 2 * this.#byName.size + 64) {
      this.#byCookie = this.#byCookie.filter((other) => !other.removed);
    }
  }

  /** False for a cookie that this directory cannot have given. */
  knows(cookie: bigint): boolean {
    return cookie === 0n || (cookie >= firstCookie && cookie < this.#nextCookie);
  }

  /** Entries after the cookie, at most `limit`, and whether that is all. */
  after(cookie: bigint, limit: number): { entries: Entry<Of>[]; end: boolean } {
    const entries: Entry<Of>[] = [];
    for (let at = firstIndex(this.#byCookie, (entry) => entry.cookie > cookie); at < this.#byCookie.length; at += 1) {
      const entry = this.#byCookie[at] as Entry<Of>;
      if (entry.removed) continue;
      if (entries.length === limit) return { entries, end: false };
      entries.push(entry);
    }
    return { entries, end: true };
  }

  /** Entries whose names are after (or at, when `inclusive`) the key, in byte order. */
  byName(key: string, inclusive: boolean, limit: number): { entries: Entry<Of>[]; end: boolean } {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const first = firstIndex(this.#sorted, (entry) => (inclusive ? entry.key >= key : entry.key > key));
    const entries = this.#sorted.slice(first, first + limit);
    return { entries, end: first + entries.length === this.#sorted.length };
  }
}

/** Binary search for the first entry that fulfils a condition which stays true from there on. */
function firstIndex<Of>(entries: readonly Entry<Of>[], fulfils: (entry: Entry<Of>) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fulfils(entries[middle] as Entry<Of>)) high = middle;
    else low = middle + 1;
  }
  return low;
}
