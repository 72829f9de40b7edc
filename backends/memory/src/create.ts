import { StorageError } from '@polynas/core/spi';
import type { Created, CreateMode, DeviceNumber, FileId, Name, NewFile } from '@polynas/core/spi';
import { checkAttributes, checkChangedName, checkXattrs } from './checks.ts';
import { Entries, keyOf } from './entries.ts';
import { isDirectory } from './inode.ts';
import type { Directory, Inode } from './inode.ts';
import { Pages } from './pages.ts';
import type { Tree } from './tree.ts';

export function create(tree: Tree, directoryId: FileId, name: Name, mode: CreateMode, file: NewFile): Created {
  checkChangedName(name, tree.traits);
  const directory = tree.directory(directoryId);
  const existing = directory.content.entries.get(keyOf(name))?.inode;
  if (existing !== undefined) {
    if (mode.kind === 'guarded') throw new StorageError('exists');
    if (mode.kind === 'exclusive' && existing.verifier !== mode.verifier) throw new StorageError('exists');
    return { attributes: tree.attributes(existing), created: false, directory: tree.unchanged(directory) };
  }
  const verifier = mode.kind === 'exclusive' ? mode.verifier : undefined;
  return add(tree, directory, name, file, () => {
    const content = { kind: 'file', size: 0, pages: new Pages(tree.space), stamp: tree.nextCount() } as const;
    return tree.newInode('file', content, undefined, verifier);
  });
}

export function mkdir(tree: Tree, directoryId: FileId, name: Name, file: NewFile): Created {
  const directory = vacantIn(tree, directoryId, name);
  if (directory.nlink >= tree.traits.maxLinks) throw new StorageError('tooManyLinks');
  return add(tree, directory, name, file, () => {
    const parent = { directory, key: keyOf(name) };
    return tree.newInode('directory', { kind: 'directory', entries: new Entries(), parent });
  });
}

export function mknod(
  tree: Tree,
  directoryId: FileId,
  name: Name,
  type: 'fifo' | 'socket' | 'block' | 'character',
  rdev: DeviceNumber,
  file: NewFile,
): Created {
  const directory = vacantIn(tree, directoryId, name);
  const device = type === 'block' || type === 'character' ? { major: rdev.major, minor: rdev.minor } : undefined;
  return add(tree, directory, name, file, () => tree.newInode(type, { kind: 'none' }, device));
}

export function symlink(tree: Tree, directoryId: FileId, name: Name, target: Uint8Array, file: NewFile): Created {
  if (target.length === 0) throw new StorageError('invalid', 'an empty target');
  if (target.length > tree.traits.maxSymlinkBytes) throw new StorageError('nameTooLong');
  const directory = vacantIn(tree, directoryId, name);
  const content = { kind: 'symlink', target: Uint8Array.from(target) } as const;
  return add(tree, directory, name, file, () => tree.newInode('symlink', content));
}

/** The directory for a new name; throws `exists` when that is taken. */
export function vacantIn(tree: Tree, directoryId: FileId, name: Name): Directory {
  checkChangedName(name, tree.traits);
  const directory = tree.directory(directoryId);
  if (directory.content.entries.get(keyOf(name)) !== undefined) throw new StorageError('exists');
  return directory;
}

function add(tree: Tree, directory: Directory, name: Name, file: NewFile, make: () => Inode): Created {
  checkAttributes(file, tree.traits);
  checkXattrs(file.xattrs ?? new Map(), tree.traits);
  tree.expectRecords(file.records);
  const inode = make();
  describe(tree, inode, file);
  inode.nlink = isDirectory(inode) ? 2 : 1;
  const change = tree.changeEntries(directory, () => {
    directory.content.entries.add(keyOf(name), name, inode);
    if (isDirectory(inode)) directory.nlink += 1;
  });
  tree.setRecords(file.records);
  return { attributes: tree.attributes(inode), created: true, directory: change };
}

/** What a new file starts with, but its content. */
export function describe(tree: Tree, inode: Inode, file: NewFile): void {
  inode.mode = file.mode;
  inode.uid = file.uid;
  inode.gid = file.gid;
  if (file.accessed !== undefined && file.accessed !== 'now') inode.accessed = tree.rounded(file.accessed);
  if (file.modified !== undefined && file.modified !== 'now') inode.modified = tree.rounded(file.modified);
  inode.dosBits = file.dosBits ?? 0;
  for (const [xattr, value] of file.xattrs ?? []) inode.xattrs.set(xattr, Uint8Array.from(value));
}
