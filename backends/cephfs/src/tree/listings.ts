import type { Cookie, FileId, FileType, Name, WriteEpoch } from '@polynas/core/spi';
import { FileMemory } from '../attributes/file-memory.ts';
import type { Remembered } from '../attributes/file-memory.ts';
import { cookieOf } from './cookies.ts';
import { KeptName } from './kept-name.ts';
import type { ListedName } from './kept-name.ts';
import { copied } from './names.ts';
import { nameHash } from './name-hash.ts';

/** What a step did to a name: it means this file now, or nothing (absent). */
export interface EntryChange {
  readonly name: Name;
  readonly now?: { readonly id: FileId; readonly type: FileType };
  /** It meant another file before. */
  readonly inPlace?: boolean;
}

interface Listing extends Remembered {
  /** That the entries are of; moves with each step of ours. */
  change: bigint;
  /** In order of cookies. */
  readonly entries: KeptName[];
  /** All entries up to it are there; `undefined`: all that there are. */
  covered: Cookie | undefined;
  /** The directory is listed by `nameHash`, so that a new name's place is known. */
  hashed: boolean;
}

/** A part of a directory that is being read from the cluster: worth nothing when an entry is changed meanwhile. */
export interface Filling {
  /** What is read lies behind it. */
  readonly from: Cookie;
  readonly listing: object | undefined;
  readonly epoch: WriteEpoch;
  overtaken: boolean;
}

export interface ListedPart {
  readonly entries: readonly ListedName[];
  readonly end: boolean;
  /** Each name's place is the one that `nameHash` tells. */
  readonly hashed: boolean;
  /** At the end: how many entries the whole directory has. */
  readonly count?: number | undefined;
}

/** Memory that an entry takes beside its name's bytes, with what `KeptName` remembers of it, about. */
const entryBytes = 400;
/** A directory takes this part of the memory at most: one that is larger is read from the cluster. */
const largestPart = 1 / 4;
const rememberedLarge = 1024;
/** After so many changes a directory that was too large may be small enough. */
const anotherTry = 4096n;

/**
 * The entries of directories that were listed lately, where nobody but this process changes them: read from the start on, as far as somebody has listed. Each step of ours on a
 * directory's entries is done here in the turn in which it is answered (`changed`), and moves the change counter as the MDS does, by one for each entry that goes or comes: where the directory's own
 * says something else, somebody's change is missing, and nothing is known. What a look-up tells otherwise, and whatever nobody is sure of, voids the directory.
 */
export class Listings {
  readonly #maxBytes: number;
  readonly #epoch: () => WriteEpoch;
  readonly #directories: FileMemory<Listing>;
  readonly #fillings = new Map<FileId, Set<Filling>>();
  #asked: readonly string[] = [];
  /** Directories that took too much, with their change counter of then. */
  readonly #large = new Map<FileId, bigint>();

  constructor(maxBytes: number, epoch: () => WriteEpoch) {
    this.#maxBytes = maxBytes;
    this.#epoch = epoch;
    this.#directories = new FileMemory(epoch);
  }

  /** Memory in use, about. */
  get bytes(): number {
    return this.#directories.bytes;
  }

  /** Whether it is worth while to read from the start. What is in a snapshot is read seldom. */
  mayKeep(directory: FileId, change: bigint): boolean {
    if (directory >> 64n !== 0n) return false;
    const large = this.#large.get(directory);
    return large === undefined || change - large > anotherTry;
  }

  /**
   * What is known of the entries behind `cookie`: at most `limit`. `end`: none follows the last of them; undefined: nobody knows. `undefined` as a whole when the cookie lies
   * beyond what is known. Only while no entry is being changed (`locks.directories`).
   */
  page(
    directory: FileId,
    change: bigint,
    cookie: Cookie,
    limit: number,
  ): { readonly entries: readonly KeptName[]; readonly end: boolean | undefined } | undefined {
    const listing = this.#directories.of(directory, change);
    if (listing === undefined) return cookie === 0n ? { entries: [], end: undefined } : undefined;
    const { entries, covered } = listing;
    if (covered !== undefined && cookie > covered) return undefined;
    this.#directories.used(directory, listing);
    const at = cookie === 0n ? 0 : placeOf(entries, cookie + 1n);
    const some = entries.slice(at, at + limit);
    if (at + limit < entries.length) return { entries: some, end: false };
    if (covered === undefined) return { entries: some, end: true };
    return { entries: some, end: some.length === limit ? false : undefined };
  }

  /** The same array for the same names as those who listed before wanted: callers may use theirs again. */
  asked(xattrs: readonly string[]): readonly string[] {
    const same = xattrs.length === this.#asked.length && xattrs.every((name, index) => name === this.#asked[index]);
    return same ? this.#asked : (this.#asked = [...xattrs]);
  }

