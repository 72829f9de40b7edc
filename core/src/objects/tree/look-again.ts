import { maxRetries } from '../../namespace/files/parts.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';

/** For looks that change nothing: what was removed between two steps of one is looked up anew. */
export async function lookAgain<T>(look: () => Promise<T>): Promise<T> {
  let last: unknown;
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      return await look();
    } catch (error) {
      if (!isStorageError(error, 'stale') && !isStorageError(error, 'notDirectory')) throw error;
      last = error;
    }
  }
  // The share itself is gone, or the names never stand still.
  throw isStorageError(last, 'stale') ? last : new StorageError('tryLater', 'the names keep changing', { cause: last });
}
