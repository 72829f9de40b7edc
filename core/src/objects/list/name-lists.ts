import type { Call, DirectoryEntry, FileId, ListOptions, Name, Volume } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import { attributesNow, lookup } from '../../namespace/look.ts';

export interface NamePage {
  readonly entries: readonly DirectoryEntry[];
  readonly end: boolean;
  /** The last name that was looked at, where the next page begins; its entry may be gone since. */
  readonly through: Name | undefined;
}

interface Index {
  readonly change: bigint;
  /** In order of names. */
  readonly entries: readonly DirectoryEntry[];
}

/** Entries that all indexes together may hold: about 200 bytes each. */
const maxIndexed = 250_000;

/**
 * Entries in order of names, from backends that list so and from those that do not. For the latter a directory's names are read and sorted
 * once, and kept while the directory does not change; a directory above the bound is read again for each page, which holds no more than the page.
 */
export class NameLists {
  readonly #indexes = new Map<string, Index>();
  #indexed = 0;

  async page(
    volume: Volume,
    volumeName: string,
    call: Call,
    directory: FileId,
    from: Name,
    inclusive: boolean,
    options: ListOptions,
  ): Promise<NamePage> {
    if (volume.listByName !== undefined) {
      return pageOf(await volume.listByName(call, directory, from, inclusive, options));
    }
    const index = await this.#index(volume, `${volumeName}:${directory}`, call, directory);
    const page =
      index === undefined
        ? await scan(volume, call, directory, from, inclusive, options.limit)
        : slice(index.entries, from, inclusive, options.limit);
    if (!options.attributes) return page;
    const entries: DirectoryEntry[] = [];
    for (const entry of page.entries) {
      const now = await entryNow(volume, call, directory, entry);
      if (now !== undefined) entries.push(now);
    }
    return { ...page, entries };
  }

  async #index(volume: Volume, key: string, call: Call, directory: FileId): Promise<Index | undefined> {
    const known = this.#indexes.get(key);
    const { change } = await volume.getattr(call, directory);
    if (known !== undefined) {
      this.#indexes.delete(key);
      if (known.change === change) {
        // Last in, last out.
        this.#indexes.set(key, known);
        return known;
      }
      this.#indexed -= known.entries.length;
    }
    const entries: DirectoryEntry[] = [];
    for await (const entry of entriesOf(volume, call, directory)) {
      if (entries.length === maxIndexed) return undefined;
      entries.push(entry);
    }
    const index = { change, entries: sorted(entries) };
    this.#keep(key, index);
    return index;
  }

  #keep(key: string, index: Index): void {
    this.#indexed -= this.#indexes.get(key)?.entries.length ?? 0;
    this.#indexes.set(key, index);
    this.#indexed += index.entries.length;
    for (const [oldest, { entries }] of this.#indexes) {
      if (this.#indexed <= maxIndexed || oldest === key) break;
      this.#indexes.delete(oldest);
      this.#indexed -= entries.length;
    }
  }
}

/** The entry with attributes; `undefined` when the name is gone. */
async function entryNow(
  volume: Volume,
  call: Call,
  directory: FileId,
  entry: DirectoryEntry,
): Promise<DirectoryEntry | undefined> {
  try {
    return { ...entry, attributes: await attributesNow(volume, call, entry.id) };
  } catch (error) {
    if (!isStorageError(error, 'stale')) throw error;
  }
  // The file is gone since its name was read. Its name need not be: another file may have been renamed onto it.
  const attributes = await lookup(volume, call, directory, entry.name);
  return attributes && { ...entry, id: attributes.id, type: attributes.type, attributes };
}

function pageOf({ entries, end }: Omit<NamePage, 'through'>): NamePage {
  return { entries, end, through: entries.at(-1)?.name };
}

function slice(entries: readonly DirectoryEntry[], from: Name, inclusive: boolean, limit: number): NamePage {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(entries[middle]!.name, from);
    if (order < 0 || (order === 0 && !inclusive)) low = middle + 1;
    else high = middle;
  }
  return pageOf({ entries: entries.slice(low, low + limit), end: low + limit >= entries.length });
}

/** The first names after `from` of a directory that is too large to keep. */
async function scan(
  volume: Volume,
  call: Call,
  directory: FileId,
  from: Name,
  inclusive: boolean,
  limit: number,
): Promise<NamePage> {
  let best: DirectoryEntry[] = [];
  let more = false;
  const cut = (): void => {
    best = sorted(best);
    more ||= best.length > limit;
    best = best.slice(0, limit);
  };
  for await (const entry of entriesOf(volume, call, directory)) {
    const order = Buffer.compare(entry.name, from);
    if (order < 0 || (order === 0 && !inclusive)) continue;
    best.push(entry);
    if (best.length >= 2 * limit + 256) cut();
  }
  cut();
  return pageOf({ entries: best, end: !more });
}

/** In order of names. One that was removed and made again while the directory was read has two entries: the later one is the newer. */
function sorted(entries: readonly DirectoryEntry[]): DirectoryEntry[] {
  const ordered = entries.toSorted((a, b) => Buffer.compare(a.name, b.name));
  return ordered.filter(({ name }, index) => {
    const next = ordered[index + 1];
    return next === undefined || Buffer.compare(name, next.name) !== 0;
  });
}

async function* entriesOf(volume: Volume, call: Call, directory: FileId): AsyncGenerator<DirectoryEntry> {
  let cookie = 0n;
  for (;;) {
    const page = await volume.readdir(call, directory, cookie, { limit: 1024, attributes: false });
    yield* page.entries;
    const last = page.entries.at(-1);
    if (page.end || last === undefined) return;
    cookie = last.cookie;
  }
}