  /** Somebody goes on to read behind what is known. To be ended with `filled` or `given up`. */
  fill(directory: FileId, change: bigint): Filling {
    const listing = this.#directories.of(directory, change);
    const filling: Filling = { from: listing?.covered ?? 0n, listing, epoch: this.#epoch(), overtaken: false };
    const all = this.#fillings.get(directory) ?? new Set();
    this.#fillings.set(directory, all.add(filling));
    return filling;
  }

  giveUp(directory: FileId, filling: Filling): void {
    const all = this.#fillings.get(directory);
    all?.delete(filling);
    if (all?.size === 0) this.#fillings.delete(directory);
  }

  /** All entries from `filling.from` on to the last of these. False when it is not kept. */
  filled(directory: FileId, change: bigint, filling: Filling, { entries, end, hashed, count }: ListedPart): boolean {
    this.giveUp(directory, filling);
    if (filling.overtaken || filling.epoch !== this.#epoch()) return false;
    const known = this.#directories.of(directory, change);
    // Somebody else was faster, or it was voided and begun anew.
    if (known !== filling.listing || (known !== undefined && known.covered !== filling.from))
      return known !== undefined;
    if (count !== undefined && (known?.entries.length ?? 0) + entries.length !== count) {
      this.#directories.drop(directory);
      return false;
    }
    const listing =
      known ?? this.#directories.add(directory, { change, bytes: entryBytes, entries: [], covered: 0n, hashed: true });
    let bytes = 0;
    for (const entry of entries) {
      const kept = new KeptName({ name: copied(entry.name), id: entry.id, type: entry.type, cookie: entry.cookie });
      listing.entries.push(kept);
      bytes += bytesOf(kept);
    }
    listing.covered = end ? undefined : (entries.at(-1)?.cookie ?? listing.covered);
    // Of no name it is known.
    listing.hashed &&= hashed && listing.entries.length > 0;
    this.#directories.grow(listing, bytes);
    return this.#hasRoom(directory, listing);
  }

  /** A step of ours on the directory's entries has been answered. In that turn, by all who change entries. */
  changed(directory: FileId, changes: readonly EntryChange[]): void {
    this.#overtake(directory);
    const listing = this.#directories.last(directory);
    if (listing === undefined) return;
    if (changes.every((change) => this.#apply(listing, change))) {
      for (const { inPlace = false } of changes) listing.change += inPlace ? 2n : 1n;
      this.#hasRoom(directory, listing);
    } else this.#directories.drop(directory);
  }

  /** What a look-up found, which is nothing new. */
  told(directory: FileId, name: Name, id: FileId | undefined): void {
    const listing = this.#directories.last(directory);
    if (listing === undefined || !listing.hashed) return;
    const cookie = cookieOf(BigInt(nameHash(name)), name);
    if (listing.covered !== undefined && cookie > listing.covered) return;
    const { entries } = listing;
    const found = entries[placeOf(entries, cookie)];
    const isThere = found?.cookie === cookie && sameName(found.name, name);
    if ((isThere ? found.id : undefined) !== id) this.drop(directory);
  }

  /** Nobody knows what is in the directory. */
  drop(directory: FileId): void {
    this.#overtake(directory);
    this.#directories.drop(directory);
  }

  #overtake(directory: FileId): void {
    for (const filling of this.#fillings.get(directory) ?? []) filling.overtaken = true;
  }

  /** False when it does not go together with what is known. */
  #apply(listing: Listing, { name, now, inPlace = false }: EntryChange): boolean {
    if (!listing.hashed) return false;
    const { entries, covered } = listing;
    const cookie = cookieOf(BigInt(nameHash(name)), name);
    if (covered !== undefined && cookie > covered) return true;
    const at = placeOf(entries, cookie);
    const found = entries[at];
    const isTaken = found?.cookie === cookie;
    if (isTaken && !sameName(found.name, name)) return false;
    if (isTaken !== (inPlace || now === undefined)) return false;
    if (now === undefined) {
      if (!isTaken) return false;
      entries.splice(at, 1);
      this.#directories.grow(listing, -bytesOf(found));
      return true;
    }
    const entry = new KeptName({ name: isTaken ? found.name : copied(name), id: now.id, type: now.type, cookie });
    entries.splice(at, isTaken ? 1 : 0, entry);
    if (!isTaken) this.#directories.grow(listing, bytesOf(entry));
    return true;
  }

  #hasRoom(directory: FileId, listing: Listing): boolean {
    if (listing.bytes > this.#maxBytes * largestPart) {
      this.#directories.drop(directory);
      if (this.#large.size >= rememberedLarge) this.#large.clear();
      this.#large.set(directory, listing.change);
      return false;
    }
    while (this.#directories.bytes > this.#maxBytes) {
      const oldest = this.#directories.oldest();
      if (oldest === undefined) break;
      this.#directories.drop(oldest.id);
    }
    return true;
  }
}

function bytesOf({ name }: ListedName): number {
  return entryBytes + name.length;
}

/** Where the first entry of this cookie or a later one is. */
function placeOf(entries: readonly ListedName[], cookie: Cookie): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.cookie < cookie) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sameName(a: Name, b: Name): boolean {
  return Buffer.compare(a, b) === 0;
}
