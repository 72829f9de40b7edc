import type { Clock } from '../../clock.ts';
import { DirectoryIndexes, pagesOf } from '../../namespace/indexes/directory-indexes.ts';
import type { IndexedDirectory } from '../../namespace/indexes/directory-indexes.ts';
import type { NamesChange } from '../../namespace/indexes/tracked-names.ts';
import { lookup } from '../../namespace/look.ts';
import type { Call, DirectoryChange, DirectoryEntry, FileId, ListOptions, Name, Volume } from '../../spi/index.ts';
import { SortedNames } from './sorted-names.ts';

export interface NamePage {
  readonly entries: readonly DirectoryEntry[];
  readonly end: boolean;
  /** The last name that was looked at, where the next page begins; its entry may be gone since. */
  readonly through: Name | undefined;
}

/** Memory of all indexes together: about a million names. */
const defaultLimit = 64 * 1024 * 1024;
/** Names that are looked up at a time. */
const atOnce = 32;
/** A directory of no more names is read as a whole, with all that is asked of each, when a page is this part of it or as many are wanted in the end: in one call, where looking up takes one for each name. */
const smallDirectory = 4096;
const largePart = 1 / 8;

/** What one walk over a directory has read of it as a whole. */
export interface Reading {
  entries?: ReadonlyMap<string, DirectoryEntry>;
}

/**
 * Entries in order of names, from backends that list so and from those that do not. For the latter a directory's names are read and sorted
 * once, and kept up to date by what core changes; a directory above the bound is read again for each page, which holds no more than the page.
 */
export class NameLists {
  readonly #indexes: DirectoryIndexes<SortedNames>;

  /** @param limit bytes that all names which are kept may take */
  constructor(clock: Clock, limit: number = defaultLimit) {
    this.#indexes = new DirectoryIndexes(clock, limit, () => new SortedNames());
  }

  /** Memory that is held now, about. */
  get bytes(): number {
    return this.#indexes.bytes;
  }

  async page(
    directory: IndexedDirectory,
    call: Call,
    from: Name,
    inclusive: boolean,
    options: ListOptions,
    reading: Reading = {},
    wanted: number = options.limit,
  ): Promise<NamePage> {
    const { volume, id } = directory;
    if (volume.listByName !== undefined) {
      const { entries, end } = await volume.listByName(call, id, from, inclusive, options);
      return { entries, end, through: entries.at(-1)?.name };
    }
    const held = await this.#indexes.of(call, directory);
    const { names, end } =
      held === undefined
        ? await scan(volume, call, directory, from, inclusive, options.limit)
        : held.kept.slice(from, inclusive, options.limit);
    const size = held?.kept.size ?? Infinity;
    const isLarge = names.length >= size * largePart || wanted >= size;
    if (options.attributes && size <= smallDirectory && isLarge) {
      reading.entries ??= await allEntries(volume, call, id, options);
    }
    const entries = await entriesNow(volume, call, directory, names, reading.entries);
    return { entries, end, through: names.at(-1) };
  }

  /** `FoldedNames.note`. */
  note(mount: Parameters<DirectoryIndexes<SortedNames>['note']>[0], directory: DirectoryChange, names: Names): void {
    this.#indexes.note(mount, directory, names);
  }
}

type Names = Omit<NamesChange, 'directory'>;

/** All entries of a directory by their names, with what is asked of each. */
async function allEntries(
  volume: Volume,
  call: Call,
  directory: FileId,
  { xattrs }: ListOptions,
): Promise<ReadonlyMap<string, DirectoryEntry>> {
  const entries = new Map<string, DirectoryEntry>();
  const options = { limit: smallDirectory, attributes: true, ...(xattrs !== undefined && { xattrs }) };
  for (let cookie = 0n; ;) {
    const page = await volume.readdir(call, directory, cookie, options);
    for (const entry of page.entries) entries.set(textOf(entry.name), entry);
    const last = page.entries.at(-1);
    if (page.end || last === undefined || entries.size > smallDirectory) return entries;
    ({ cookie } = last);
  }
}

/** What the names mean now, with attributes; without those that are gone. */
async function entriesNow(
  volume: Volume,
  call: Call,
  { id: directory }: IndexedDirectory,
  names: readonly Name[],
  read: Reading['entries'],
): Promise<DirectoryEntry[]> {
  const entries: (DirectoryEntry | undefined)[] = names.map((name) => read?.get(textOf(name)));
  // Nearly all have been read, or none.
  const lacking = names.flatMap((_, index) => (entries[index] === undefined ? [index] : []));
  for (let at = 0; at < lacking.length; at += atOnce) {
    const some = lacking.slice(at, at + atOnce);
    await Promise.all(
      some.map(async (index) => (entries[index] = await entryNow(volume, call, directory, names[index]!))),
    );
  }
  return lacking.length === 0 ? (entries as DirectoryEntry[]) : entries.filter((entry) => entry !== undefined);
}

/** One character a byte. */
function textOf({ buffer, byteOffset, byteLength }: Name): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

async function entryNow(
  volume: Volume,
  call: Call,
  directory: FileId,
  name: Name,
): Promise<DirectoryEntry | undefined> {
  const attributes = await lookup(volume, call, directory, name);
  return attributes && { name, id: attributes.id, type: attributes.type, cookie: 0n, attributes };
}

/** The first names after `from` of a directory that is too large to keep. */
async function scan(
  volume: Volume,
  call: Call,
  { id }: IndexedDirectory,
  from: Name,
  inclusive: boolean,
  limit: number,
): Promise<{ readonly names: readonly Name[]; readonly end: boolean }> {
  let best: Name[] = [];
  let more = false;
  const cut = (): void => {
    best = sorted(best);
    more ||= best.length > limit;
    best = best.slice(0, limit);
  };
  for await (const page of pagesOf(volume, call, id)) {
    for (const name of page) {
      const order = Buffer.compare(name, from);
      if (order < 0 || (order === 0 && !inclusive)) continue;
      best.push(Uint8Array.from(name));
      if (best.length >= 2 * limit + 256) cut();
    }
  }
  cut();
  return { names: best, end: !more };
}

/** In order, each once: a name that was removed and made again while the directory was read has been given twice. */
function sorted(names: readonly Name[]): Name[] {
  const ordered = names.toSorted((a, b) => Buffer.compare(a, b));
  return ordered.filter((name, index) => index === 0 || Buffer.compare(name, ordered[index - 1]!) !== 0);
}
