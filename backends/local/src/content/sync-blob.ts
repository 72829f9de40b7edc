import { StorageError } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';
import type { OpenBlob } from './blob-store.ts';

/** Syncs a blob; a failure ends this life of the volume. */
export async function syncBlob(parts: Parts, blob: OpenBlob): Promise<void> {
  try {
    await parts.blobs.sync(blob);
  } catch (error) {
    parts.health.fail('a sync of content failed', error);
    throw new StorageError('unavailable', 'a sync of content failed', { cause: error });
  }
}
