import type { Parts } from '../parts.ts';
import { numberKey } from '../format/keys.ts';
import type { LiveFile } from './live-file.ts';
import { syncBlob } from './sync-blob.ts';

/**
 * Makes stable what was answered before. One sync of a file runs at a time; whoever comes meanwhile shares the next one, since the running
 * one may have started before their writes.
 */
export function syncFile(parts: Parts, file: LiveFile): Promise<void> {
  if (file.running === undefined) {
    file.running = syncOnce(parts, file).finally(() => {
      file.running = undefined;
    });
    return file.running;
  }
  file.queued ??= file.running
    // Whoever waits for the running one is told of its failure; this one finds out by itself.
    .catch(() => undefined)
    .then(() => {
      file.queued = undefined;
      return syncFile(parts, file);
    });
  return file.queued;
}

async function syncOnce(parts: Parts, file: LiveFile): Promise<void> {
  parts.health.assertNotFailed();
  const inode = parts.inodes.read(file.id);
  if (!file.dirty || inode === undefined || inode.content.blob === 0) return;
  const { generation } = file;
  const blob = await parts.blobs.acquire(inode.content.blob).catch((error: unknown) => {
    // The content was replaced and reclaimed meanwhile; what took its place was synced before.
    if (parts.inodes.read(file.id)?.content.id === inode.content.id) throw error;
    return undefined;
  });
  if (blob === undefined) return;
  let allocated: number;
  try {
    if (blob.unsynced) await syncBlob(parts, blob);
    ({ allocated } = await parts.blobs.host.stat(blob.fd));
  } finally {
    parts.blobs.release(blob);
  }
  await parts.committer.mutate((transaction) => {
    const present = transaction.find(file.id);
    if (present === undefined || present.content.id !== inode.content.id || !file.dirty) return;
    transaction.frees();
    present.allocated = allocated;
    transaction.quietly(present);
    if (file.generation !== generation || file.writing > 0 || file.marking !== undefined) return;
    transaction.remove(transaction.tables.dirty, numberKey(file.id));
    file.dirty = false;
    transaction.afterFailure(() => {
      file.dirty = true;
    });
  });
  const { overlay } = file;
  if (overlay?.content !== inode.content.id) return;
  if (file.dirty || file.marking !== undefined || file.generation !== generation) overlay.allocated = allocated;
  else file.overlay = undefined;
}
