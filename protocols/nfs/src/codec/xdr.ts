import { type Reader, WireError, type Writer } from '@polynas/core/wire';

/**
 * The parts of XDR (RFC 4506) that generated codecs call: everything with a length. Each length is checked against its
 * bound in the `.x` text and against the bytes that are there before anything is allocated.
 */

/** RFC 4506 §4.4: an enum of 0 and 1; other values are malformed. */
export function decodeBool(r: Reader): boolean {
  const value = r.u32();
  if (value > 1) throw new WireError(`bool ${value}`);
  return value === 1;
}

export function encodeBool(w: Writer, value: boolean): void {
  w.u32(value ? 1 : 0);
}

export function decodeUint(r: Reader): number {
  return r.u32();
}

export function encodeUint(w: Writer, value: number): void {
  w.u32(value);
}

export function decodeVoid(_r: Reader): void {}

export function encodeVoid(_w: Writer, _value: void): void {}

/** Fixed-length opaque (RFC 4506 §4.9): a window into the frame, padding skipped. */
export function decodeFixed(r: Reader, length: number): Uint8Array {
  const bytes = r.bytes(length);
  r.skip(-length & 3);
  return bytes;
}

export function encodeFixed(w: Writer, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new WireError(`opaque of ${bytes.length} bytes, not ${length}`);
  w.bytes(bytes);
  w.zeros(-length & 3);
}

/** Variable-length opaque or string (RFC 4506 §4.10, §4.11): a window into the frame, not a copy. */
export function decodeOpaque(r: Reader, limit: number): Uint8Array {
  const length = decodeCount(r, limit, 1);
  const bytes = r.bytes(length);
  r.skip(-length & 3);
  return bytes;
}

export function encodeOpaque(w: Writer, bytes: Uint8Array, limit: number): void {
  encodeCount(w, bytes.length, limit);
  w.bytes(bytes);
  w.zeros(-bytes.length & 3);
}

/** As {@link encodeOpaque}, but the payload goes into the gather list uncopied. */
export function attachOpaque(w: Writer, bytes: Uint8Array, limit: number): void {
  encodeCount(w, bytes.length, limit);
  w.attach(bytes);
  w.zeros(-bytes.length & 3);
}

export function sizeOpaque(bytes: Uint8Array): number {
  return 4 + bytes.length + (-bytes.length & 3);
}

/** A string that is text by its protocol (network ids, universal addresses), not a file name. */
export function decodeText(r: Reader, limit: number): string {
  const length = decodeCount(r, limit, 1);
  const text = r.utf8(length);
  r.skip(-length & 3);
  return text;
}

export function encodeText(w: Writer, text: string, limit: number): void {
  const place = w.reserve(4);
  const length = w.utf8(text);
  if (length > limit) throw new WireError(`string of ${length} bytes, above ${limit}`);
  w.patchU32(place, length);
  w.zeros(-length & 3);
}

export function sizeText(text: string): number {
  const length = Buffer.byteLength(text, 'utf8');
  return 4 + length + (-length & 3);
}

/** A count of items of at least `minimum` bytes each. */
export function decodeCount(r: Reader, limit: number, minimum: number): number {
  const count = r.u32();
  if (count > limit) throw new WireError(`count ${count} above ${limit}`);
  if (count * minimum > r.remaining) throw new WireError(`count ${count} above the ${r.remaining} bytes left`);
  return count;
}

export function encodeCount(w: Writer, count: number, limit: number): void {
  if (count > limit) throw new WireError(`count ${count} above ${limit}`);
  w.u32(count);
}
