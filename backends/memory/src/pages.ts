import { StorageError } from '@polynas/core/spi';

export const pageSize = 65_536;

/** Bytes of one page. Shorter than `pageSize` while its rest is zeros; shared by clones until one side writes. */
interface Page {
  bytes: Uint8Array;
  users: number;
}

/** The memory that all contents of a volume may take together. */
export class Space {
  readonly capacity: number;
  used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get free(): number {
    return this.capacity - this.used;
  }

  /** Throws `noSpace` unless `bytes` more fit. */
  expect(bytes: number): void {
    if (bytes > this.free) throw new StorageError('noSpace');
  }
}

/** The bytes of one file as pages; a page that is not there is a hole. Each method is all or nothing. */
export class Pages {
  readonly #space: Space;
  readonly #pages = new Map<number, Page>();

  constructor(space: Space) {
    this.#space = space;
  }

  get allocated(): number {
    let bytes = 0;
    for (const page of this.#pages.values()) bytes += page.bytes.length;
    return bytes;
  }

  has(index: number): boolean {
    return this.#pages.has(index);
  }

  /** The first page at or after `index`, and whether it is there; looks at held pages only, not at each hole. */
  firstFrom(index: number, present: boolean): number | undefined {
    if (!present) {
      while (this.#pages.has(index)) index += 1;
      return index;
    }
    if (this.#pages.has(index)) return index;
    let first: number | undefined;
    for (const held of this.#pages.keys()) {
      if (held >= index && (first === undefined || held < first)) first = held;
    }
    return first;
  }

  read(offset: number, into: Uint8Array): void {
    let at = 0;
    while (at < into.length) {
      const index = Math.floor((offset + at) / pageSize);
      const within = offset + at - index * pageSize;
      const length = Math.min(pageSize - within, into.length - at);
      const held = this.#pages.get(index)?.bytes.subarray(within, within + length);
      if (held !== undefined) into.set(held, at);
      into.fill(0, at + (held?.length ?? 0), at + length);
      at += length;
    }
  }

  /** Throws `noSpace` before anything is changed. */
  write(offset: number, chunks: readonly Uint8Array[]): void {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#space.expect(this.#growth(offset, length));
    for (const chunk of chunks) {
      let at = 0;
      while (at < chunk.length) {
        const index = Math.floor((offset + at) / pageSize);
        const within = offset + at - index * pageSize;
        const count = Math.min(pageSize - within, chunk.length - at);
        this.#own(index, within + count).set(chunk.subarray(at, at + count), within);
        at += count;
      }
      offset += chunk.length;
    }
  }

  /** Makes `[from, to)` read as zeros; whole pages become holes. Without `to` everything from `from` on. */
  clear(from: number, to = Number.MAX_SAFE_INTEGER): void {
    const first = Math.ceil(from / pageSize);
    const last = Math.floor(to / pageSize);
    for (const index of [...this.#pages.keys()]) {
      if (index >= first && index < last) {
        this.#drop(index);
        continue;
      }
      const start = index * pageSize;
      const begin = Math.max(from, start);
      const end = Math.min(to, start + pageSize);
      if (begin < end) this.#own(index, 0).fill(0, begin - start, end - start);
    }
  }

  /** Copies a range: pages that lie alike in both are shared, holes stay holes. Throws `noSpace` before anything is changed. */
  copyFrom(source: Pages, from: number, length: number, to: number): void {
    const shared: [index: number, page: Page][] = [];
    const copied: [offset: number, bytes: Uint8Array][] = [];
    for (const [index, page] of source.#pages) {
      const start = index * pageSize;
      const begin = Math.max(from, start);
      const end = Math.min(from + length, start + page.bytes.length);
      if (begin >= end) continue;
      const target = begin - from + to;
      const whole = begin === start && from + length >= start + pageSize && target % pageSize === 0;
      if (whole) shared.push([target / pageSize, page]);
      else copied.push([target, page.bytes.slice(begin - start, end - start)]);
    }
    this.#space.expect(copied.reduce((sum, [offset, bytes]) => sum + this.#growth(offset, bytes.length), 0));
    for (const [, page] of shared) page.users += 1;
    this.clear(to, to + length);
    for (const [index, page] of shared) this.#pages.set(index, page);
    for (const [offset, bytes] of copied) this.write(offset, [bytes]);
  }

  /** Another content with the same bytes. */
  copy(): Pages {
    const copy = new Pages(this.#space);
    for (const [index, page] of this.#pages) {
      page.users += 1;
      copy.#pages.set(index, page);
    }
    return copy;
  }

  release(): void {
    for (const index of [...this.#pages.keys()]) this.#drop(index);
  }

  #drop(index: number): void {
    const page = this.#pages.get(index);
    if (page === undefined) return;
    this.#pages.delete(index);
    page.users -= 1;
    if (page.users === 0) this.#space.used -= page.bytes.length;
  }

  /** Bytes that holding `[offset, offset + length)` takes beyond what is held. An upper bound where pages are shared. */
  #growth(offset: number, length: number): number {
    let bytes = 0;
    for (let at = offset; at < offset + length; at += pageSize - (at % pageSize)) {
      const index = Math.floor(at / pageSize);
      const page = this.#pages.get(index);
      const needed = lengthFor(Math.min(pageSize, offset + length - index * pageSize), page?.bytes.length ?? 0);
      bytes += needed - (page === undefined || page.users > 1 ? 0 : page.bytes.length);
    }
    return bytes;
  }

  /** The page's bytes, at least `needed` long and nobody else's. */
  #own(index: number, needed: number): Uint8Array {
    const page = this.#pages.get(index);
    const length = lengthFor(needed, page?.bytes.length ?? 0);
    if (page !== undefined && page.users === 1 && page.bytes.length === length) return page.bytes;
    const bytes = new Uint8Array(length);
    if (page !== undefined) bytes.set(page.bytes);
    this.#drop(index);
    this.#pages.set(index, { bytes, users: 1 });
    this.#space.used += length;
    return bytes;
  }
}

/** Lengths double, so that small files stay small and appending is not quadratic. */
function lengthFor(needed: number, present: number): number {
  let length = Math.max(present, 512);
  while (length < needed) length *= 2;
  return Math.min(length, pageSize);
}
