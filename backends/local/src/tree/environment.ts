import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { libc } from '../host/libc.ts';
import { Table } from './table.ts';
import type { RawDatabase } from './table.ts';

export const treeFile = 'tree.lmdb';

/** Virtual address space for the tree; only what is stored takes memory or disk. It grows beyond when it must. */
const mapBytes = 2 ** 38;

export interface Tables {
  readonly meta: Table;
  /** id → inode. */
  readonly inodes: Table;
  /** (directory, name) → entry. */
  readonly entries: Table;
  /** (directory, cookie) → entry and name. */
  readonly cookies: Table;
  /** (id, name) → value. */
  readonly xattrs: Table;
  /** (content, file offset) → extent. */
  readonly extents: Table;
  /** content → bytes of small files and of symbolic links. */
  readonly inline: Table;
  /** blob → references. */
  readonly blobs: Table;
  /** file → its blob may be ahead of its inode. */
  readonly dirty: Table;
  /** file without a name that a handle still holds. */
  readonly orphans: Table;
  /** content that nobody names → what is left to reclaim. */
  readonly freeContents: Table;
  /** content whose extents from an offset on must go before anything else happens to it. */
  readonly trims: Table;
  /** blob that nothing references → host file to unlink. */
  readonly freeBlobs: Table;
  /** first blob id → first id behind: host files that may exist without a row in `blobs`. */
  readonly intents: Table;
  /** core's own key → value. */
  readonly records: Table;
}

const names = [
  'meta',
  'inodes',
  'entries',
  'cookies',
  'xattrs',
  'extents',
  'inline',
  'blobs',
  'dirty',
  'orphans',
  'freeContents',
  'trims',
  'freeBlobs',
  'intents',
  'records',
] as const satisfies readonly (keyof Tables)[];

export interface Environment {
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
  readonly tables: Tables;
  /** After a failed commit: nothing that LMDB still does reaches the file. Its close syncs once more, and that sync could call lost pages safe. */
  sever(): void;
  /** Waits for commits under way; after a failure there is nothing to wait for. */
  close(): Promise<void>;
}

/**
 * Opens or creates the tree. `safeRestore` starts from the last commit that reached the disk: after the death of the
 * process LMDB would else take a later one from the page cache as if it had been synced, and reuse pages that a power
 * failure still needs. Nothing newer was ever acknowledged.
 */
export function openEnvironment(directory: string): Environment {
  const path = join(directory, treeFile);
  const options: RootDatabaseOptionsWithPath & { noReadAhead: boolean; safeRestore: boolean } = {
    path,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: names.length + 2,
    mapSize: mapBytes,
    noReadAhead: true,
    safeRestore: true,
  };
  const before = new Set(descriptorsOf(path));
  const root = open<Uint8Array, Uint8Array>(options);
  const descriptors = descriptorsOf(path).filter((fd) => !before.has(fd));
  let severed = false;
  noticeFailures(root);
  const tables = Object.fromEntries(
    names.map((name) => [
      name,
      new Table(name, root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' }) as RawDatabase),
    ]),
  );
  return {
    root,
    tables: tables as unknown as Tables,
    sever() {
      severed = true;
      for (const fd of descriptors) libc()?.sever(fd);
    },
    async close() {
      // Promises of the failed batch, which `close` would wait for, are never settled.
      if (severed) Object.assign(root, { _endWrites: undefined });
      await root.close();
    },
  };
}

/** Descriptors of this process that are open on a file. None are found where there is no /proc. */
function descriptorsOf(path: string): number[] {
  const found: number[] = [];
  const real = existsSync(path) ? realpathSync(path) : path;
  for (const name of existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`) === real) found.push(Number(name));
    } catch {
      // The descriptor of the listing itself is gone by now.
      continue;
    }
  }
  return found;
}

/**
 * lmdb makes one more promise for each batch that it gives to nobody; when the commit fails, its rejection would end the process. It is there right after the
 * batch has begun. Those who wait for the commit are told by promises of their own.
 */
function noticeFailures(root: RootDatabase<Uint8Array, Uint8Array>): void {
  const ignored = (): undefined => undefined;
  root.on('beforecommit', () => {
    queueMicrotask(() => {
      root.committed.then(ignored, ignored);
    });
  });
}
