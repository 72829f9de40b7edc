import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { Mount } from '../native/mount-api.ts';
import { heldOn } from './held-on.ts';

/** Brings all that was answered of the file to stable storage, its bytes included. */
export async function stableFile(context: VolumeContext, id: FileId): Promise<void> {
  await stableAndReleased(context, await context.mounts.hold(id));
}

/** The same of what was done to it through this mount, which need not be its own. A new file's creation goes with it. */
export async function stableFileOn(context: VolumeContext, mount: Mount, id: FileId): Promise<void> {
  await stableAndReleased(context, await heldOn(context, mount, id));
}

async function stableAndReleased({ syncs }: VolumeContext, inode: HeldInode): Promise<void> {
  try {
    await syncs.stable(inode);
  } finally {
    inode.release();
  }
}
