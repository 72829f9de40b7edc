import { getKeyU64, putKeyU64 } from './integers.ts';

/** Keys of all tables: one or two big-endian 64-bit numbers, or a number and bytes, so that what belongs together lies together. */

export function numberKey(id: number): Uint8Array {
  const key = Buffer.allocUnsafe(8);
  putKeyU64(key, 0, id);
  return key;
}

export function pairKey(id: number, second: number): Uint8Array {
  const key = Buffer.allocUnsafe(16);
  putKeyU64(key, 0, id);
  putKeyU64(key, 8, second);
  return key;
}

export function nameKey(id: number, name: Uint8Array): Uint8Array {
  const key = Buffer.allocUnsafe(8 + name.length);
  putKeyU64(key, 0, id);
  key.set(name, 8);
  return key;
}

export function firstOf(key: Uint8Array): number {
  return getKeyU64(key, 0);
}

export function secondOf(key: Uint8Array): number {
  return getKeyU64(key, 8);
}

/** The name in a key that is the caller's own: the same memory. */
export function nameOf(key: Uint8Array): Uint8Array {
  return new Uint8Array(key.buffer, key.byteOffset + 8, key.length - 8);
}

/** The least key above every key that starts with `id`. */
export function afterNumber(id: number): Uint8Array {
  return numberKey(id + 1);
}
