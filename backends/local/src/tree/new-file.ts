import { StorageError } from '@polynas/core/spi';
import type { Created, FileType, Name, NewFile } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import { addEntry, changeSince, directoryIn, entriesChanged, entryIn, stampNow } from './entries.ts';
import { maxLinks } from './traits.ts';
import type { Transaction } from './transaction.ts';
import { assertValues, timeOf } from './values.ts';
import { addXattrs } from './xattrs.ts';

/** Inside a mutation: a file that has no name yet, with all it starts with. */
export function newInode(transaction: Transaction, type: FileType, file: NewFile): Inode {
  assertValues(file);
  const { now } = transaction;
  const bytes = type === 'file' || type === 'symlink';
  const inode: Inode = {
    id: transaction.number('files'),
    type,
    mode: file.mode,
    uid: file.uid,
    gid: file.gid,
    nlink: type === 'directory' ? 2 : 1,
    size: 0,
    allocated: 0,
    rdevMajor: 0,
    rdevMinor: 0,
    accessed: timeOf(file.accessed, now),
    modified: timeOf(file.modified, now),
    changed: now,
    born: now,
    dosBits: file.dosBits ?? 0,
    change: 1,
    contentStamp: type === 'file' ? transaction.number('stamps') : 0,
    content: { id: bytes ? transaction.number('contents') : 0, kind: 'none', blob: 0 },
    parent: 0,
    parentCookie: 0,
    xattrBytes: 0,
    xattrCount: 0,
    verifier: undefined,
  };
  addXattrs(transaction, inode, file.xattrs);
  transaction.add(inode);
  return inode;
}

/** Inside a mutation: makes a file of a type under a name that must be free (`exists`). */
export function addFile(
  transaction: Transaction,
  directoryId: number,
  name: Name,
  type: FileType,
  file: NewFile,
  prepare: (inode: Inode) => void = () => undefined,
): Created {
  const directory = directoryIn(transaction, directoryId);
  if (entryIn(transaction, directory, name) !== undefined) throw new StorageError('exists');
  if (type === 'directory' && directory.nlink >= maxLinks) throw new StorageError('tooManyLinks');
  transaction.records(file.records);
  const before = stampNow(directory);
  const inode = newInode(transaction, type, file);
  prepare(inode);
  addEntry(transaction, directory, name, inode);
  if (type === 'directory') directory.nlink += 1;
  entriesChanged(transaction, directory);
  return { attributes: attributesOf(inode), created: true, directory: changeSince(before, directory) };
}
