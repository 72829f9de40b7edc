import { WireError } from './wire-error.ts';

const TWO_32 = 2 ** 32;
const DEFAULT_CAPACITY = 4096;
const DEFAULT_LIMIT = 64 * 1024 * 1024;

/** Below this a payload is copied by `attach`: a copy is cheaper than one more entry in the gather list. */
export const ATTACH_THRESHOLD = 1024;

/** Where `reserve` left room; only for `patch…` of the same Writer, until its `finish`. */
export type Place = number & { readonly __place: never };

/** What `finish` hands out: `parts` in order, to be written with one writev, and the sum of their lengths in bytes. */
export interface Gathered {
  readonly parts: Uint8Array[];
  readonly length: number;
}

interface Attachment {
  /** Offset in the Writer's own buffer before which the payload goes. */
  readonly before: number;
  readonly bytes: Uint8Array;
}

/**
 * A cursor that encodes frames into a growing buffer and a gather list.
 *
 * Own bytes lie in one buffer, attached payloads beside it, so that `patch…` works across payloads and growth. `finish`
 * hands the bytes over and leaves the Writer ready for the next batch in the unused rest of the buffer; bytes handed over are
 * never written again. Accessors without a suffix are big-endian (XDR), those ending in `le` little-endian (SMB).
 */
export class Writer {
  private readonly capacity: number;
  private readonly limit: number;
  private buffer: Buffer;
  private view: DataView;
  private start = 0;
  private at = 0;
  private attachments: Attachment[] = [];
  private attached = 0;

  /**
   * @param capacity bytes of a fresh buffer
   * @param limit bytes of one batch above which writing is a {@link WireError}
   */
  constructor(capacity: number = DEFAULT_CAPACITY, limit: number = DEFAULT_LIMIT) {
    this.capacity = Math.max(64, capacity);
    this.limit = limit;
    this.buffer = Buffer.allocUnsafeSlow(this.capacity);
    this.view = viewOf(this.buffer);
  }

  /** Bytes written since the last `finish`, payloads included. */
  get length(): number {
    return this.at - this.start + this.attached;
  }

