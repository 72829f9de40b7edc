import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '@polynas/core/spi';
import { treeFile } from './environment.ts';

// The layout of LMDB's file, as lmdb-js builds it on 64 bits, little-endian: mdb.c, MDB_page_header, MDB_meta, MDB_db and MDB_node.
const header = 24;
const magic = 0xbeefc0de;
const dataVersion = 2;
const metaPage = 0x08;
const branchPage = 0x01;
const leafPage = 0x02;
const overflowPage = 0x04;
const bigData = 0x01;
const subData = 0x02;
/** In the flags of a meta: its sync was not awaited. */
const unsynced = 0x1000;
const metaBytes = 168;
const noPage = 2n ** 64n - 1n;

interface Meta {
  readonly id: bigint;
  readonly synced: boolean;
  readonly lastPage: bigint;
  readonly roots: readonly bigint[];
}

/**
 * LMDB trusts its file and reads through a memory map: of pages that are not there it dies with a signal, and the process with it. So what an
 * open relies on is looked at before; throws `corrupt`. All pages that the tree names, when `thorough` or when the file is shorter than it counts.
 */
export function assertTreeFile(directory: string, thorough = false): void {
  const path = join(directory, treeFile);
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    // One that a crash left before anything was in it is made anew.
    const reason = size === 0 ? undefined : brokenBy(fd, size, thorough);
    if (reason !== undefined) throw new StorageError('corrupt', `${path}: ${reason}; restore it`);
  } finally {
    closeSync(fd);
  }
}

function brokenBy(fd: number, size: number, thorough: boolean): string | undefined {
  const first = bytesAt(fd, 0, metaBytes + header);
  if (first === undefined) return `${size} bytes are no tree`;
  if ((first.readUInt16LE(18) & metaPage) === 0 || first.readUInt32LE(header) !== magic) return 'not a tree of LMDB';
  const version = first.readUInt32LE(header + 4) & 0xffff;
  if (version !== dataVersion) return `LMDB's format ${version}, and ${dataVersion} is known`;
  const pageSize = first.readUInt32LE(48);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return `a page size of ${pageSize}`;
  if (size < 2 * pageSize) return `cut off after ${size} bytes`;
  const second = bytesAt(fd, pageSize, metaBytes + header);
  if (second === undefined || second.readUInt32LE(header) !== magic) return 'the second meta page is none';
  const middle = bytesAt(fd, pageSize / 2, metaBytes + header);
  if (middle === undefined) return 'the meta page has no end';
  const meta = openedAt([first, middle, second].map(metaOf));
  const pages = BigInt(Math.floor(size / pageSize));
  if (meta.roots.some((root) => root !== noPage && root > meta.lastPage)) return 'a root beyond the last page';
  // The last pages may be missing where they are free: only then it has to be found out whether they are.
  if (!thorough && meta.lastPage < pages) return undefined;
  return lostPage(fd, pageSize, pages, meta);
}

function metaOf(page: Buffer): Meta {
  return {
    id: page.readBigUInt64LE(152),
    synced: (page.readUInt16LE(52) & unsynced) === 0,
    lastPage: page.readBigUInt64LE(144),
    roots: [page.readBigUInt64LE(88), page.readBigUInt64LE(136)],
  };
}

/** The one that LMDB begins at with `safeRestore` (mdb_pick_meta): the newest when it was synced, else the older one. */
function openedAt([first, middle, second]: Meta[]): Meta {
  return pick(pick(first!, middle!), second!);
}

function pick(a: Meta, b: Meta): Meta {
  if (b.id === 0n) return a;
  const latest = a.id >= b.id ? a : b;
  if (latest.synced) return latest;
  return a.id > b.id ? b : a;
}

/** Follows all that the meta names. */
function lostPage(fd: number, pageSize: number, pages: bigint, meta: Meta): string | undefined {
  const left = meta.roots.filter((root) => root !== noPage);
  const seen = new Set<bigint>();
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const page = at < pages && !seen.has(at) ? bytesAt(fd, Number(at) * pageSize, pageSize) : undefined;
    seen.add(at);
    if (page === undefined) return `page ${at} is missing: cut off, or never written`;
    const flags = page.readUInt16LE(18);
    if (page.readBigUInt64LE(0) !== at || (flags & (branchPage | leafPage)) === 0)
      return `page ${at} is not what it was`;
    for (const named of pagesNamedBy(page, flags)) {
      if (!named.overflow) left.push(named.page);
      else if (!isOverflow(fd, pageSize, pages, named.page)) return `page ${named.page} is missing or not what it was`;
    }
  }
  return undefined;
}

function isOverflow(fd: number, pageSize: number, pages: bigint, at: bigint): boolean {
  const page = at < pages ? bytesAt(fd, Number(at) * pageSize, header) : undefined;
  if (page === undefined || page.readBigUInt64LE(0) !== at || (page.readUInt16LE(18) & overflowPage) === 0)
    return false;
  return at + BigInt(page.readUInt32LE(20)) <= pages;
}

function pagesNamedBy(page: Buffer, flags: number): { page: bigint; overflow: boolean }[] {
  const named: { page: bigint; overflow: boolean }[] = [];
  const count = page.readUInt16LE(20) >> 1;
  for (let index = 0; index < count && header + 2 * index + 2 <= page.length; index += 1) {
    const node = page.readUInt16LE(header + 2 * index) + header;
    if (node + 8 > page.length) continue;
    const kind = page.readUInt16LE(node + 4);
    const data = node + 8 + page.readUInt16LE(node + 6);
    if ((flags & branchPage) !== 0) named.push({ page: BigInt(page.readUIntLE(node, 6)), overflow: false });
    else if ((kind & bigData) !== 0 && data + 8 <= page.length)
      named.push({ page: page.readBigUInt64LE(data), overflow: true });
    else if ((kind & subData) !== 0 && data + 48 <= page.length) {
      const root = page.readBigUInt64LE(data + 40);
      if (root !== noPage) named.push({ page: root, overflow: false });
    }
  }
  return named;
}

function bytesAt(fd: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  return readSync(fd, bytes, 0, length, position) === length ? bytes : undefined;
}
