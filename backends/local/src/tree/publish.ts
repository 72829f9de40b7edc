import { StorageError } from '@polynas/core/spi';
import type { Name, NewFile, PublishOptions, Replaced } from '@polynas/core/spi';
import { alone } from '../content/alone.ts';
import { inodeOf } from '../content/read.ts';
import { syncBlob } from '../content/sync-blob.ts';
import { writeFully } from '../content/transfer.ts';
import { attributesOf } from '../format/attributes.ts';
import type { Inode } from '../format/inode.ts';
import { numberKey } from '../format/keys.ts';
import { encodeBlob } from '../format/rows.ts';
import type { Parts } from '../parts.ts';
import { assertTarget } from './conditions.ts';
import { addEntry, changeSince, directoryIn, entriesChanged, entryIn, retargetEntry, stampNow } from './entries.ts';
import { directoryNow } from './lookup.ts';
import { assertName } from './names.ts';
import { newInode } from './new-file.ts';
import { assertNotDescribed, fileNamed, takeContent } from './replace.ts';
import type { Transaction } from './transaction.ts';
import { loseName } from './unlink.ts';
import { assertValues, timeOf } from './values.ts';
import { addXattrs, assertXattr } from './xattrs.ts';

/** Inside a mutation: makes the content a row of the tree, under a number. */
type Store = (transaction: Transaction, content: number) => Pick<Inode, 'content' | 'size' | 'allocated'>;

interface Publication {
  readonly directory: number;
  readonly name: Name;
  readonly file: Omit<NewFile, 'records'>;
  readonly options: PublishOptions;
}

/** A small content goes into the tree: one commit is all. A larger one is written and synced as a blob that nobody knows yet, then the commit publishes it. */
export async function publish(
  parts: Parts,
  directory: number,
  name: Name,
  file: Omit<NewFile, 'records'>,
  chunks: readonly Uint8Array[],
  options: PublishOptions,
): Promise<Replaced> {
  assertName(name);
  directoryNow(parts, directory);
  assertStampPlace(file, options);
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size > parts.traits.maxPublishBytes) throw new StorageError('tooLarge', `a publication of ${size} bytes`);
  const publication = { directory, name, file, options };
  if (size <= parts.limits.inlineBytes) return await store(parts, publication, inTree(chunks, size));
  const target = fileNamed(parts, directory, name);
  assertTakeable(target === undefined ? undefined : inodeOf(parts, target), options);
  return await withBlob(parts, publication, chunks, size);
}

function inTree(chunks: readonly Uint8Array[], size: number): Store {
  const [first] = chunks;
  const bytes = first?.length === size ? first : Buffer.concat(chunks, size);
  return (transaction, content) => {
    if (size === 0) return { content: { id: content, kind: 'none', blob: 0 }, size, allocated: 0 };
    transaction.put(transaction.tables.inline, numberKey(content), bytes);
    return { content: { id: content, kind: 'inline', blob: 0 }, size, allocated: size };
  };
}

async function withBlob(
  parts: Parts,
  publication: Publication,
  chunks: readonly Uint8Array[],
  size: number,
): Promise<Replaced> {
  await parts.committer.assertRoom();
  const blob = await parts.blobs.acquire(await parts.pool.take());
  let published = false;
  try {
    blob.unsynced = true;
    await writeFully(parts.blobs.host, blob.fd, chunks, 0);
    await syncBlob(parts, blob);
    const { allocated } = await parts.blobs.host.stat(blob.fd);
    const replaced = await store(parts, publication, (transaction, content) => {
      transaction.put(transaction.tables.blobs, numberKey(blob.id), encodeBlob({ references: 1, shared: false }));
      return { content: { id: content, kind: 'blob', blob: blob.id }, size, allocated };
    });
    published = true;
    return replaced;
  } finally {
    parts.blobs.release(blob);
    if (published) parts.pool.published(blob.id);
    else if (!parts.health.failed) await parts.pool.abandon(blob.id);
  }
}

/** Whoever writes to the file that has the name is waited for: what they have written by then is part of what goes. */
async function store(parts: Parts, publication: Publication, content: Store): Promise<Replaced> {
  for (;;) {
    const target = fileNamed(parts, publication.directory, publication.name);
    const publishing = (): Promise<Replaced | undefined> =>
      parts.committer.mutate((transaction) => publishIn(transaction, publication, target, content));
    const replaced = await (target === undefined ? publishing() : alone(parts, [target], publishing));
    if (replaced === undefined) continue;
    if (replaced.replaced !== undefined) parts.reclaimer.wake();
    return replaced;
  }
}

/** `undefined`: the name means another file than `seen` by now, whose gate is not held. */
function publishIn(
  transaction: Transaction,
  { directory: id, name, file, options }: Publication,
  seen: number | undefined,
  store: Store,
): Replaced | undefined {
  const directory = directoryIn(transaction, id);
  const entry = entryIn(transaction, directory, name);
  if (entry?.id !== seen) return undefined;
  const target = entry === undefined ? undefined : transaction.inode(entry.id);
  assertTakeable(target, options);
  assertValues(file);
  for (const [xattr, value] of file.xattrs ?? []) assertXattr(xattr, value);
  transaction.records(options.records);
  const before = stampNow(directory);
  if (target?.type === 'file') {
    const replaced = attributesOf(target);
    const contentStamp = transaction.number('stamps');
    const content = store(transaction, transaction.number('contents'));
    const modified = timeOf(file.modified, transaction.now);
    takeContent(
      transaction,
      target,
      { ...content, contentStamp, modified },
      stampedXattrs(file, options, contentStamp),
    );
    return { attributes: attributesOf(target), replaced, directory: changeSince(before, directory) };
  }
  const { xattrs: _, ...bare } = file;
  const inode = newInode(transaction, 'file', bare);
  Object.assign(inode, store(transaction, inode.content.id));
  const xattrs = stampedXattrs(file, options, inode.contentStamp);
  addXattrs(transaction, inode, new Map(xattrs.map(({ name: xattr, value }) => [xattr, value])));
  if (entry === undefined) addEntry(transaction, directory, name, inode);
  else retargetEntry(transaction, directory, name, entry, inode);
  if (target !== undefined) loseName(transaction, target);
  entriesChanged(transaction, directory);
  const replaced = target && attributesOf(target);
  return { attributes: attributesOf(inode), ...(replaced && { replaced }), directory: changeSince(before, directory) };
}

function assertTakeable(target: Inode | undefined, options: PublishOptions): void {
  assertTarget(target, options.ifTarget);
  if (target?.type === 'directory') throw new StorageError('isDirectory');
}

function assertStampPlace({ xattrs }: Publication['file'], { stampIn, described }: PublishOptions): void {
  assertNotDescribed(described);
  if (stampIn === undefined) return;
  const length = xattrs?.get(stampIn.xattr)?.length ?? 0;
  const { offset } = stampIn;
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + 8 > length) {
    throw new StorageError('invalid', 'no such place for the stamp');
  }
}

function stampedXattrs(
  { xattrs }: Publication['file'],
  { stampIn }: PublishOptions,
  stamp: number,
): { readonly name: string; readonly value: Uint8Array }[] {
  return [...(xattrs ?? [])].map(([name, value]) => {
    if (name !== stampIn?.xattr) return { name, value };
    const stamped = Buffer.from(value);
    stamped.writeBigUInt64BE(BigInt(stamp), stampIn.offset);
    return { name, value: stamped };
  });
}
