import type { ChecksumAlgorithm } from './algorithms.ts';
import { createDigest, toBase64 } from './algorithms.ts';

/**
 * COMPOSITE checksum of a multipart upload: the checksum of the parts' raw digests in order, with `-N` (S3 User Guide,
 * "Composite checksums"). The MD5 form of it is the multipart ETag.
 */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly Uint8Array[]): string {
  const digest = createDigest(algorithm);
  for (const part of parts) digest.update(part);
  return `${toBase64(digest.digest())}-${parts.length}`;
}
