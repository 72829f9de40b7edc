import type { Volume } from '@polynas/core/spi';
import { openMounts } from './mounts/open-mounts.ts';
import type { CephOptions } from './options.ts';
import { traitsOf } from './traits.ts';
import { volumeOn } from './volume.ts';

/** The file system's own limit where nobody raised it (`ceph fs set NAME max_file_size`), for a client that may not ask. */
const usualMaxFileSize = 2 ** 40;

/** Opens the volume: mounts it, or is rejected (`unavailable`, `accessDenied`, `notFound`, `notSupported` without libcephfs) with nothing left behind. */
export async function openCephVolume(options: CephOptions): Promise<Volume> {
  const mounts = await openMounts(options);
  try {
    return await volumeOn(mounts, traitsOf(options.writers, mounts.maxFileSize ?? usualMaxFileSize));
  } catch (error) {
    await mounts.close();
    throw error;
  }
}
