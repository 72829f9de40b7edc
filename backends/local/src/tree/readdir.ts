import { StorageError } from '@polynas/core/spi';
import type { Cookie, DirectoryEntry, DirectoryPage, ListOptions, Name } from '@polynas/core/spi';
import { decodeEntry, entryName } from '../format/entry.ts';
import { afterNumber, nameKey, numberKey, pairKey, restOf } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { attributesOfEntry, directoryNow } from './lookup.ts';
import { firstCookie } from './first.ts';
import type { Row } from './table.ts';
import { xattrsAmong } from './xattrs.ts';

const maxPage = 4096;

/** Entries in cookie order. Resumed by key, so no read transaction outlives the call. */
export function readdir(parts: Parts, directory: number, cookie: Cookie, options: ListOptions): DirectoryPage {
  directoryNow(parts, directory);
  const limit = pageSize(options);
  if (cookie !== 0n && (cookie < firstCookie || cookie >= BigInt(parts.counters.peek('cookies')))) {
    throw new StorageError('badCookie', `cookie ${cookie}`);
  }
  const rows = parts.tables.cookies.range(pairKey(directory, Number(cookie) + 1), afterNumber(directory), limit + 1);
  return page(parts, rows, limit, options, (row) => entryName(row.value));
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
  const rows = parts.tables.entries.range(start, afterNumber(directory), limit + 1);
  return page(parts, rows, limit, options, (row) => restOf(row.key));
}

function pageSize(options: ListOptions): number {
  if (!Number.isInteger(options.limit) || options.limit < 1 || options.limit > maxPage)
    throw new StorageError('invalid', `a page of ${options.limit}`);
  return options.limit;
}

function page(
  parts: Parts,
  rows: readonly Row[],
  limit: number,
  { attributes, xattrs }: ListOptions,
  nameOf: (row: Row) => Name,
): DirectoryPage {
  const entries: DirectoryEntry[] = [];
  for (const row of rows.slice(0, limit)) {
    const entry = decodeEntry(new DataView(row.value.buffer, row.value.byteOffset, row.value.byteLength));
    entries.push({
      name: nameOf(row),
      id: BigInt(entry.id),
      type: entry.type,
      cookie: BigInt(entry.cookie),
      ...(attributes ? { attributes: attributesOfEntry(parts, entry) } : {}),
      ...(xattrs === undefined ? {} : { xattrs: xattrsAmong(parts, entry.id, xattrs) }),
    });
  }
  return { entries, end: rows.length <= limit };
}
