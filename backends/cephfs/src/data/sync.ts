import type { Call, SyncResult } from '@polynas/core/spi';
import type { FileParts } from './file-parts.ts';
import type { Using } from './open-file.ts';

/**
 * Everything that was written before is stable afterwards. Rejected when the mount's session broke off, for then it is lost, and when the pool is full: `Mount.fsync` sees to that. The MDS is waited for only where it
 * could not find out by itself what was written (`UncountedWrites`).
 */
export async function settle({ unsynced, uncounted, file }: FileParts, { sync }: Using): Promise<void> {
  const writes = unsynced.count(file.id);
  const uncountedWrites = uncounted.count(file.id);
  const what = uncounted.isRecoverable(file.id) ? 'bytes' : 'all';
  await sync(what);
  unsynced.synced(file.id, writes);
  if (what === 'all') uncounted.counted(file.id, uncountedWrites);
}

/** When the mount is evicted, all that was not stable is lost: then it is answered under the epoch of the next one, where there is nothing to sync. */
export async function syncContent(parts: FileParts, call: Call): Promise<SyncResult> {
  const { context, file } = parts;
  return file.use(call, 'read', async (using) => {
    await settle(parts, using);
    return { epoch: using.epoch, after: await context.attributes.changed(using.inode, file.id) };
  });
}
