import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { stableFile } from './stable-file.ts';

/**
 * Before the MDS changes a file that was written to: each write counted as a change in libcephfs, the MDS may know of none yet and would count its own change as one of
 * them, so that the counter stood still. Once it was told it goes on from theirs.
 */
export async function writesCounted(context: VolumeContext, id: FileId): Promise<void> {
  const { opens } = context;
  const writes = opens.uncounted(id);
  if (writes === undefined) return;
  await stableFile(context, id);
  // Not that the bytes are there: of those that a full pool made libcephfs throw away only `Mount.fsync` tells.
  opens.counted(id, { ...writes, unsynced: 0 });
}
