import { type Cipheriv, createCipheriv, createSecretKey } from 'node:crypto';

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

/** Messages up to this many bytes are copied together: one call of the cipher costs more than the copy. */
const SMALL = 4096;

/**
 * AES-128-CMAC (RFC 4493) under one key.
 *
 * One CBC cipher serves all messages, because making one costs many times what a small message does: its state after a message is
 * that message's code, and mixing it into the first block of the next one takes it out again.
 */
export class Cmac {
  private readonly cipher: Cipheriv;
  private readonly whole: Uint8Array;
  private readonly padded: Uint8Array;
  /** The last block that came out of the cipher. */
  private state: Uint8Array = ZERO;

  /** @param key 16 bytes */
  constructor(key: Uint8Array) {
    const secret = createSecretKey(key);
    this.whole = doubled(createCipheriv('aes-128-ecb', secret, null).update(ZERO));
    this.padded = doubled(this.whole);
    this.cipher = createCipheriv('aes-128-cbc', secret, ZERO);
    this.cipher.setAutoPadding(false);
  }

  /** The 16 bytes of the code over all parts. */
  digest(parts: readonly Uint8Array[]): Buffer {
    let length = 0;
    for (const part of parts) length += part.length;
    // The last block, whole or not, is mixed with a subkey.
    const inLast = length === 0 ? 0 : length % BLOCK || BLOCK;
    const before = length - inLast;
    const bulk = length <= SMALL ? 0 : before;
    const tail = Buffer.alloc(before - bulk + BLOCK);
    if (bulk > 0) this.feed(parts, bulk);
    gather(parts, bulk, tail);
    if (bulk === 0) mix(tail, 0, this.state);
    if (inLast < BLOCK) tail[tail.length - BLOCK + inLast]! ^= 0x80;
    mix(tail, tail.length - BLOCK, inLast === BLOCK ? this.whole : this.padded);
    const code = Buffer.from(this.cipher.update(tail).subarray(-BLOCK));
    this.state = code;
    return code;
  }

  /** The first `bulk` bytes, a multiple of the block, of a large message. */
  private feed(parts: readonly Uint8Array[], bulk: number): void {
    const first = Buffer.alloc(BLOCK);
    gather(parts, 0, first);
    mix(first, 0, this.state);
    this.cipher.update(first);
    let start = 0;
    for (const part of parts) {
      const from = Math.max(BLOCK - start, 0);
      const to = Math.min(bulk - start, part.length);
      for (let at = from; at < to; at += STEP) this.cipher.update(part.subarray(at, Math.min(at + STEP, to)));
      start += part.length;
    }
  }
}

/** Copies the message's bytes from `from` on into `into`, as many as it holds. */
function gather(parts: readonly Uint8Array[], from: number, into: Uint8Array): void {
  let start = 0;
  for (const part of parts) {
    const at = Math.max(start - from, 0);
    if (at >= into.length) return;
    const skipped = Math.max(from - start, 0);
    if (skipped < part.length) into.set(part.subarray(skipped, skipped + into.length - at), at);
    start += part.length;
  }
}

function mix(bytes: Uint8Array, at: number, block: Uint8Array): void {
  for (let index = 0; index < BLOCK; index++) bytes[at + index]! ^= block[index]!;
}
