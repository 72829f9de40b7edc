import { StorageError } from '@polynas/core/spi';
import type { Attributes, Name } from '@polynas/core/spi';
import { decodeEntry, entryName } from '../format/entry.ts';
import type { Entry } from '../format/entry.ts';
import type { Inode } from '../format/inode.ts';
import { nameKey, pairKey } from '../format/keys.ts';
import { rootId } from '../format/meta.ts';
import type { Parts } from '../parts.ts';
import { assertName } from './names.ts';

/** As of the last commit, unstable writes included; `stale` when there is no such file. */
export function attributesNow(parts: Parts, id: number): Attributes {
  const attributes = parts.inodes.attributes(id);
  if (attributes === undefined) throw new StorageError('stale', `no file ${id}`);
  return attributes;
}

/** The inode of a directory; `stale`, or `notDirectory`. Outside of mutations. */
export function directoryNow(parts: Parts, id: number): Inode {
  const inode = parts.inodes.read(id);
  if (inode === undefined) throw new StorageError('stale', `no directory ${id}`);
  if (inode.type !== 'directory') throw new StorageError('notDirectory', `${id} is a ${inode.type}`);
  return inode;
}

export function lookup(parts: Parts, directory: number, name: Name): Attributes | undefined {
  directoryNow(parts, directory);
  assertName(name);
  const entry = entryNow(parts, directory, name);
  return entry === undefined ? undefined : attributesOfEntry(parts, entry);
}

function entryNow(parts: Parts, directory: number, name: Name): Entry | undefined {
  return parts.residency.watch(() => {
    const view = parts.tables.entries.view(nameKey(directory, name), 17);
    return view === undefined ? undefined : decodeEntry(view);
  });
}

export function attributesOfEntry(parts: Parts, entry: Entry): Attributes {
  const attributes = parts.inodes.attributes(entry.id);
  if (attributes === undefined)
    throw new StorageError('corrupt', `a directory entry names the missing file ${entry.id}`);
  return attributes;
}

export function parentOf(parts: Parts, id: number): { id: bigint; name: Name } | undefined {
  const inode = directoryNow(parts, id);
  if (id === rootId) return undefined;
  const row = parts.tables.cookies.get(pairKey(inode.parent, inode.parentCookie));
  if (row === undefined) throw new StorageError('corrupt', `directory ${id} is not where it says`);
  return { id: BigInt(inode.parent), name: entryName(row) };
}
