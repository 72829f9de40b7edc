import { StorageError } from '@polynas/core/spi';
import type { Call, Cookie, DirectoryEntry, DirectoryPage, FileId, ListOptions, WriteEpoch } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf, typeOfEntry } from '../attributes/attributes-of.ts';
import { decodeOwnRecord, ownXattr } from '../attributes/own-record.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { DirPointer, Mount, NativeEntry, NativeName, Statx } from '../native/mount-api.ts';
import { entryError, heldDirectory } from './change-entries.ts';
import { cookieOf, hashBefore, positionOf } from './cookies.ts';
import { checkXattrName } from '../xattrs/xattr-names.ts';
import { isReserved } from './names.ts';
import { directoryAt, remember } from './resolve.ts';

/** Read beyond what was asked for, so that names of one hash come together. */
const overshoot = 8;

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
  if (!Number.isInteger(limit) || limit < 1 || limit > 4096) throw new StorageError('invalid', 'limit is 1 … 4096');
  for (const name of options.xattrs ?? []) checkXattrName(name);
  // Names stand still meanwhile: an entry that is moved is seen once.
  const listing = await context.locks.directories.enter(directoryId, 'list');
  try {
    const inode = await heldDirectory(context, call, directoryId);
    try {
      await directoryAt(context, call, inode, directoryId);
      const position = positionOf(cookie);
      return await withListing(inode, (directory) =>
        pageOf(context, call, { mount: inode.mount, directory, id: directoryId, cookie, position }, options),
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

async function withListing<Result>(
  { mount, pointer }: HeldInode,
  use: (directory: DirPointer) => Promise<Result>,
): Promise<Result> {
  const directory = await mount.opendir(pointer);
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
  readonly position: bigint;
}

async function pageOf(context: VolumeContext, call: Call, walk: Walk, options: ListOptions): Promise<DirectoryPage> {
  const { directory, position, id } = walk;
  const mount = walk.mount.within(call);
  if (!options.attributes && options.xattrs === undefined) {
    const { entries, end } = await behind(context, walk, options.limit, (count) =>
      mount.readdir(directory, position, count),
    );
    return { entries: entries.map(({ entry, cookie }) => nameEntry(id, entry, cookie)), end };
  }
  const xattrs = [ownXattr, ...(options.xattrs ?? [])];
  const epoch = context.mounts.epoch();
  const { entries, end } = await behind(context, walk, options.limit, (count) =>
    mount.readdirplus(directory, position, count, xattrs),
  );
  const full = entries.map(({ entry, cookie }) => fullEntry(context, call, { id, epoch }, entry, cookie, options));
  return { entries: await Promise.all(full), end };
}

/** At most `limit` entries behind the cookie, in order. */
async function behind<Entry extends { readonly name: Uint8Array; readonly next: bigint }>(
  { mounts }: VolumeContext,
  { id, cookie }: Walk,
  limit: number,
  read: (count: number) => Promise<readonly Entry[]>,
): Promise<{ readonly entries: readonly Placed<Entry>[]; readonly end: boolean }> {
  for (let count = limit + overshoot; ; count *= 2) {
    const { placed, end } = wholeHashes(await read(count), count);
    const following = placed.filter((one) => one.cookie > cookie && !isReserved(mounts.root, id, one.entry.name));
    // All that was read is of the cookie's hash, or of one that more names have.
    if (following.length === 0 && !end) continue;
    return { entries: following.slice(0, limit), end: end && following.length <= limit };
  }
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

/** What is in a directory of a snapshot is in that snapshot. */
function nameEntry(directory: FileId, { name, ino, type }: NativeName, cookie: Cookie): DirectoryEntry {
  return { name, id: ((directory >> 64n) << 64n) | ino, type: typeOfEntry(type), cookie };
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
