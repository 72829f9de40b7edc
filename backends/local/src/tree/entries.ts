import { stampOf, StorageError } from '@polynas/core/spi';
import type { DirectoryChange, Name, Stamp } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import { decodeEntry, encodeEntry } from '../format/entry.ts';
import type { Entry } from '../format/entry.ts';
import type { Inode } from '../format/inode.ts';
import { afterNumber, nameKey, numberKey, pairKey } from '../format/keys.ts';
import type { Transaction } from './transaction.ts';

/** Directory entries inside mutations. */

export function directoryIn(transaction: Transaction, id: number): Inode {
  const inode = transaction.inode(id);
  if (inode.type !== 'directory') throw new StorageError('notDirectory', `${id} is a ${inode.type}`);
  return inode;
}

export function entryIn(transaction: Transaction, directory: Inode, name: Name): Entry | undefined {
  const view = transaction.tables.entries.view(nameKey(directory.id, name), 17);
  return view === undefined ? undefined : decodeEntry(view);
}

export function stampNow(directory: Inode): Stamp {
  return stampOf(attributesOf(directory));
}

export function changeSince(before: Stamp, directory: Inode): DirectoryChange {
  return { before, after: attributesOf(directory), atomic: true };
}

/** The directory's `modified`, `changed` and `change` move. */
export function entriesChanged(transaction: Transaction, directory: Inode): void {
  directory.modified = transaction.now;
  transaction.changed(directory);
}

/** Adds a name under a new cookie; a directory learns where it is. */
export function addEntry(transaction: Transaction, directory: Inode, name: Name, target: Inode): void {
  const cookie = transaction.number('cookies');
  putEntry(transaction, directory, name, target, cookie);
  directory.size += 1;
}

/** A name that stays in its place and means another file now. */
export function retargetEntry(
  transaction: Transaction,
  directory: Inode,
  name: Name,
  former: Entry,
  target: Inode,
): void {
  putEntry(transaction, directory, name, target, former.cookie);
}

export function removeEntry(transaction: Transaction, directory: Inode, name: Name, entry: Entry): void {
  transaction.remove(transaction.tables.entries, nameKey(directory.id, name));
  transaction.remove(transaction.tables.cookies, pairKey(directory.id, entry.cookie));
  directory.size -= 1;
}

export function isEmpty(transaction: Transaction, directory: Inode): boolean {
  return transaction.tables.entries.range(numberKey(directory.id), afterNumber(directory.id), 1).length === 0;
}

function putEntry(transaction: Transaction, directory: Inode, name: Name, target: Inode, cookie: number): void {
  const entry: Entry = { id: target.id, type: target.type, cookie };
  transaction.put(transaction.tables.entries, nameKey(directory.id, name), encodeEntry(entry));
  transaction.put(transaction.tables.cookies, pairKey(directory.id, cookie), encodeEntry(entry, name));
  if (target.type !== 'directory') return;
  target.parent = directory.id;
  target.parentCookie = cookie;
}
