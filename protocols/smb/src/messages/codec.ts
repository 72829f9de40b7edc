import { WireError, type Reader, type Writer } from '@polynas/core/wire';

/**
 * How one structure of MS-SMB2 or MS-FSCC lies on the wire.
 *
 * `read` takes the structure at the cursor and either returns a value or throws one {@link WireError}; byte fields are
 * windows into the frame. `write` is the reverse: what it writes reads back as the same value.
 */
export interface Codec<T> {
  read(r: Reader): T;
  write(w: Writer, value: T): void;
}

/** Bytes of the SMB2 header (MS-SMB2 2.2.1): offsets in bodies count from its start. */
export const HEADER_SIZE = 64;

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Reads the StructureSize that begins each body; another one is not this message. */
export function structureSize(r: Reader, expected: number): void {
  const size = r.u16le();
  if (size !== expected) throw new WireError(`StructureSize ${size} where ${expected} is due`);
}

/**
 * The variable part that `offset` (from the header's start) and `length` describe; the cursor ends behind it.
 * An offset that points into the header or the fixed part (`fixedEnd` bytes from the header's start) is refused. The
 * offset of an empty part means nothing (MS-SMB2 3.3.5: clients put 0 or the end of the frame) and is not looked at.
 */
export function variablePart(r: Reader, offset: number, length: number, fixedEnd: number): Uint8Array {
  if (length === 0) return NO_BYTES;
  if (offset < fixedEnd) throw new WireError(`variable part at ${offset} inside the fixed part of ${fixedEnd} bytes`);
  return r.seek(offset).bytes(length);
}

/** Refuses two variable parts that share bytes. */
export function apart(aOffset: number, aLength: number, bOffset: number, bLength: number): void {
  if (aLength === 0 || bLength === 0) return;
  if (aOffset < bOffset + bLength && bOffset < aOffset + aLength) throw new WireError('variable parts overlap');
}

/** UTF-16LE text of a variable part, which must have an even length. */
export function text(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new WireError(`odd length ${bytes.length} of UTF-16 text`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le');
}
