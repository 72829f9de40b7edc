import { stampOf, StorageError } from '@polynas/core/spi';
import type { Stamp, WriteResult } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import { numberKey } from '../format/keys.ts';
import { codeOf, storageErrorOf } from '../host/errors.ts';
import type { Parts } from '../parts.ts';
import { attributesNow } from '../tree/lookup.ts';
import type { OpenBlob } from './blob-store.ts';
import { extentsIn } from './layout.ts';
import { extentsPerStep } from './references.ts';
import type { LiveFile } from './live-file.ts';
import { beginWriting, endWriting } from './open-period.ts';
import { syncBlob } from './sync-blob.ts';
import { inodeOf } from './read.ts';
import { trimExtents } from './redirect.ts';
import { syncFile } from './sync.ts';
import { writeFully } from './transfer.ts';
import { bytesChanged } from './write.ts';

const zeros = Buffer.alloc(1_048_576);

/** Makes the range read as zeros, frees its space where the host can, and is stable when it resolves. */
export function punchContent(parts: Parts, file: LiveFile, offset: number, length: number): Promise<WriteResult> {
  return alone(file, async () => {
    const { content, size } = inodeOf(parts, file.id);
    const end = Math.min(offset + length, size);
    if (offset >= end || content.kind === 'none') return unchanged(parts, file, length);
    if (content.kind === 'inline') return await punchInline(parts, file, offset, end, length);
    const before = await inBlob(parts, file, async (blob) => {
      await zero(parts, blob, offset, end - offset);
      if (content.kind === 'extents') {
        await syncBlob(parts, blob);
        await dropExtents(parts, file, offset, end);
      }
      return await bytesChanged(parts, file, () => undefined);
    });
    return await stable(parts, file, before, length);
  });
}

/** Reserves host space for the range where the host can; with `extend` the file is as long as the range's end afterwards. */
export function allocateContent(
  parts: Parts,
  file: LiveFile,
  offset: number,
  length: number,
  extend: boolean,
): Promise<WriteResult> {
  const end = offset + length;
  if (end > parts.traits.maxFileSize) throw new StorageError('tooLarge', `a reservation up to ${end}`);
  return alone(file, async () => {
    const { size } = inodeOf(parts, file.id);
    const grows = extend && end > size;
    if (length === 0 || (!grows && offset >= size && parts.blobs.host.reserve === undefined)) {
      return unchanged(parts, file, length);
    }
    const before = await inBlob(parts, file, async (blob) => {
      await reserve(parts, blob, offset, length, grows);
      if (!grows) return stampOf(attributesNow(parts, file.id));
      return await bytesChanged(parts, file, (overlay) => {
        overlay.size = end;
      });
    });
    file.generation += 1;
    return await stable(parts, file, before, length);
  });
}

/** Zeros in the private blob, by somebody who has the gate for itself; on stable storage when it resolves. */
export async function zeroAlone(parts: Parts, file: LiveFile, offset: number, length: number): Promise<void> {
  await inBlob(parts, file, async (blob) => {
    await zero(parts, blob, offset, length);
    return await bytesChanged(parts, file, () => undefined);
  });
  await syncFile(parts, file);
}

async function alone<T>(file: LiveFile, work: () => Promise<T>): Promise<T> {
  await file.gate.exclusive();
  try {
    return await work();
  } finally {
    file.gate.leave();
  }
}

async function inBlob(parts: Parts, file: LiveFile, work: (blob: OpenBlob) => Promise<Stamp>): Promise<Stamp> {
  const id = await beginWriting(parts, file);
  try {
    const blob = await parts.blobs.acquire(id);
    try {
      blob.unsynced = true;
      return await work(blob);
    } finally {
      blob.unsynced = true;
      parts.blobs.release(blob);
    }
  } finally {
    endWriting(file);
  }
}

async function stable(parts: Parts, file: LiveFile, before: Stamp, length: number): Promise<WriteResult> {
  await syncFile(parts, file);
  return {
    written: length,
    before,
    after: attributesNow(parts, file.id),
    committed: 'file',
    epoch: parts.health.epoch,
  };
}

async function unchanged(parts: Parts, file: LiveFile, length: number): Promise<WriteResult> {
  return await stable(parts, file, stampOf(attributesNow(parts, file.id)), length);
}

async function punchInline(
  parts: Parts,
  file: LiveFile,
  offset: number,
  end: number,
  length: number,
): Promise<WriteResult> {
  const { before, after } = await parts.committer.mutate((transaction) => {
    const inode = transaction.inode(file.id);
    const stamp = stampOf(attributesOf(inode));
    const key = numberKey(inode.content.id);
    const bytes = parts.tables.inline.get(key);
    if (bytes === undefined) throw new StorageError('corrupt', `file ${inode.id} has lost its inline content`);
    bytes.fill(0, offset, end);
    transaction.put(parts.tables.inline, key, bytes);
    inode.modified = transaction.now;
    inode.contentStamp = transaction.number('stamps');
    transaction.changed(inode);
    return { before: stamp, after: attributesOf(inode) };
  });
  return { written: length, before, after, committed: 'file', epoch: parts.health.epoch };
}

async function dropExtents(parts: Parts, file: LiveFile, from: number, until: number): Promise<void> {
  for (;;) {
    const { content } = inodeOf(parts, file.id);
    const step = content.kind === 'extents' ? extentsIn(parts.tables, content.id, from, until, extentsPerStep) : [];
    const last = step.at(-1);
    if (last === undefined) return;
    await parts.committer.mutate((transaction) => {
      trimExtents(transaction, transaction.inode(file.id), from, Math.min(until, last.offset + last.length));
    });
  }
}

async function zero(parts: Parts, blob: OpenBlob, offset: number, length: number): Promise<void> {
  const { punch } = parts.blobs.host;
  if (punch !== undefined && parts.traits.sparse) {
    try {
      await punch(blob.fd, offset, length);
      return;
    } catch (error) {
      throw storageErrorOf(error, 'punching a hole');
    }
  }
  for (let done = 0; done < length; done += zeros.length) {
    await writeFully(
      parts.blobs.host,
      blob.fd,
      [zeros.subarray(0, Math.min(zeros.length, length - done))],
      offset + done,
    );
  }
}

async function reserve(parts: Parts, blob: OpenBlob, offset: number, length: number, grows: boolean): Promise<void> {
  const { host } = parts.blobs;
  try {
    if (host.reserve !== undefined) {
      await host.reserve(blob.fd, offset, length, grows);
      return;
    }
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EOPNOTSUPP' && code !== 'ENOTSUP' && code !== 'ENOSYS')
      throw storageErrorOf(error, 'reserving space');
  }
  if (!grows) return;
  try {
    await host.truncate(blob.fd, offset + length);
  } catch (error) {
    throw storageErrorOf(error, 'extending a file');
  }
}
