import { isStorageError } from '@polynas/core/spi';
import type { FileId } from '@polynas/core/spi';
import type { Mount } from '../native/mount-api.ts';
import type { Mounts } from './mounts-api.ts';

/** Whether the file is bound to this mount. While its place has none it is bound to another one, which whoever asks there waits for. */
export function isBoundTo(mounts: Mounts, id: FileId, { incarnation }: Mount): boolean {
  try {
    return mounts.of(id).incarnation === incarnation;
  } catch (error) {
    if (isStorageError(error, 'unavailable')) return false;
    throw error;
  }
}
