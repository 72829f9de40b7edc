import { StorageError } from '@polynas/core/spi';
import type { Cookie, DirectoryEntry, DirectoryPage, ListOptions, Name } from '@polynas/core/spi';
import { entryName, entryOf } from '../format/entry.ts';
import { afterNumber, nameKey, nameOf, numberKey, pairKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { attributesOfEntry, directoryNow } from './lookup.ts';
import { firstCookie } from './first.ts';
import type { Table } from './table.ts';
import { xattrNames, xattrsAmong } from './xattrs.ts';

const maxPage = 4096;

/** Entries in cookie order. Resumed by key, so no read transaction outlives the call. */
export function readdir(parts: Parts, directory: number, cookie: Cookie, options: ListOptions): DirectoryPage {
  directoryNow(parts, directory);
  const limit = pageSize(options);
  if (cookie !== 0n && (cookie < firstCookie || cookie >= BigInt(parts.counters.peek('cookies')))) {
    throw new StorageError('badCookie', `cookie ${cookie}`);
  }
  const start = pairKey(directory, Number(cookie) + 1);
  return page(parts, parts.tables.cookies, start, directory, limit, options, (_, value) => entryName(value));
}

/** Entries in byte order of names. */
export function listByName(
  parts: Parts,
  directory: number,
  from: Name,
  inclusive: boolean,
  options: ListOptions,
): DirectoryPage {
  directoryNow(parts, directory);
  const limit = pageSize(options);
  // The least key above a name is that name with a zero byte behind it.
  const start =
    inclusive || from.length === 0
      ? nameKey(directory, from)
      : Buffer.concat([nameKey(directory, from), numberKey(0).subarray(0, 1)]);
  return page(parts, parts.tables.entries, start, directory, limit, options, nameOf);
}

function pageSize(options: ListOptions): number {
  if (!Number.isInteger(options.limit) || options.limit < 1 || options.limit > maxPage)
    throw new StorageError('invalid', `a page of ${options.limit}`);
  return options.limit;
}

function page(
  parts: Parts,
  table: Table,
  start: Uint8Array,
  directory: number,
  limit: number,
  { attributes, xattrs }: ListOptions,
  nameIn: (key: Uint8Array, value: Uint8Array) => Name,
): DirectoryPage {
  const wanted = xattrs && xattrNames(xattrs);
  const found = table.mapRange(start, afterNumber(directory), limit + 1, (key, value) => ({
    name: nameIn(key, value),
    entry: entryOf(value),
  }));
  const end = found.length <= limit;
  if (!end) found.pop();
  // The rows first, so that no cursor is open while other tables are read.
  const entries = found.map(({ name, entry }): DirectoryEntry => ({
    name,
    id: BigInt(entry.id),
    type: entry.type,
    cookie: BigInt(entry.cookie),
    ...(attributes && { attributes: attributesOfEntry(parts, entry) }),
    ...(wanted && { xattrs: xattrsAmong(parts, entry.id, wanted) }),
  }));
  return { entries, end };
}
