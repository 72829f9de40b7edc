import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { checksumAlgorithms, checksumHeader, checksumNamed } from '../checksum/algorithms.ts';
import { S3Error } from '../errors.ts';
import type { Headers } from '@polynas/http';

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** `x-amz-checksum-algorithm`. Throws `InvalidRequest` for one that is not known. */
export function requestedAlgorithm(headers: Headers): ChecksumAlgorithm | undefined {
  const text = headers.get('x-amz-checksum-algorithm');
  if (text === undefined) return undefined;
  const algorithm = checksumNamed(text);
  if (algorithm === undefined) {
    throw new S3Error('InvalidRequest', {
      message:
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    });
  }
  return algorithm;
}

/** `x-amz-checksum-type`. */
export function requestedType(headers: Headers): ChecksumType | undefined {
  const text = headers.get('x-amz-checksum-type');
  if (text === undefined || text === 'FULL_OBJECT' || text === 'COMPOSITE') return text;
  throw new S3Error('InvalidRequest', { message: 'Value for x-amz-checksum-type header is invalid.' });
}

/**
 * What a multipart upload's checksum is when it is created (S3 User Guide, "Checking object integrity"): linear CRCs can
 * be of the full object, cryptographic hashes only of the parts' hashes, CRC64NVME only of the full object.
 */
export function uploadChecksum(
  headers: Headers,
): { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined {
  const algorithm = requestedAlgorithm(headers);
  const type = requestedType(headers);
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw new S3Error('InvalidRequest', {
      message: 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    });
  }
  if (type !== undefined && !typesOf(algorithm).includes(type)) {
    throw new S3Error('InvalidRequest', {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    });
  }
  return { algorithm, type: type ?? typesOf(algorithm)[0]! };
}

/** Possible types, the default first. */
export function typesOf(algorithm: ChecksumAlgorithm): readonly ChecksumType[] {
  if (algorithm === 'CRC64NVME') return ['FULL_OBJECT'];
  return algorithm === 'SHA1' || algorithm === 'SHA256' ? ['COMPOSITE'] : ['COMPOSITE', 'FULL_OBJECT'];
}

/** An `x-amz-checksum-…` header that speaks of the whole object. Throws `InvalidRequest` when there are several. */
export function objectChecksumHeader(
  headers: Headers,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined {
  const found = checksumAlgorithms.flatMap((algorithm) => {
    const value = headers.get(checksumHeader(algorithm));
    return value === undefined ? [] : [{ algorithm, value: value.trim() }];
  });
  if (found.length > 1) {
    throw new S3Error('InvalidRequest', {
      message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    });
  }
  return found[0];
}
