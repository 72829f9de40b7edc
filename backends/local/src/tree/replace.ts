import { StorageError } from '@polynas/core/spi';
import type { Attributes, Name, Replaced, ReplaceOptions } from '@polynas/core/spi';
import { dropContent, release } from '../content/lifetime.ts';
import type { LiveFile } from '../content/live-file.ts';
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
  for (;;) {
    const source = fileNamed(parts, fromId, fromName);
    const target = fileNamed(parts, toId, toName);
    if (source === undefined) throw new StorageError('notFound');
    const replaced = await alone(parts, [source, target], async ([file]) => {
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

function fileNamed(parts: Parts, directory: number, name: Name): number | undefined {
  const view = parts.tables.entries.view(nameKey(directory, name), 17);
  return view === undefined ? undefined : decodeEntry(view).id;
}

/** Holds both files' gates alone; always in the order of ids, so two calls cannot wait for each other. */
async function alone<T>(
  parts: Parts,
  ids: readonly (number | undefined)[],
  work: (files: readonly LiveFile[]) => Promise<T>,
): Promise<T> {
  const held = ids.flatMap((id) => (id === undefined ? [] : [parts.files.hold(id)]));
  const gates = [...new Set(held)].sort((a, b) => a.id - b.id);
  for (const file of gates) await file.gate.exclusive();
  try {
    return await work(held);
  } finally {
    for (const file of gates) file.gate.leave();
    for (const file of held) release(parts, file);
  }
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

/** The target's content goes, the source's takes its place: one record each, however large they are. */
function swapContent(transaction: Transaction, source: Inode, target: Inode): void {
  dropContent(transaction, target.id, target.content);
  const { content, size, allocated, contentStamp, modified } = source;
  Object.assign(target, { content, size, allocated, contentStamp, modified });
  source.content = { id: transaction.number('contents'), kind: 'none', blob: 0 };
  source.size = 0;
  source.allocated = 0;
  source.contentStamp = transaction.number('stamps');
  transaction.changed(target);

  const { xattrs } = transaction.tables;
  const changes = new XattrChanges(transaction, target);
  for (const { name, value } of xattrsOf(xattrs, target.id))
    if (name.startsWith(contentXattrs)) changes.remove(name, value);
  for (const { name, value } of xattrsOf(xattrs, source.id)) {
    if (name.startsWith(contentXattrs)) changes.set(name, value, undefined);
  }
  // A dirty row of the source would make recovery look for a blob that has moved; the sync before has taken it away.
  transaction.remove(transaction.tables.dirty, numberKey(source.id));
}
