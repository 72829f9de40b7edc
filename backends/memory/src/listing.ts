import { StorageError } from '@polynas/core/spi';
import type { Cookie, DirectoryPage, FileId, ListOptions, Name } from '@polynas/core/spi';
import { keyOf } from './entries.ts';
import type { Entry } from './entries.ts';
import type { Inode } from './inode.ts';
import type { Tree } from './tree.ts';
import { xattrsAmong } from './xattrs.ts';

export function readdir(tree: Tree, directoryId: FileId, cookie: Cookie, options: ListOptions): DirectoryPage {
  checkLimit(options);
  const { entries } = tree.directory(directoryId).content;
  if (!entries.knows(cookie)) throw new StorageError('badCookie');
  return page(tree, entries.after(cookie, options.limit), options);
}

export function listByName(
  tree: Tree,
  directoryId: FileId,
  from: Name,
  inclusive: boolean,
  options: ListOptions,
): DirectoryPage {
  checkLimit(options);
  return page(tree, tree.directory(directoryId).content.entries.byName(keyOf(from), inclusive, options.limit), options);
}

function checkLimit({ limit }: ListOptions): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 4096) throw new StorageError('invalid', 'limit is 1 … 4096');
}

function page(tree: Tree, found: { entries: Entry<Inode>[]; end: boolean }, options: ListOptions): DirectoryPage {
  const entries = found.entries.map(({ name, cookie, inode }) => ({
    name,
    id: inode.id,
    type: inode.type,
    cookie,
    ...(options.attributes ? { attributes: tree.attributes(inode) } : {}),
    ...(options.xattrs === undefined ? {} : { xattrs: xattrsAmong(inode, options.xattrs) }),
  }));
  return { entries, end: found.end };
}
