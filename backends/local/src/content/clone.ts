import { stampOf, StorageError } from '@polynas/core/spi';
import type { ByteRange, Stamp, WriteResult } from '@polynas/core/spi';
import { encodeExtent } from '../format/extent.ts';
import type { Inode } from '../format/inode.ts';
import { pairKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';
import { attributesNow } from '../tree/lookup.ts';
import { numberOf } from '../tree/inodes.ts';
import type { Transaction } from '../tree/transaction.ts';
import { alone } from './alone.ts';
import { extentsIn, segmentsOf } from './layout.ts';
import type { Segment } from './layout.ts';
import { holding } from './lifetime.ts';
import { extentsPerStep, ReferenceChanges } from './references.ts';
import type { LiveFile } from './live-file.ts';
import { inlineBytes, inodeOf } from './read.ts';
import { beginWriting, endWriting } from './open-period.ts';
import { cutOut, trimExtents } from './redirect.ts';
import { zeroAlone } from './space.ts';
import { syncFile } from './sync.ts';
import { writeAlone } from './write.ts';

const maxRanges = 10_000;

interface Source {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  /** Where it begins in the target. */
  readonly at: number;
}

/**
 * Makes the target hold the sources' ranges by reference. A source's private blob becomes a shared one, which nobody ever writes again; small
 * contents, which have no blob, are copied. Each step is one commit of at most a few hundred records.
 */
export async function cloneRanges(
  parts: Parts,
  from: readonly ByteRange[],
  to: number,
  at: number,
): Promise<WriteResult> {
  const sources = checked(parts, from, at);
  assertRegular(parts, to);
  const last = sources.at(-1);
  const end = last === undefined ? at : last.at + last.length;
  if (!Number.isSafeInteger(at) || at < 0) throw new StorageError('invalid', `the offset ${at}`);
  if (end > parts.traits.maxFileSize) throw new StorageError('tooLarge', `a clone up to ${end}`);
  let before: Stamp | undefined;
  for (const group of grouped(sources)) {
    await alone(parts, [to, ...group.map(({ id }) => id)], async () => {
      before ??= stampOf(attributesNow(parts, to));
      for (const source of group) assertInside(parts, source);
      await cloneGroup(parts, group, to);
    });
  }
  const after = attributesNow(parts, to);
  return { written: end - at, before: before ?? stampOf(after), after, committed: 'file', epoch: parts.health.epoch };
}

function checked(parts: Parts, from: readonly ByteRange[], at: number): Source[] {
  if (from.length > maxRanges) throw new StorageError('invalid', `${from.length} ranges`);
  let position = at;
  return from.flatMap(({ id, offset, length }) => {
    const source: Source = { id: numberOf(id), offset, length, at: position };
    assertInside(parts, source);
    position += length;
    return length === 0 ? [] : [source];
  });
}

function assertRegular(parts: Parts, id: number): void {
  const { type } = inodeOf(parts, id);
  if (type === 'directory') throw new StorageError('isDirectory');
  if (type !== 'file') throw new StorageError('wrongType', `${id} is a ${type}`);
}

function assertInside(parts: Parts, { id, offset, length }: Source): void {
  assertRegular(parts, id);
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset + length > inodeOf(parts, id).size)
    throw new StorageError('invalid', 'a range outside of its file');
}

/** Few enough ranges for one look at their gates. */
function* grouped(sources: readonly Source[]): Generator<readonly Source[]> {
  const size = 64;
  for (let first = 0; first < sources.length; first += size) yield sources.slice(first, first + size);
}

async function cloneGroup(parts: Parts, group: readonly Source[], to: number): Promise<void> {
  await Promise.all(
    [...new Set([to, ...group.map(({ id }) => id)])].map((id) => holding(parts, id, (file) => syncFile(parts, file))),
  );
  await holding(parts, to, async (target) => {
    let run: Source[] = [];
    for (const source of group) {
      const inode = inodeOf(parts, source.id);
      if (inode.content.kind !== 'inline') {
        run.push(source);
        continue;
      }
      await cloneRun(parts, run, target);
      run = [];
      const bytes = inlineBytes(parts, inode).slice(source.offset, source.offset + source.length);
      await writeAlone(parts, target, source.at, [bytes]);
    }
    await cloneRun(parts, run, target);
  });
}

/** Sources that all have blobs (or are holes): their pieces follow one another in the target. */
async function cloneRun(parts: Parts, run: readonly Source[], target: LiveFile): Promise<void> {
  if (run.length === 0) return;
  await intoBlob(parts, target);
  await freeze(parts, [...new Set(run.map(({ id }) => id))]);
  const pieces = run.flatMap(({ id, offset, length, at }) =>
    segmentsOf(parts.tables, inodeOf(parts, id).content, offset, offset + length).map((segment): Segment => ({
      ...segment,
      offset: segment.offset + at - offset,
    })),
  );
  for (let first = 0; first < pieces.length; first += extentsPerStep) {
    const step = pieces.slice(first, first + extentsPerStep);
    await clearRange(parts, target, step);
    await parts.committer.mutate((transaction) => attach(transaction, step, target.id));
  }
}

