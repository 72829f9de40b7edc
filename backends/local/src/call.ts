import { StorageError } from '@polynas/core/spi';
import type { Call } from '@polynas/core/spi';

/** Refuses to begin what nobody waits for any more. What has begun is brought to its end. */
export function assertWanted(call: Call): void {
  if (call.signal?.aborted === true) throw new StorageError('aborted');
  if (call.deadline !== undefined && performance.now() > call.deadline) throw new StorageError('timedOut');
}
