/** Bytes `start` … `end`−1 of a representation. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges of one request: beyond these it asks for work, not for bytes (RFC 9110 §14.2, §17.15). */
const maximumRanges = 50;

/**
 * A `Range` header against a size (RFC 9110 §14.1.2), in the order asked. `undefined` for what is malformed, of another unit,
 * or too much, which is ignored: the whole is sent. Empty where nothing of it exists (416).
 */
export function parseRanges(header: string, size: number): readonly ByteRange[] | undefined {
  const list = /^\s*bytes\s*=([\d\s,-]+)$/i.exec(header)?.[1]?.split(',');
  if (list === undefined || list.length > maximumRanges) return undefined;
  const ranges: ByteRange[] = [];
  for (const each of list) {
    const match = /^(\d{0,15})\s*-\s*(\d{0,15})$/.exec(each.trim());
    if (match === null) return undefined;
    const [, first, last] = match as unknown as [string, string, string];
    if (first === '') {
      if (last === '') return undefined;
      const length = Math.min(Number(last), size);
      if (length > 0) ranges.push({ start: size - length, end: size });
      continue;
    }
    const start = Number(first);
    if (last !== '' && Number(last) < start) return undefined;
    if (start < size) ranges.push({ start, end: last === '' ? size : Math.min(Number(last) + 1, size) });
  }
  return ranges;
}

/** `Content-Range` of one range. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}
