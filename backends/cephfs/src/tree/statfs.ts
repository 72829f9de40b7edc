import type { Call, Capacity } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';

/** CephFS has no number of files that fit. */
const totalFiles = 2 ** 48;

export async function statfs({ mounts }: VolumeContext, call: Call): Promise<Capacity> {
  const mount = await mounts.ready(call, mounts.root);
  try {
    const { blockBytes, blocks, freeBlocks, availableBlocks, files } = await mount.within(call).statfs();
    return {
      totalBytes: blocks * blockBytes,
      freeBytes: freeBlocks * blockBytes,
      availableBytes: availableBlocks * blockBytes,
      totalFiles: Math.max(totalFiles, files),
      freeFiles: Math.max(totalFiles - files, 0),
    };
  } catch (error) {
    throw mounts.failed(mount, error);
  }
}
