import type { Call, SyncResult } from '@polynas/core/spi';
import type { FileParts } from './file-parts.ts';
import type { Using } from './open-file.ts';

/** Everything that was written before is stable afterwards. Rejected when the mount's session broke off, for then it is lost: `Mount.syncInode` sees to that. */
export async function settle({ unsynced, file }: FileParts, { sync }: Using): Promise<void> {
  const writes = unsynced.count(file.id);
  await sync();
  unsynced.synced(file.id, writes);
}

/** When the mount is evicted, all that was not stable is lost: then it is answered under the epoch of the next one, where there is nothing to sync. */
export async function syncContent(parts: FileParts, call: Call): Promise<SyncResult> {
  const { context, file } = parts;
  return file.use(call, 'read', async (using) => {
    await settle(parts, using);
    return { epoch: using.epoch, after: await context.attributes.changed(using.inode, file.id) };
  });
}
