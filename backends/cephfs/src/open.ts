import { StorageError } from '@polynas/core/spi';
import type { Volume } from '@polynas/core/spi';
import type { CephOptions } from './options.ts';

/** Opens the volume. */
export async function openCephVolume(options: CephOptions): Promise<Volume> {
  throw new StorageError('notSupported', `CephFS volumes are being built: ${options.root}`);
}
