import { StorageError } from '@polynas/core/spi';
import type { Attributes, Described, Name, Replaced, ReplaceOptions } from '@polynas/core/spi';
import { alone } from '../content/alone.ts';
import { dropContent } from '../content/lifetime.ts';
import { inodeOf } from '../content/read.ts';
import { syncFile } from '../content/sync.ts';
import { attributesOf } from '../format/attributes.ts';
import { decodeEntry } from '../format/entry.ts';
import type { Inode } from '../format/inode.ts';
import { nameKey, numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { assertTarget } from './conditions.ts';
import { changeSince, directoryIn, entriesChanged, entryIn, removeEntry, stampNow } from './entries.ts';
import { directoryNow } from './lookup.ts';
import { assertName } from './names.ts';
import { renameIn } from './rename.ts';
import type { Transaction } from './transaction.ts';
import { loseName } from './unlink.ts';
import { XattrChanges, xattrsOf } from './xattrs.ts';

/** Extended attributes that describe the content and go with it. */
const contentXattrs = 'trusted.polynas.';

/** What an inode says of the content. */
export type NewContent = Pick<Inode, 'content' | 'size' | 'allocated' | 'contentStamp' | 'modified'>;

export async function replace(
  parts: Parts,
  fromId: number,
  fromName: Name,
  toId: number,
  toName: Name,
  options: ReplaceOptions | undefined,
): Promise<Replaced> {
  assertName(fromName);
  assertName(toName);
  directoryNow(parts, fromId);
  directoryNow(parts, toId);
  assertNotDescribed(options?.described);
  // Within one life of the volume the epoch changes only when it fails, and then nothing is published any more.
  if (options?.writtenIn !== undefined && options.writtenIn !== parts.health.epoch) {
    throw new StorageError('unavailable', 'the source was written in another life of the volume');
  }
  for (;;) {
    const source = fileNamed(parts, fromId, fromName);
    const target = fileNamed(parts, toId, toName);
    if (source === undefined) throw new StorageError('notFound');
    const ids = target === undefined ? [source] : [source, target];
    const replaced = await alone(parts, ids, async ([file]) => {
      assertReplaceable(inodeOf(parts, source), target === undefined ? undefined : inodeOf(parts, target), options);
      // What the source got unstably becomes part of what is published; nobody writes to it from here on.
      if (file !== undefined) await syncFile(parts, file);
      return await parts.committer.mutate((transaction) => {
        const from = directoryIn(transaction, fromId);
        const to = directoryIn(transaction, toId);
        const sourceEntry = entryIn(transaction, from, fromName);
        if (sourceEntry === undefined) throw new StorageError('notFound');
        const targetEntry = entryIn(transaction, to, toName);
        // Another file came under one of the names before its gate was closed: begin again with that one.
        if (sourceEntry.id !== source || targetEntry?.id !== target) return undefined;
        return publishIn(transaction, fromId, fromName, toId, toName, options);
      });
    });
    if (replaced === undefined) continue;
    parts.reclaimer.wake();
    return replaced;
  }
}

/** Content is described by its stamp here. */
export function assertNotDescribed(described: Described | undefined): void {
  if (described !== undefined) throw new StorageError('notSupported', 'this volume has content stamps');
}

export function fileNamed(parts: Parts, directory: number, name: Name): number | undefined {
  const view = parts.tables.entries.view(nameKey(directory, name), 17);
  return view === undefined ? undefined : decodeEntry(view).id;
}

function publishIn(
  transaction: Transaction,
  fromId: number,
  fromName: Name,
  toId: number,
  toName: Name,
  options: ReplaceOptions | undefined,
): Replaced {
  const from = directoryIn(transaction, fromId);
  const to = directoryIn(transaction, toId);
  const sourceEntry = entryIn(transaction, from, fromName);
  if (sourceEntry === undefined) throw new StorageError('notFound');
  const source = transaction.inode(sourceEntry.id);
  const targetEntry = entryIn(transaction, to, toName);
  const target = targetEntry === undefined ? undefined : transaction.inode(targetEntry.id);
  assertReplaceable(source, target, options);
  if (target === undefined || target.type !== 'file') {
    const before = target === undefined ? undefined : attributesOf(target);
    const { moved, to: directory } = renameIn(transaction, fromId, fromName, toId, toName, {
      ...(options?.records === undefined ? {} : { records: options.records }),
    });
    return { attributes: moved, ...(before === undefined ? {} : { replaced: before }), directory };
  }
  transaction.records(options?.records);
  const before = attributesOf(target);
  const toBefore = stampNow(to);
  transaction.frees();
  removeEntry(transaction, from, fromName, sourceEntry);
  entriesChanged(transaction, from);
  swapContent(transaction, source, target);
  loseName(transaction, source);
  const attributes: Attributes = attributesOf(target);
  return { attributes, replaced: before, directory: changeSince(toBefore, to) };
}

/** Throws what makes the call impossible; asked before the sync already, since a refused call is to change nothing. */
function assertReplaceable(source: Inode, target: Inode | undefined, options: ReplaceOptions | undefined): void {
  if (source.type === 'directory') throw new StorageError('isDirectory');
  if (source.type !== 'file') throw new StorageError('wrongType', `the source is a ${source.type}`);
  assertTarget(target, options?.ifTarget);
  if (target?.id === source.id || source.nlink > 1) throw new StorageError('invalid', 'the source has other names');
  if (target?.type === 'directory') throw new StorageError('isDirectory');
}

/** The target's content goes, the source's takes its place, and the source has none left. */
function swapContent(transaction: Transaction, source: Inode, target: Inode): void {
  takeContent(transaction, target, source, xattrsOf(transaction.tables.xattrs, source.id));
  source.content = { id: transaction.number('contents'), kind: 'none', blob: 0 };
  source.size = 0;
  source.allocated = 0;
  source.contentStamp = transaction.number('stamps');
  // A dirty row of the source would make recovery look for a blob that has moved; the sync before has taken it away.
  transaction.remove(transaction.tables.dirty, numberKey(source.id));
}

/** Inside a mutation: a file's content goes, another takes its place, one record each, however large they are; and with it what describes it. */
export function takeContent(
  transaction: Transaction,
  target: Inode,
  { content, size, allocated, contentStamp, modified }: NewContent,
  xattrs: Iterable<{ readonly name: string; readonly value: Uint8Array }>,
): void {
  dropContent(transaction, target.id, target.content);
  Object.assign(target, { content, size, allocated, contentStamp, modified });
  transaction.changed(target);
  const changes = new XattrChanges(transaction, target);
  for (const { name, value } of xattrsOf(transaction.tables.xattrs, target.id))
    if (name.startsWith(contentXattrs)) changes.remove(name, value);
  for (const { name, value } of xattrs) if (name.startsWith(contentXattrs)) changes.set(name, value, undefined);
}
