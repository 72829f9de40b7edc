import { isStorageError, StorageError } from '@polynas/core/spi';
import type {
  Attributes,
  Call,
  Cookie,
  DirectoryEntry,
  DirectoryPage,
  FileId,
  ListOptions,
  Name,
  WriteEpoch,
} from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf, typeOfMode } from '../attributes/attributes-of.ts';
import { decodeOwnRecord, ownXattr } from '../attributes/own-record.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import { isUnpublished } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { snapshotOf } from '../mounts/place-of.ts';
import { ofInode } from '../native/storage-error.ts';
import type { DirPointer, Mount, NativeEntry, Statx } from '../native/mount-api.ts';
import { entryError, heldDirectory } from './change-entries.ts';
import { cookieOf, hashBefore, positionOf } from './cookies.ts';
import { checkXattrName } from '../xattrs/xattr-names.ts';
import { lookup } from './lookup.ts';
import { isReserved } from './names.ts';
import type { KeptName, ListedName } from './kept-name.ts';
import type { ListedPart } from './listings.ts';
import { nameHash } from './name-hash.ts';
import { directoryAt, remember } from './resolve.ts';
import { getxattr } from '../xattrs/getxattr.ts';

/** Of one page. */
const mostEntries = 4096;
/** Read beyond what was asked for, so that names of one hash come together. */
const overshoot = 8;

/** Who goes on with a listing is likely to go on: so many entries are read at once, where they are remembered. */
const readAhead = 1024;
/** Rounds of reading on behind what is remembered, for one page. */
const mostReads = 8;
/** Files of a page that are asked one by one for what is not remembered of them; of more the page is read again. */
const mostAsked = 32;

/** An entry of libcephfs with what it is sorted by. */
interface Placed<Entry> {
  readonly entry: Entry;
  readonly hash: bigint;
  readonly cookie: Cookie;
}

interface Read<Entry> {
  readonly placed: readonly Placed<Entry>[];
  readonly end: boolean;
}

export async function readdir(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  cookie: Cookie,
  options: ListOptions,
): Promise<DirectoryPage> {
  const { limit } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > mostEntries)
    throw new StorageError('invalid', 'limit is 1 … 4096');
  for (const name of options.xattrs ?? []) checkXattrName(name);
  const left: Name[] = [];
  const page = await readPage(context, call, directoryId, cookie, options, left);
  if (left.length === 0) return page;
  // They are in nobody's way, but the MDS counts them among the entries.
  for (const name of left) {
    context.names.drop(directoryId, name);
    await lookup(context, call, directoryId, name);
  }
  return await readPage(context, call, directoryId, cookie, options, []);
}

/** `left`: gets the names of files that were never published whole (`attributes/unpublished.ts`). */
async function readPage(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  cookie: Cookie,
  options: ListOptions,
  left: Name[],
): Promise<DirectoryPage> {
  // Names stand still meanwhile: an entry that is moved is seen once.
  const listing = await context.locks.directories.enter(directoryId, 'list');
  try {
    const remembered = await pageRemembered(context, call, directoryId, cookie, options);
    if (remembered !== undefined) return remembered;
    const inode = await heldDirectory(context, call, directoryId);
    try {
      const { attributes } = await directoryAt(context, call, inode, directoryId);
      return (
        (await pageReadOn(context, call, inode, attributes, cookie, options, left)) ??
        (await withListing(inode, (directory) =>
          pageOf(context, call, { mount: inode.mount, directory, id: directoryId, cookie, left }, options),
        ))
      );
    } catch (error) {
      throw entryError(context, inode, error);
    } finally {
      inode.release();
    }
  } finally {
    listing.leave();
  }
}

/** Wholly from memory: where the directory is as its entries are remembered, and of the files is known what is asked. */
async function pageRemembered(
  context: VolumeContext,
  call: Call,
  id: FileId,
  cookie: Cookie,
  options: ListOptions,
): Promise<DirectoryPage | undefined> {
  const { listings, attributes } = context;
  const known = listings && attributes.now(id)?.attributes;
  if (known?.type !== 'directory') return undefined;
  positionOf(cookie);
  const page = listings?.page(id, known.change, cookie, options.limit);
  if (page?.end === undefined) return undefined;
  const entries = await described(context, call, id, page.entries, options);
  return entries && { entries, end: page.end };
}

/** The same, with the directory read on behind what is remembered as far as it takes. `undefined` where nothing can be remembered. */
async function pageReadOn(
  context: VolumeContext,
  call: Call,
  inode: HeldInode,
  { id, change }: Attributes,
  cookie: Cookie,
  options: ListOptions,
  left: Name[],
): Promise<DirectoryPage | undefined> {
  if (context.listings?.mayKeep(id, change) !== true) return undefined;
  for (let read = 0; read < mostReads; read += 1) {
    const page = context.listings.page(id, change, cookie, options.limit);
    if (page === undefined) return undefined;
    if (page.end !== undefined) {
      const entries = await described(context, call, id, page.entries, options);
      return entries && { entries, end: page.end };
    }
    if (!(await readOn(context, call, inode, { id, change }, cookie, options, left))) return undefined;
  }
  return undefined;
}