  u8(value: number): void {
    const at = this.take(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.take(2);
    this.view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.take(4);
    this.view.setUint32(at, value);
  }

  i32(value: number): void {
    const at = this.take(4);
    this.view.setInt32(at, value);
  }

  u64(value: bigint): void {
    const at = this.take(8);
    this.view.setBigUint64(at, value);
  }

  i64(value: bigint): void {
    const at = this.take(8);
    this.view.setBigInt64(at, value);
  }

  /** A size or offset as 64 bits; anything but an integer from 0 to 2^53 − 1 is a {@link WireError}. */
  u64Number(value: number): void {
    checkSafe(value);
    const at = this.take(8);
    this.view.setUint32(at, Math.floor(value / TWO_32));
    this.view.setUint32(at + 4, value >>> 0);
  }

  u16le(value: number): void {
    const at = this.take(2);
    this.view.setUint16(at, value, true);
  }

  u32le(value: number): void {
    const at = this.take(4);
    this.view.setUint32(at, value, true);
  }

  i32le(value: number): void {
    const at = this.take(4);
    this.view.setInt32(at, value, true);
  }

  u64le(value: bigint): void {
    const at = this.take(8);
    this.view.setBigUint64(at, value, true);
  }

  i64le(value: bigint): void {
    const at = this.take(8);
    this.view.setBigInt64(at, value, true);
  }

  /** As {@link u64Number}, little-endian. */
  u64leNumber(value: number): void {
    checkSafe(value);
    const at = this.take(8);
    this.view.setUint32(at, value >>> 0, true);
    this.view.setUint32(at + 4, Math.floor(value / TWO_32), true);
  }

  /** Copies `bytes`. */
  bytes(bytes: Uint8Array): void {
    const at = this.take(bytes.length);
    this.buffer.set(bytes, at);
  }

  /** `length` zero bytes. */
  zeros(length: number): void {
    const at = this.take(length);
    if (length > 0) this.buffer.fill(0, at, at + length);
  }

  /** Writes `text` as UTF-8 and returns its length in bytes. */
  utf8(text: string): number {
    const length = Buffer.byteLength(text, 'utf8');
    const at = this.take(length);
    this.buffer.write(text, at, length, 'utf8');
    return length;
  }

  /** Writes `text` as UTF-16LE and returns its length in bytes. */
  utf16le(text: string): number {
    const length = text.length * 2;
    const at = this.take(length);
    this.buffer.write(text, at, length, 'utf16le');
    return length;
  }

  /** Zeros up to the next multiple of `unit` (a power of two), counted from the length `from`. */
  align(unit: number, from: number = 0): void {
    this.zeros(-(this.length - from) & (unit - 1));
  }

  /**
   * Puts a payload into the gather list uncopied; it must not change until the batch is sent. Payloads below
   * {@link ATTACH_THRESHOLD} are copied.
   */
  attach(bytes: Uint8Array): void {
    if (bytes.length < ATTACH_THRESHOLD) {
      this.bytes(bytes);
      return;
    }
    if (this.length + bytes.length > this.limit) throw tooLong(this.limit);
    this.attachments.push({ before: this.at, bytes });
    this.attached += bytes.length;
  }

  /** Leaves room of `length` zero bytes to be patched once its value is known. */
  reserve(length: number): Place {
    this.zeros(length);
    return (this.at - this.start - length) as Place;
  }

  patchU16(place: Place, value: number): void {
    this.view.setUint16(this.start + place, value);
  }

  patchU32(place: Place, value: number): void {
    this.view.setUint32(this.start + place, value);
  }

  patchU16le(place: Place, value: number): void {
    this.view.setUint16(this.start + place, value, true);
  }

  patchU32le(place: Place, value: number): void {
    this.view.setUint32(this.start + place, value, true);
  }

  patchU64le(place: Place, value: bigint): void {
    this.view.setBigUint64(this.start + place, value, true);
  }

  /** Overwrites what was reserved, e.g. a signature over the finished frame. */
  patchBytes(place: Place, bytes: Uint8Array): void {
    if (this.start + place + bytes.length > this.at) throw new WireError('patch beyond what was reserved');
    this.buffer.set(bytes, this.start + place);
  }

  /** Takes back everything written after `length` was the Writer's length. */
  rewind(length: number): void {
    let last = this.attachments.at(-1);
    // A payload belongs to what is taken back when it begins at or after `length`; none is ever empty.
    while (last !== undefined && last.before - this.start + this.attached - last.bytes.length >= length) {
      this.attached -= last.bytes.length;
      this.attachments.pop();
      last = this.attachments.at(-1);
    }
    const at = this.start + length - this.attached;
    if (!(at >= this.start && at <= this.at && (last === undefined || at >= last.before))) {
      throw new WireError(`cannot rewind to ${length}`);
    }
    this.at = at;
  }

  /** Hands over the batch and begins the next one. */
  finish(): Gathered {
    const length = this.length;
    const parts: Uint8Array[] = [];
    let from = this.start;
    for (const { before, bytes } of this.attachments) {
      if (before > from) parts.push(this.buffer.subarray(from, before));
      parts.push(bytes);
      from = before;
    }
    if (this.at > from) parts.push(this.buffer.subarray(from, this.at));
    if (this.attachments.length > 0) this.attachments = [];
    this.attached = 0;
    this.start = this.at;
    return { parts, length };
  }

  /**
   * The place of the next `length` bytes, which are not zeroed. It may replace buffer and view: so it is called in a
   * statement of its own, before either is looked at.
   */
  private take(length: number): number {
    const at = this.at;
    if (at + length > this.buffer.length) {
      this.grow(length);
      return this.take(length);
    }
    this.at = at + length;
    return at;
  }

  private grow(length: number): void {
    const used = this.at - this.start;
    if (used + this.attached + length > this.limit) throw tooLong(this.limit);
    const larger = Buffer.allocUnsafeSlow(Math.max(this.capacity, (used + length) * (used > 0 ? 2 : 1)));
    larger.set(this.buffer.subarray(this.start, this.at));
    for (const [index, attachment] of this.attachments.entries()) {
      this.attachments[index] = { before: attachment.before - this.start, bytes: attachment.bytes };
    }
    this.buffer = larger;
    this.view = viewOf(larger);
    this.start = 0;
    this.at = used;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSafe(value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new WireError(`${value} is not a size of up to 2^53 - 1`);
}

function tooLong(limit: number): WireError {
  return new WireError(`more than ${limit} bytes in one batch`);
}
