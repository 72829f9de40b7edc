import { setImmediate } from 'node:timers/promises';
import type { Digest } from './algorithms.ts';

/** At 0.7 GB/s, the slowest of the digests, this is about 0.4 ms: as long as one request may hold the loop. */
const sliceBytes = 256 * 1024;

/**
 * Feeds `bytes` to every digest in slices and lets the event loop turn between them. Small pieces, which is what
 * sockets deliver, are done at once: the return value is then `undefined`, and nothing need be awaited.
 */
export function updatePaced(digests: readonly Digest[], bytes: Uint8Array): Promise<void> | undefined {
  if (bytes.length <= sliceBytes) {
    for (const digest of digests) digest.update(bytes);
    return undefined;
  }
  return inSlices(digests, bytes);
}

async function inSlices(digests: readonly Digest[], bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += sliceBytes) {
    if (offset > 0) await setImmediate();
    const slice = bytes.subarray(offset, offset + sliceBytes);
    for (const digest of digests) digest.update(slice);
  }
}
