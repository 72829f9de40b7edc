import { join } from 'node:path';
import { open } from 'lmdb';
import type { RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
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
}

/**
 * Opens or creates the tree. `safeRestore` starts from the last commit that reached the disk: after the death of the
 * process LMDB would else take a later one from the page cache as if it had been synced, and reuse pages that a power
 * failure still needs. Nothing newer was ever acknowledged.
 */
export function openEnvironment(directory: string): Environment {
  const options: RootDatabaseOptionsWithPath & { noReadAhead: boolean; safeRestore: boolean } = {
    path: join(directory, treeFile),
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: names.length + 2,
    mapSize: mapBytes,
    noReadAhead: true,
    safeRestore: true,
  };
  const root = open<Uint8Array, Uint8Array>(options);
  const tables = Object.fromEntries(
    names.map((name) => [
      name,
      new Table(name, root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' }) as RawDatabase),
    ]),
  );
  return { root, tables: tables as unknown as Tables };
}