/** False when what was read cannot be remembered. */
async function readOn(
  context: VolumeContext,
  call: Call,
  inode: HeldInode,
  { id, change }: Pick<Attributes, 'id' | 'change'>,
  cookie: Cookie,
  options: ListOptions,
  left: Name[],
): Promise<boolean> {
  const { listings, attributes } = context;
  if (listings === undefined) return false;
  const filling = listings.fill(id, change);
  try {
    const { from } = filling;
    const limit = Math.min(mostEntries, Math.max(options.limit, cookie === 0n ? 0 : readAhead));
    const part = await withListing(inode, (directory) =>
      partOf(context, call, { mount: inode.mount, directory, id, cookie: from, left }, { ...options, limit }),
    );
    const count = part.end ? await countOf(context, inode, id) : undefined;
    if (attributes.now(id)?.attributes.change !== change) return false;
    return listings.filled(id, change, filling, { ...part, count });
  } finally {
    listings.giveUp(id, filling);
  }
}

/**
 * How many entries there are, as the MDS counts them. libcephfs was seen to leave out a hard link for a while: that is forgotten with the next listing, but not what is
 * remembered of this one.
 */
async function countOf({ mounts, attributes }: VolumeContext, inode: HeldInode, id: FileId): Promise<number> {
  const value = await inode.mount.getxattr(inode.pointer, 'ceph.dir.entries');
  return Number(Buffer.from(value ?? []).toString()) - (id === mounts.root ? attributes.hiddenInRoot : 0);
}

/** What is asked of remembered entries; `undefined` when it is not known of so many of them that they are better read together. */
async function described(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  entries: readonly KeptName[],
  options: ListOptions,
): Promise<readonly DirectoryEntry[] | undefined> {
  if (!options.attributes && options.xattrs === undefined) return entries;
  const asked = options.xattrs && context.listings?.asked(options.xattrs);
  const round = context.attributes.round();
  const all: DirectoryEntry[] = [];
  const lacking: number[] = [];
  for (const entry of entries) {
    const now = entry.described(context, round, asked);
    if (now === undefined && lacking.push(all.length) > mostAsked) return undefined;
    all.push(now === undefined || options.attributes ? (now ?? entry) : withoutAttributes(now));
  }
  if (lacking.length === 0) return all;
  try {
    await Promise.all(
      lacking.map(async (index) => (all[index] = await describedAsked(context, call, entries[index]!, options))),
    );
  } catch (error) {
    // Its name is there and it is not: what is remembered is wrong.
    if (!isStorageError(error, 'stale')) throw error;
    context.listings?.drop(directory);
    return undefined;
  }
  return all;
}

function withoutAttributes({ attributes: _, ...rest }: DirectoryEntry): DirectoryEntry {
  return rest;
}

async function describedAsked(
  context: VolumeContext,
  call: Call,
  { name, id, cookie }: ListedName,
  options: ListOptions,
): Promise<DirectoryEntry> {
  const { attributes } = await context.attributes.get(call, id);
  const { type } = attributes;
  if (options.xattrs === undefined) return { name, id, type, cookie, attributes };
  const values = await Promise.all(
    options.xattrs.map(async (xattr) => [xattr, await getxattr(context, call, id, xattr)] as const),
  );
  const xattrs = new Map(values.filter((pair): pair is [string, Uint8Array] => pair[1] !== undefined));
  return { name, id, type, cookie, ...(options.attributes && { attributes }), xattrs };
}

async function withListing<Result>(
  { mount, pointer }: HeldInode,
  use: (directory: DirPointer) => Promise<Result>,
): Promise<Result> {
  const directory = await mount.opendir(pointer).catch((error: unknown) => {
    throw ofInode(error);
  });
  try {
    return await use(directory);
  } finally {
    await mount.releasedir(directory);
  }
}

interface Walk {
  readonly mount: Mount;
  readonly directory: DirPointer;
  readonly id: FileId;
  readonly cookie: Cookie;
  readonly left: Name[];
}

/** A page as the cluster tells it. */
async function pageOf(context: VolumeContext, call: Call, walk: Walk, options: ListOptions): Promise<DirectoryPage> {
  const { entries, end } = await partOf(context, call, walk, options);
  const { limit } = options;
  return { entries: entries.slice(0, limit), end: end && entries.length <= limit };
}

interface Part extends ListedPart {
  readonly entries: readonly DirectoryEntry[];
}

