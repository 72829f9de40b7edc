import { WireError } from './wire-error.ts';

const TWO_32 = 2 ** 32;
const utf8Decoder = new TextDecoder('utf-8');

/**
 * A cursor that decodes one frame in place.
 *
 * A Reader spans a buffer that may hold several frames (what one socket read brought); `frame` narrows it to one of
 * them, so that one `DataView` serves all frames of the buffer. Every accessor checks the frame's end, not only the
 * buffer's: a hostile length in one frame never reads the next one. Accessors without a suffix are big-endian (XDR),
 * those ending in `le` little-endian (SMB).
 */
export class Reader {
  private readonly source: Uint8Array;
  private readonly view: DataView;
  private start: number;
  private end: number;
  private at: number;

  constructor(source: Uint8Array) {
    this.source = source;
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    this.start = 0;
    this.at = 0;
    this.end = source.byteLength;
  }

  /** Narrows the cursor to the frame `[start, end)` of the buffer, in bytes, and moves to its start. */
  frame(start: number, end: number): this {
    if (!(start >= 0 && start <= end && end <= this.source.byteLength)) {
      throw new WireError(`frame ${start}..${end} outside a buffer of ${this.source.byteLength} bytes`);
    }
    this.start = start;
    this.at = start;
    this.end = end;
    return this;
  }

  /** Bytes between the frame's start and the cursor. */
  get position(): number {
    return this.at - this.start;
  }

  /** Bytes between the cursor and the frame's end. */
  get remaining(): number {
    return this.end - this.at;
  }

  /** Moves to `position` bytes after the frame's start (SMB's offsets are relative to the header). */
  seek(position: number): this {
    const to = this.start + position;
    if (!(position >= 0 && to <= this.end)) throw new WireError(`seek to ${position} outside the frame`);
    this.at = to;
    return this;
  }

  /** Passes over `length` bytes. */
  skip(length: number): this {
    this.advance(length);
    return this;
  }

  /** Passes over padding up to the next multiple of `unit` (a power of two) from the frame's start. */
  align(unit: number): this {
    this.advance(-this.position & (unit - 1));
    return this;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2));
  }

  u32(): number {
    return this.view.getUint32(this.advance(4));
  }

  i32(): number {
    return this.view.getInt32(this.advance(4));
  }

  u64(): bigint {
    return this.view.getBigUint64(this.advance(8));
  }

  i64(): bigint {
    return this.view.getBigInt64(this.advance(8));
  }

  /** A 64-bit size as a number; a value above 2^53 − 1 is a {@link WireError}. */
  u64Number(): number {
    return safe(this.u64Wide());
  }

  /**
   * A 64-bit size or offset that the protocol must answer even when it is absurd: exact up to 2^53 − 1; a larger value
   * comes out rounded but always above `Number.MAX_SAFE_INTEGER`, so that the handler can answer "too big".
   */
  u64Wide(): number {
    const at = this.advance(8);
    return this.view.getUint32(at) * TWO_32 + this.view.getUint32(at + 4);
  }

  u16le(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32le(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  i32le(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  u64le(): bigint {
    return this.view.getBigUint64(this.advance(8), true);
  }

  i64le(): bigint {
    return this.view.getBigInt64(this.advance(8), true);
  }

  /** As {@link u64Number}, little-endian. */
  u64leNumber(): number {
    return safe(this.u64leWide());
  }

  /** As {@link u64Wide}, little-endian. */
  u64leWide(): number {
    const at = this.advance(8);
    return this.view.getUint32(at + 4, true) * TWO_32 + this.view.getUint32(at, true);
  }

  /** The next `length` bytes as a window into the buffer: not a copy, it keeps the whole buffer alive. */
  bytes(length: number): Uint8Array {
    const at = this.advance(length);
    return new Uint8Array(this.source.buffer, this.source.byteOffset + at, length);
  }

  /** The next `length` bytes as UTF-8 text; invalid sequences become U+FFFD. */
  utf8(length: number): string {
    return utf8Decoder.decode(this.bytes(length));
  }

  /** The next `length` bytes (even) as UTF-16LE text; unpaired surrogates stay as they are. */
  utf16le(length: number): string {
    if (length % 2 !== 0) throw new WireError(`odd length ${length} of UTF-16 text`);
    const at = this.advance(length);
    return Buffer.from(this.source.buffer, this.source.byteOffset + at, length).toString('utf16le');
  }

  private advance(length: number): number {
    const at = this.at;
    const next = at + length;
    // Written so that a NaN or negative length fails too.
    if (!(length >= 0 && next <= this.end)) throw short(length, this.end - at);
    this.at = next;
    return at;
  }
}

function short(wanted: number, remaining: number): WireError {
  return new WireError(`${wanted} bytes wanted, ${remaining} left in the frame`);
}

function safe(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new WireError('64-bit value above 2^53 - 1');
  return value;
}
