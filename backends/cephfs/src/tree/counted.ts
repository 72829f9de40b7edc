import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';

/**
 * Before the MDS changes a file that was written to: each write counted as a change in libcephfs, the MDS may know of none yet and would count its own change as one of
 * them, so that the counter stood still. Once it was told it goes on from theirs.
 */
export async function writesCounted({ mounts, opens, syncs }: VolumeContext, id: FileId): Promise<void> {
  const writes = opens.uncounted(id);
  if (writes === undefined) return;
  const inode = await mounts.hold(id);
  try {
    await syncs.stable(inode);
    opens.counted(id, writes);
  } finally {
    inode.release();
  }
}
