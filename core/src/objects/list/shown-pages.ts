import type { ListResult } from '../../service/index.ts';
import { MadeOf } from '../../wire/index.ts';
import type { WalkedKey } from './walked-key.ts';

export type Item =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'key'; readonly walked: WalkedKey };

type Items = ListResult['items'];
type Xattrs = NonNullable<WalkedKey['xattrs']>;

interface Shown {
  readonly found: readonly Item[];
  readonly items: Items;
  readonly bytes: number;
}

const defaultLimit = 32 * 1024 * 1024;
/** Memory that an item takes beside its key and what its record says, each twice in what was found and what is shown of it, about. */
const itemBytes = 400;

/**
 * Pages of LIST as they were shown before. A volume that remembers its listings gives the very same attributes and xattrs again while nothing of a file has changed: what was found is what was
 * found then, and so is what is shown of it. By the first file's xattrs; of a volume that makes them anew each time nothing is kept.
 */
export class ShownPages {
  readonly #pages: MadeOf<Xattrs, Shown>;
  readonly #first = new WeakSet<Xattrs>();

  /** @param limit bytes that all pages together may take */
  constructor(limit: number = defaultLimit) {
    this.#pages = new MadeOf(limit);
  }

  /** What `make` makes of these items, which depends on nothing else; `undefined` where it gives that. */
  of(found: readonly Item[], make: () => Items | undefined): Items | undefined {
    const first = found.find((item) => item.kind === 'key')?.walked.xattrs;
    if (first === undefined) return make();
    const shown = this.#pages.get(first);
    if (shown !== undefined && isSame(shown.found, found)) {
      this.#pages.used(first, shown, shown.bytes);
      return shown.items;
    }
    const items = make();
    if (items !== undefined && this.#first.has(first)) {
      const bytes = bytesOf(found);
      this.#pages.set(first, { found, items, bytes }, bytes);
    }
    this.#first.add(first);
    return items;
  }
}

function bytesOf(found: readonly Item[]): number {
  let bytes = 0;
  for (const item of found) {
    bytes += itemBytes;
    if (item.kind === 'prefix') bytes += 2 * item.prefix.length;
    else bytes += 2 * (item.walked.key.length + sizeOf(item.walked.xattrs));
  }
  return bytes;
}

function sizeOf(xattrs: Xattrs | undefined): number {
  let bytes = 0;
  for (const value of xattrs?.values() ?? []) bytes += value.length;
  return bytes;
}

function isSame(shown: readonly Item[], found: readonly Item[]): boolean {
  return shown.length === found.length && found.every((item, index) => isSameItem(shown[index]!, item));
}

function isSameItem(a: Item, b: Item): boolean {
  if (a.kind === 'prefix') return b.kind === 'prefix' && a.prefix === b.prefix;
  if (b.kind === 'prefix') return false;
  const { key, attributes, xattrs } = a.walked;
  return xattrs === b.walked.xattrs && attributes === b.walked.attributes && key === b.walked.key;
}
