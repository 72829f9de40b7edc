import type { ByteRange } from '@polynas/http';
import { parseRanges } from '@polynas/http';
import { S3Error } from '../errors.ts';

/**
 * A `Range` header against a size (RFC 9110 §14.1.2). Like AWS, what is malformed or asks for several ranges is ignored
 * (`undefined`: the whole object). Throws `InvalidRange` where nothing of the range exists.
 */
export function parseRange(header: string, size: number): ByteRange | undefined {
  if (header.includes(',')) return undefined;
  const ranges = parseRanges(header, size);
  if (ranges !== undefined && ranges.length === 0) throw unsatisfiable(header, size);
  return ranges?.[0];
}

function unsatisfiable(header: string, size: number): S3Error {
  return new S3Error('InvalidRange', {
    elements: { RangeRequested: header, ActualObjectSize: size },
    // RFC 9110 §15.5.17.
    headers: { 'content-range': `bytes */${size}` },
  });
}
