import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { DirectoryEntry, FileId, Name } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { NameLists, NamePage, Reading } from './name-lists.ts';

/** A directory that is being listed for somebody. */
export interface ListedDirectory {
  readonly lists: NameLists;
  readonly mount: MountedShare;
  readonly caller: Caller;
  readonly id: FileId;
  /** `IndexedDirectory.untold`. */
  readonly untold?: boolean;
  /** Extended attributes that are wanted with each entry. */
  readonly xattrs?: readonly string[];
  /** Entries that the caller may still need: no more are read ahead. */
  readonly wanted?: () => number;
}

/** Nearly all keys of a listing are at hand: a promise for each of them, at each level, costs as much as the rest of it. */
export type Later<T> = T | Promise<T>;

const firstPage = 32;
const largestPage = 1024;

export async function readPage(
  directory: ListedDirectory,
  from: Name,
  inclusive: boolean,
  limit: number,
  reading: Reading,
  wanted: number = limit,
): Promise<NamePage> {
  const { lists, mount, caller, id, untold = false, xattrs } = directory;
  const options = { limit, attributes: true, ...(xattrs !== undefined && { xattrs }) };
  const { volume, volumeName } = mount;
  return lists.page({ volume, volumeName, id, untold }, caller, from, inclusive, options, reading, wanted);
}

/** Entries in order of names, from one name on to before another one; the first pages are small: most walks stop soon. */
export class EntryRun {
  readonly #directory: ListedDirectory;
  readonly #until: Name | undefined;
  #from: Name;
  #inclusive = true;
  #limit = firstPage;
  readonly #reading: Reading = {};
  #page: readonly DirectoryEntry[] = [];
  #at = 0;
  #ended = false;

  constructor(directory: ListedDirectory, from: Name, until?: Name) {
    this.#directory = directory;
    this.#from = from;
    this.#until = until;
  }

  /** The entries of the first page, and whether they are all: a look that costs nothing when they are read afterwards. */
  async firstPage(): Promise<{ readonly entries: readonly DirectoryEntry[]; readonly end: boolean }> {
    if (this.#page.length === 0 && !this.#ended) await this.#fetch();
    return { entries: this.#page, end: this.#ended };
  }

  /** At once, where it has been read. */
  next(): Later<DirectoryEntry | undefined> {
    if (this.#at < this.#page.length) return this.#take();
    return this.#ended ? undefined : this.#nextPage();
  }

  async #nextPage(): Promise<DirectoryEntry | undefined> {
    await this.#fetch();
    return this.#page.length === 0 ? undefined : this.#take();
  }

  #take(): DirectoryEntry | undefined {
    const entry = this.#page[this.#at++]!;
    if (this.#until === undefined || Buffer.compare(entry.name, this.#until) < 0) return entry;
    this.#ended = true;
    this.#at = this.#page.length;
    return undefined;
  }

  async #fetch(): Promise<void> {
    const wanted = this.#directory.wanted?.();
    const limit = Math.min(this.#limit, Math.max(firstPage, wanted ?? largestPage));
    const { entries, end, through } = await readPage(
      this.#directory,
      this.#from,
      this.#inclusive,
      limit,
      this.#reading,
      wanted,
    );
    assertAscending(entries, this.#from, this.#inclusive);
    this.#page = entries;
    this.#at = 0;
    this.#ended = end;
    this.#limit = Math.min(largestPage, this.#limit * 4);
    if (through !== undefined) {
      this.#from = through;
      this.#inclusive = false;
    } else if (!end) throw new StorageError('corrupt', 'the volume lists nothing, and says that more follows');
    // All of them went away while their attributes were read.
    if (entries.length === 0 && !end) await this.#fetch();
  }
}

/** As `Buffer.compare`, whose call costs more than a look at names as they are. */
function compareNames(a: Name, b: Name): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}

/** What comes out of order would be left out further on, where keys before the position have been given: no key may be missing without a word. */
function assertAscending(entries: readonly DirectoryEntry[], from: Name, inclusive: boolean): void {
  let before = from;
  let least = inclusive ? 0 : 1;
  for (const { name } of entries) {
    if (compareNames(name, before) < least) throw new StorageError('corrupt', 'the volume lists names out of order');
    before = name;
    least = 1;
  }
}
