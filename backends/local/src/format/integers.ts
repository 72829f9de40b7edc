/**
 * 64-bit integers of the records as JavaScript numbers: every counter of the format stays below 2^53, and numbers cost
 * a tenth of what bigints do. Values are little-endian, keys big-endian (LMDB orders keys by bytes).
 */

const word = 2 ** 32;

export function putU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % word, true);
  view.setUint32(at + 4, value / word, true);
}

export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * word + view.getUint32(at, true);
}

/** Without a view of the bytes, which costs more than one number. */
export function getBytesU64(bytes: Uint8Array, at: number): number {
  return getBytesU32(bytes, at + 4) * word + getBytesU32(bytes, at);
}

function getBytesU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) + bytes[at + 3]! * 0x1000000;
}

/** Signed: the high word carries the sign, so times before 1970 fit. */
export function putI64(view: DataView, at: number, value: number): void {
  const upper = Math.floor(value / word);
  view.setUint32(at, value - upper * word, true);
  view.setInt32(at + 4, upper, true);
}

export function getI64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * word + view.getUint32(at, true);
}

export function putKeyU64(bytes: Uint8Array, at: number, value: number): void {
  let upper = Math.floor(value / word);
  let lower = value % word;
  for (let i = 3; i >= 0; i -= 1) {
    bytes[at + i] = upper & 0xff;
    upper >>>= 8;
    bytes[at + 4 + i] = lower & 0xff;
    lower = Math.floor(lower / 256);
  }
}

export function getKeyU64(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 8; i += 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
