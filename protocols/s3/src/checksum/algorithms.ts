import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { Crc64Nvme } from './crc64nvme.ts';

/** The additional checksums of S3 (`x-amz-checksum-*`), spelled as in `x-amz-checksum-algorithm`. */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** What a body can be hashed with while it is read. */
export type DigestAlgorithm = ChecksumAlgorithm | 'MD5';

/** Bytes of a digest. */
export const digestLength: Readonly<Record<DigestAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  MD5: 16,
};

/** A running digest. `digest()` is called once, after the last `update`. */
export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

export function createDigest(algorithm: DigestAlgorithm): Digest {
  switch (algorithm) {
    case 'CRC32':
      return crc32Digest((bytes, crc) => crc32(bytes, crc));
    case 'CRC32C':
      return crc32Digest(crc32c);
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'SHA1':
    case 'SHA256':
    case 'MD5': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

function crc32Digest(next: (bytes: Uint8Array, crc: number) => number): Digest {
  let crc = 0;
  return {
    update: (bytes) => {
      crc = next(bytes, crc);
    },
    digest: () => {
      const out = new Uint8Array(4);
      new DataView(out.buffer).setUint32(0, crc);
      return out;
    },
  };
}

/** `CRC64NVME` → `x-amz-checksum-crc64nvme`: the name of header and trailer. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm of an `x-amz-checksum-…` header or trailer name (lower case). */
export function checksumOfHeader(name: string): ChecksumAlgorithm | undefined {
  return byHeader.get(name);
}

const byHeader = new Map(checksumAlgorithms.map((algorithm) => [checksumHeader(algorithm), algorithm]));

/** The algorithm of an `x-amz-checksum-algorithm` value, in any case. */
export function checksumNamed(value: string): ChecksumAlgorithm | undefined {
  const name = value.toUpperCase();
  return checksumAlgorithms.find((algorithm) => algorithm === name);
}

/** A digest in the form of S3's headers and documents. */
export function toBase64(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('base64');
}

/** Strictly decoded base64 of a digest of `algorithm`; `undefined` when it is not one. */
export function digestFromBase64(algorithm: DigestAlgorithm, text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === digestLength[algorithm] && bytes.toString('base64') === text ? bytes : undefined;
}