/** The entries behind the cookie, about `limit`. */
async function partOf(context: VolumeContext, call: Call, walk: Walk, options: ListOptions): Promise<Part> {
  const { directory, id } = walk;
  const position = positionOf(walk.cookie);
  const mount = walk.mount.within(call);
  if (!options.attributes && options.xattrs === undefined) {
    const { placed, ...rest } = await behind(context, call, walk, options.limit, (count) =>
      mount.readdirplus(directory, position, count),
    );
    return { ...rest, entries: placed.map(({ entry, cookie }) => nameEntry(entry, cookie)) };
  }
  const xattrs = [ownXattr, ...(options.xattrs ?? [])];
  const epoch = context.mounts.epoch();
  const { placed, ...rest } = await behind(context, call, walk, options.limit, (count) =>
    mount.readdirplus(directory, position, count, xattrs),
  );
  const full = placed.map(({ entry, cookie }) => fullEntry(context, call, { id, epoch }, entry, cookie, options));
  return { ...rest, entries: await Promise.all(full) };
}

/** In order; at least one unless it is the end. */
async function behind(
  context: VolumeContext,
  call: Call,
  { id, cookie, left }: Walk,
  limit: number,
  read: (count: number) => Promise<readonly NativeEntry[]>,
): Promise<Read<NativeEntry> & { readonly hashed: boolean }> {
  for (let count = limit + overshoot; ; count *= 2) {
    const { placed, end } = wholeHashes(await read(count), count);
    const ahead = placed.filter((one) => one.cookie > cookie && !isReserved(context.mounts.root, id, one.entry.name));
    const unpublished = ahead.filter(({ entry }) => isUnpublished(entry.statx)).map(({ entry }) => entry.name);
    const hidden = snapshotOf(id) === undefined ? unpublished : await absentOf(context, call, id, unpublished);
    const following = hidden.length === 0 ? ahead : ahead.filter(({ entry }) => !hidden.includes(entry.name));
    if (snapshotOf(id) === undefined) left.push(...hidden);
    // All that was read is of the cookie's hash, or of one that more names have.
    if (following.length === 0 && !end) continue;
    const hashed = placed.every(({ entry, hash }) => Number(hash) === nameHash(entry.name));
    return { placed: following, end, hashed };
  }
}

/** Those of the names that mean nothing. In a snapshot nobody can make the MDS count what a file has: each is looked at. */
async function absentOf(context: VolumeContext, call: Call, id: FileId, names: readonly Name[]): Promise<Name[]> {
  const absent: Name[] = [];
  for (const name of names) if ((await lookup(context, call, id, name)) === undefined) absent.push(name);
  return absent;
}

/** In order of cookies, without the last hash when more of its names may follow. */
function wholeHashes<Entry extends { readonly name: Uint8Array; readonly next: bigint }>(
  entries: readonly Entry[],
  count: number,
): Read<Entry> {
  const end = entries.length < count;
  const placed = entries.map((entry) => {
    const hash = hashBefore(entry.next);
    return { entry, hash, cookie: cookieOf(hash, entry.name) };
  });
  const last = placed.at(-1)?.hash;
  const whole = end ? placed : placed.filter(({ hash }) => hash !== last);
  return { placed: whole.sort((a, b) => (a.cookie < b.cookie ? -1 : 1)), end };
}

function nameEntry({ name, statx }: NativeEntry, cookie: Cookie): DirectoryEntry {
  return { name, id: fileIdOf(statx), type: typeOfMode(statx.mode), cookie };
}

async function fullEntry(
  context: VolumeContext,
  call: Call,
  { id: directory, epoch }: { readonly id: FileId; readonly epoch: WriteEpoch },
  { name, statx, xattrs }: NativeEntry,
  cookie: Cookie,
  options: ListOptions,
): Promise<DirectoryEntry> {
  const own = decodeOwnRecord(xattrs?.get(ownXattr));
  const id = fileIdOf(statx);
  // What we know ourselves includes what was answered since.
  const known = context.attributes.now(id) ?? (await knownOf(context, call, id, statx, own, epoch));
  remember(context, directory, name, known);
  const { attributes } = known;
  if (context.attributes.now(id)?.attributes.change === statx.version) {
    for (const xattr of options.xattrs ?? []) context.xattrs?.add(id, statx.version, xattr, xattrs?.get(xattr));
  }
  const asked = options.xattrs && new Map([...(xattrs ?? [])].filter(([xattr]) => options.xattrs?.includes(xattr)));
  return {
    name,
    id,
    type: attributes.type,
    cookie,
    ...(options.attributes && { attributes }),
    ...(asked && { xattrs: asked }),
  };
}

async function knownOf(
  { attributes }: VolumeContext,
  call: Call,
  id: FileId,
  statx: Statx,
  own: OwnRecord,
  epoch: WriteEpoch,
): Promise<Known> {
  if (attributes.isSuspect(id)) return await attributes.get(call, id);
  return { attributes: attributes.learn(statx, own, epoch), own };
}
