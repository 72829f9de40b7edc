import type { Call, SyncResult } from '@polynas/core/spi';
import type { ChangeParts } from './change.ts';
import type { Using } from './open-file.ts';

/**
 * Everything that was written before is stable afterwards. libcephfs's word is not enough: what an evicted client held is dropped, and then
 * there is nothing to sync, which succeeds (seen with 16.2). Capabilities go in the same step, so an attribute that is answered from them, or by the MDS,
 * says that nothing had been dropped until then.
 */
export async function settle({ table, file }: ChangeParts, { mount, inode, sync }: Using): Promise<void> {
  const writes = table.unsynced(file.id);
  await sync();
  await mount.getattr(inode.pointer);
  table.synced(file.id, writes);
}

/** When the mount is evicted, all that was not stable is lost: then it is answered under the epoch of the next one, where there is nothing to sync. */
export async function syncContent(parts: ChangeParts, call: Call): Promise<SyncResult> {
  const { context, file } = parts;
  return file.use(call, 'read', async (using) => {
    await settle(parts, using);
    return { epoch: using.epoch, after: await context.attributes.changed(using.inode, file.id) };
  });
}
