import type { ObjectChecksums } from '@polynas/core/service';
import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { createDigest, toBase64 } from '../checksum/algorithms.ts';

/** A digest in the form in which the object service feeds it while it copies. */
export function runningChecksum(algorithm: ChecksumAlgorithm): {
  update(bytes: Uint8Array): void;
  finish(): ObjectChecksums;
} {
  const digest = createDigest(algorithm);
  return {
    update: (bytes) => digest.update(bytes),
    finish: () => ({ type: 'FULL_OBJECT', values: { [algorithm.toLowerCase()]: toBase64(digest.digest()) } }),
  };
}
