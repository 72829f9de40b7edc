import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const ZERO = Buffer.alloc(BLOCK);
/** Bytes given to the cipher at once: its output, which is thrown away, stays small. */
const STEP = 16 * 1024;

/** Doubles in GF(2^128) (RFC 4493 §2.3). */
function doubled(block: Uint8Array): Buffer {
  const out = Buffer.alloc(BLOCK);
  let carry = 0;
  for (let index = BLOCK - 1; index >= 0; index--) {
    const byte = block[index]!;
    out[index] = (byte << 1) | carry;
    carry = byte >> 7;
  }
  if (carry !== 0) out[BLOCK - 1]! ^= 0x87;
  return out;
}

/** AES-128-CMAC (RFC 4493) under one key. */
export class Cmac {
  private readonly key: Uint8Array;
  private readonly whole: Uint8Array;
  private readonly padded: Uint8Array;

  /** @param key 16 bytes */
  constructor(key: Uint8Array) {
    this.key = key;
    const cipher = createCipheriv('aes-128-ecb', key, null);
    this.whole = doubled(cipher.update(ZERO));
    this.padded = doubled(this.whole);
  }

  /** The 16 bytes of the code over all parts. */
  digest(parts: readonly Uint8Array[]): Buffer {
    const cipher = createCipheriv('aes-128-cbc', this.key, ZERO);
    cipher.setAutoPadding(false);
    let length = 0;
    for (const part of parts) length += part.length;
    // The last block, whole or not, is held back: it is mixed with a subkey.
    const inLast = length === 0 ? 0 : length % BLOCK || BLOCK;
    let before = length - inLast;
    const last = Buffer.alloc(BLOCK);
    let filled = 0;
    for (const part of parts) {
      const bulk = Math.min(before, part.length);
      for (let at = 0; at < bulk; at += STEP) cipher.update(part.subarray(at, Math.min(at + STEP, bulk)));
      before -= bulk;
      last.set(part.subarray(bulk), filled);
      filled += part.length - bulk;
    }
    if (inLast < BLOCK) last[inLast] = 0x80;
    const subkey = inLast === BLOCK ? this.whole : this.padded;
    for (let index = 0; index < BLOCK; index++) last[index]! ^= subkey[index]!;
    return cipher.update(last).subarray(-BLOCK);
  }
}
