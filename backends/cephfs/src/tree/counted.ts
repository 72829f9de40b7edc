import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';

/**
 * Before the MDS changes a file that has unsynced writes: each of those counted as a change in libcephfs, the MDS knows of none yet and would count its own change as one of
 * them, so that the counter stood still. Once they are flushed it goes on from theirs.
 */
export async function writesCounted({ mounts, opens, syncs }: VolumeContext, id: FileId): Promise<void> {
  const writes = opens.unsynced(id);
  if (writes === 0) return;
  const inode = await mounts.hold(id);
  try {
    await syncs.stable(inode);
    opens.flushed(id, writes);
  } finally {
    inode.release();
  }
}
