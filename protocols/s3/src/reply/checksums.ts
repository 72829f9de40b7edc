import type { ObjectChecksums } from '@polynas/core/service';
import type { XmlWriter } from '@polynas/http';
import { checksumAlgorithms, checksumHeader } from '../checksum/algorithms.ts';

/** `x-amz-checksum-*` headers with their type. */
export function checksumHeaders(checksums: ObjectChecksums | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (checksums === undefined) return headers;
  for (const algorithm of checksumAlgorithms) {
    const value = checksums.values[algorithm.toLowerCase()];
    if (value !== undefined) headers[checksumHeader(algorithm)] = value;
  }
  if (Object.keys(headers).length > 0) headers['x-amz-checksum-type'] = checksums.type;
  return headers;
}

/** The same as elements: `ChecksumCRC32` … and, for a whole object, `ChecksumType`. */
export function writeChecksums(
  xml: XmlWriter,
  checksums: ObjectChecksums | undefined,
  type: 'with type' | 'no type',
): void {
  if (checksums === undefined) return;
  for (const algorithm of checksumAlgorithms) {
    xml.leaf(`Checksum${algorithm}`, checksums.values[algorithm.toLowerCase()]);
  }
  if (type === 'with type') xml.leaf('ChecksumType', checksums.type);
}

/** The names of the algorithms that an object has, as listings show them. */
export function checksumNames(checksums: ObjectChecksums | undefined): readonly string[] {
  return checksumAlgorithms.filter((algorithm) => checksums?.values[algorithm.toLowerCase()] !== undefined);
}
