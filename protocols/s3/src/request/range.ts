import { S3Error } from '../errors.ts';

/** Bytes `start` … `end`−1 of an object. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A `Range` header against a size (RFC 9110 §14.1.2). Like AWS, what is malformed or asks for several ranges is ignored
 * (`undefined`: the whole object). Throws `InvalidRange` where nothing of the range exists.
 */
export function parseRange(header: string, size: number): ByteRange | undefined {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header);
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return undefined;
    const length = Math.min(Number(last), size);
    if (length === 0) throw unsatisfiable(header, size);
    return { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw unsatisfiable(header, size);
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

function unsatisfiable(header: string, size: number): S3Error {
  return new S3Error('InvalidRange', {
    elements: { RangeRequested: header, ActualObjectSize: size },
    // RFC 9110 §15.5.17.
    headers: { 'content-range': `bytes */${size}` },
  });
}