/** Inline content and extents do not mix: the target's small content moves to a blob first. */
async function intoBlob(parts: Parts, target: LiveFile): Promise<void> {
  if (inodeOf(parts, target.id).content.kind !== 'inline') return;
  await beginWriting(parts, target);
  endWriting(target);
  await syncFile(parts, target);
}

/** Makes private blobs shared: plain files many in one commit, those with extents already one by one. */
async function freeze(parts: Parts, ids: readonly number[]): Promise<void> {
  const plain = ids.filter((id) => inodeOf(parts, id).content.kind === 'blob' && inodeOf(parts, id).size > 0);
  if (plain.length > 0) {
    await parts.committer.mutate((transaction) => {
      for (const id of plain) {
        const inode = transaction.inode(id);
        freezeGaps(transaction, inode, [{ offset: 0, length: inode.size }], true);
      }
    });
  }
  for (const id of ids) {
    const { content, size } = inodeOf(parts, id);
    if (content.blob === 0 || content.kind !== 'extents') continue;
    const gaps = segmentsOf(parts.tables, content, 0, size).filter(({ shared }) => !shared);
    for (let first = 0; first < Math.max(1, gaps.length); first += extentsPerStep) {
      const last = first + extentsPerStep >= gaps.length;
      await parts.committer.mutate((transaction) =>
        freezeGaps(transaction, transaction.inode(id), gaps.slice(first, first + extentsPerStep), last),
      );
    }
  }
}

/**
 * Inside a mutation: an extent row for each stretch that came from the private blob. With the last ones the file has no private blob any
 * more; until then the blob is both, kept by the reference of its content. What it occupies still counts here, where it was written.
 */
function freezeGaps(
  transaction: Transaction,
  inode: Inode,
  gaps: readonly { readonly offset: number; readonly length: number }[],
  last: boolean,
): void {
  const { content } = inode;
  const references = new ReferenceChanges(transaction);
  for (const { offset, length } of gaps) {
    const extent = { offset, length, blob: content.blob, blobOffset: offset };
    transaction.put(transaction.tables.extents, pairKey(content.id, offset), encodeExtent(extent));
    references.add(content.blob, 1);
  }
  if (last) references.add(content.blob, -1);
  references.store();
  inode.content = { id: content.id, kind: 'extents', blob: last ? 0 : content.blob };
  transaction.quietly(inode);
}

/** Takes extents away where the step's bytes will be, in steps of their own when they are many; and zeros what will be a hole. */
async function clearRange(parts: Parts, target: LiveFile, step: readonly Segment[]): Promise<void> {
  const { from, until } = rangeOf(step);
  for (;;) {
    const { content } = inodeOf(parts, target.id);
    const extents = content.kind === 'extents' ? extentsIn(parts.tables, content.id, from, until, extentsPerStep) : [];
    const last = extents.at(-1);
    if (last === undefined || extents.length < extentsPerStep) break;
    await parts.committer.mutate((transaction) =>
      trimExtents(transaction, transaction.inode(target.id), from, Math.min(until, last.offset + last.length)),
    );
  }
  const { content, size } = inodeOf(parts, target.id);
  if (content.blob === 0) return;
  for (const { offset, length, blob } of step) {
    if (blob === 0 && offset < size) await zeroAlone(parts, target, offset, Math.min(length, size - offset));
  }
}

function rangeOf(step: readonly Segment[]): { from: number; until: number } {
  const last = step.at(-1);
  return { from: step[0]?.offset ?? 0, until: last === undefined ? 0 : last.offset + last.length };
}

/** Inside a mutation: the pieces appear in the target. */
function attach(transaction: Transaction, step: readonly Segment[], targetId: number): void {
  const target = transaction.inode(targetId);
  const { from, until } = rangeOf(step);
  const references = new ReferenceChanges(transaction);
  if (target.content.kind === 'extents') cutOut(transaction, target.content, from, until, references);
  for (const { offset, length, blob, blobOffset } of step) {
    if (blob === 0) continue;
    const extent = { offset, length, blob, blobOffset };
    transaction.put(transaction.tables.extents, pairKey(target.content.id, offset), encodeExtent(extent));
    references.add(blob, 1);
  }
  references.store();
  target.content = { id: target.content.id, kind: 'extents', blob: target.content.blob };
  target.size = Math.max(target.size, until);
  target.modified = transaction.now;
  target.contentStamp = transaction.number('stamps');
  transaction.changed(target);
}
