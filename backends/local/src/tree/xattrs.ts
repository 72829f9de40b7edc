import { StorageError } from '@polynas/core/spi';
import type { Attributes, MutationOptions } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import { afterNumber, nameKey, nameOf, numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import type { Table } from './table.ts';
import { traitsOf } from './traits.ts';
import type { Transaction } from './transaction.ts';

const maxNameBytes = 255;
/** So that a file's removal stays one small mutation. */
export const maxXattrs = 512;
const { maxXattrBytes, maxXattrTotalBytes } = traitsOf(true);

function keyOf(id: number, name: string): Uint8Array {
  return nameKey(id, bytesOf(name));
}

function bytesOf(name: string): Uint8Array {
  if (!/^(user|trusted)\../s.test(name) || name.includes('\0'))
    throw new StorageError('badName', `the attribute name ${name}`);
  const bytes = Buffer.from(name);
  if (bytes.length > maxNameBytes) throw new StorageError('nameTooLong', 'the attribute name is too long');
  return bytes;
}

/** Throws what setting it on any file would. */
export function assertXattr(name: string, value: Uint8Array): void {
  keyOf(0, name);
  if (value.length > maxXattrBytes) throw new StorageError('tooLarge', `an attribute of ${value.length} bytes`);
}

/** What one attribute counts against the total: its name and its value. */
function weight(name: string, value: Uint8Array): number {
  return Buffer.byteLength(name) + value.length;
}

function assertExists(parts: Parts, id: number): void {
  if (parts.inodes.read(id) === undefined) throw new StorageError('stale', `no file ${id}`);
}

export function getxattr(parts: Parts, id: number, name: string): Uint8Array | undefined {
  assertExists(parts, id);
  return parts.tables.xattrs.get(keyOf(id, name));
}

/** Names of attributes as keys want them. Throws what asking for one would. */
export function xattrNames(names: readonly string[]): readonly XattrName[] {
  return [...new Set(names)].map((name) => ({ name, bytes: bytesOf(name) }));
}

interface XattrName {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Those of the attributes that the file has; of an entry that has just been read, so that the file is there. */
export function xattrsAmong(parts: Parts, id: number, names: readonly XattrName[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const count = parts.inodes.read(id)?.xattrCount ?? 0;
  for (const { name, bytes } of names) {
    // It has no others.
    if (found.size === count) break;
    const value = parts.tables.xattrs.get(nameKey(id, bytes));
    if (value !== undefined) found.set(name, value);
  }
  return found;
}

export function listxattr(parts: Parts, id: number): string[] {
  assertExists(parts, id);
  return xattrsOf(parts.tables.xattrs, id).map(({ name }) => name);
}

export function xattrsOf(table: Table, id: number): { name: string; value: Uint8Array }[] {
  return table
    .range(numberKey(id), afterNumber(id), maxXattrs)
    .map(({ key, value }) => ({ name: Buffer.from(nameOf(key)).toString(), value }));
}

export function setxattr(
  parts: Parts,
  id: number,
  name: string,
  value: Uint8Array,
  how: 'either' | 'create' | 'replace',
  options: MutationOptions | undefined,
): Promise<Attributes> {
  return parts.committer.mutate((transaction) => {
    const inode = transaction.inode(id);
    const former = parts.tables.xattrs.get(keyOf(id, name));
    if (how === 'create' && former !== undefined) throw new StorageError('exists');
    if (how === 'replace' && former === undefined) throw new StorageError('notFound');
    const xattrs = new XattrChanges(transaction, inode);
    xattrs.set(name, value, former);
    transaction.records(options?.records);
    finish(transaction, inode, name);
    return attributesOf(inode);
  });
}

export function removexattr(
  parts: Parts,
  id: number,
  name: string,
  options: MutationOptions | undefined,
): Promise<Attributes> {
  return parts.committer.mutate((transaction) => {
    const inode = transaction.inode(id);
    const former = parts.tables.xattrs.get(keyOf(id, name));
    if (former === undefined) throw new StorageError('notFound');
    transaction.frees();
    new XattrChanges(transaction, inode).remove(name, former);
    transaction.records(options?.records);
    finish(transaction, inode, name);
    return attributesOf(inode);
  });
}

/** Inside a mutation: what a new file starts with. */
export function addXattrs(
  transaction: Transaction,
  inode: Inode,
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
): void {
  if (xattrs === undefined) return;
  const changes = new XattrChanges(transaction, inode);
  for (const [name, value] of xattrs) changes.set(name, value, undefined);
}

/** Inside a mutation: changes attributes of one file within the limits. */
export class XattrChanges {
  readonly #transaction: Transaction;
  readonly #inode: Inode;

  constructor(transaction: Transaction, inode: Inode) {
    this.#transaction = transaction;
    this.#inode = inode;
  }

  set(name: string, value: Uint8Array, former: Uint8Array | undefined): void {
    const inode = this.#inode;
    const key = keyOf(inode.id, name);
    if (value.length > maxXattrBytes) throw new StorageError('tooLarge', `an attribute of ${value.length} bytes`);
    const bytes = inode.xattrBytes + weight(name, value) - (former === undefined ? 0 : weight(name, former));
    const count = inode.xattrCount + (former === undefined ? 1 : 0);
    if (bytes > maxXattrTotalBytes || count > maxXattrs) throw new StorageError('noSpace', 'no room for the attribute');
    inode.xattrBytes = bytes;
    inode.xattrCount = count;
    this.#transaction.put(this.#transaction.tables.xattrs, key, value);
  }

  remove(name: string, former: Uint8Array): void {
    this.#inode.xattrBytes -= weight(name, former);
    this.#inode.xattrCount -= 1;
    this.#transaction.remove(this.#transaction.tables.xattrs, keyOf(this.#inode.id, name));
  }
}

/** `traits.quietRecords`: what core keeps under `trusted.` is no change that clients see. */
function finish(transaction: Transaction, inode: Inode, name: string): void {
  if (name.startsWith('trusted.')) transaction.quietly(inode);
  else transaction.changed(inode);
}
