import { join } from 'node:path';
import { blobOfName, directoriesOf } from '../content/blob-path.ts';
import { removeFile } from '../content/lifetime.ts';
import { trimInSteps } from '../content/resize.ts';
import { firstOf, numberKey, pairKey } from '../format/keys.ts';
import { decodeDirty, decodeNumber, dirtyBytes, encodeBlob } from '../format/rows.ts';
import type { DirtyRow } from '../format/rows.ts';
import { codeOf } from '../host/errors.ts';
import type { Parts } from '../parts.ts';
import type { Row, Table } from '../tree/table.ts';

const step = 100;
const end = pairKey(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/**
 * Brings a volume into order that was not closed. Each step is a small commit, and a crash in the middle of recovery only means that the next one
 * does the rest.
 */
export async function recover(parts: Parts): Promise<void> {
  await finishTrims(parts);
  await settleDirty(parts);
  await reapOrphans(parts);
  await sweepUnpublished(parts);
}

/** Rows of a table a step at a time; those of one step must be gone before the next is asked for. */
async function eachStep(table: Table, work: (rows: readonly Row[]) => Promise<void>): Promise<void> {
  for (;;) {
    const rows = table.range(numberKey(0), end, step);
    if (rows.length === 0) return;
    await work(rows);
  }
}

async function finishTrims(parts: Parts): Promise<void> {
  await eachStep(parts.tables.trims, async (rows) => {
    for (const { key, value } of rows) await trimInSteps(parts.committer, firstOf(key), decodeNumber(viewOf(value)));
  });
}

/** Files whose blob is ahead of their inode: nobody may take an old change counter or content stamp for the bytes that are there now. */
async function settleDirty(parts: Parts): Promise<void> {
  await eachStep(parts.tables.dirty, async (rows) => {
    const found = new Map<number, { row: DirtyRow; size: number; allocated: number; missing: boolean }>();
    for (const { key, value } of rows) {
      if (value.length < dirtyBytes) continue;
      const row = decodeDirty(viewOf(value));
      const id = firstOf(key);
      found.set(id, { row, ...(await hostTruth(parts, id, row)) });
    }
    await parts.committer.mutate((transaction) => {
      transaction.frees();
      for (const { key } of rows) {
        transaction.remove(parts.tables.dirty, key);
        const id = firstOf(key);
        const inode = transaction.find(id);
        const truth = found.get(id);
        if (inode === undefined || truth === undefined) continue;
        if (!truth.row.exact) {
          inode.size = truth.size;
          inode.modified = transaction.now;
        }
        inode.allocated = truth.allocated;
        inode.contentStamp = transaction.number('stamps');
        transaction.changed(inode);
        inode.change = Math.max(inode.change, truth.row.changeBound + 1);
        if (truth.missing)
          transaction.put(
            parts.tables.blobs,
            numberKey(inode.content.blob),
            encodeBlob({ references: 1, shared: false }),
          );
      }
    });
  });
}

async function hostTruth(
  parts: Parts,
  id: number,
  row: DirtyRow,
): Promise<{ size: number; allocated: number; missing: boolean }> {
  const inode = parts.inodes.read(id);
  if (inode === undefined || inode.content.blob === 0) {
    return { size: inode?.size ?? 0, allocated: inode?.allocated ?? 0, missing: false };
  }
  const { host } = parts.blobs;
  const path = parts.blobs.path(inode.content.blob);
  let missing = false;
  const fd = await host.open(path, 'existing').catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    // A power failure can take a host file that was never synced, and nothing in it was ever promised.
    missing = true;
    await host.makeDirectory(join(path, '..'));
    return await host.open(path, 'create');
  });
  try {
    host.forget?.(fd);
    if (row.exact) await host.truncate(fd, row.size);
    await host.sync(fd);
    if (missing) await host.syncDirectory(join(path, '..'));
    const { size, allocated } = await host.stat(fd);
    return { size: Math.max(row.size, size), allocated, missing };
  } finally {
    await host.close(fd);
  }
}

async function reapOrphans(parts: Parts): Promise<void> {
  await eachStep(parts.tables.orphans, async (rows) => {
    for (const { key } of rows) {
      await parts.committer.mutate((transaction) => {
        transaction.frees();
        transaction.remove(parts.tables.orphans, key);
        const inode = transaction.find(firstOf(key));
        if (inode !== undefined && inode.nlink === 0) removeFile(transaction, inode);
      });
    }
  });
}

/** Host files that were made ahead and never became part of a file. */
async function sweepUnpublished(parts: Parts): Promise<void> {
  const { host, directory } = parts.blobs;
  await eachStep(parts.tables.intents, async (rows) => {
    for (const { key, value } of rows) {
      const first = firstOf(key);
      const behind = decodeNumber(viewOf(value));
      for (const name of directoriesOf(first, behind)) {
        const path = join(directory, name);
        let removed = false;
        for (const file of await host.list(path)) {
          const blob = blobOfName(file);
          if (blob === undefined || blob < first || blob >= behind) continue;
          if (parts.tables.blobs.has(numberKey(blob)) || parts.tables.freeBlobs.has(numberKey(blob))) continue;
          await host.unlink(join(path, file));
          removed = true;
        }
        if (removed) await host.syncDirectory(path);
      }
    }
    await parts.committer.mutate((transaction) => {
      transaction.frees();
      for (const { key } of rows) transaction.remove(parts.tables.intents, key);
    });
  });
}

function viewOf(value: Uint8Array): DataView {
  return new DataView(value.buffer, value.byteOffset, value.byteLength);
}
