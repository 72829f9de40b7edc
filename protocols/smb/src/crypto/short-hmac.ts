import { hash } from 'node:crypto';

type Digest = 'md5' | 'sha256';

/** Bytes of a block of both digests (RFC 1321 §3, FIPS 180-4 §1). */
const BLOCK = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/**
 * HMAC (RFC 2104 §2) over a few hundred bytes under a key that is used once, as the logon has many of. Made of two digests: OpenSSL's own wants a KeyObject
 * and an Hmac for it, each of which outlives the garbage collector's short rounds.
 *
 * @param key at most 64 bytes
 */
export function shortHmac(digest: Digest, key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  if (key.length > BLOCK) throw new RangeError('an HMAC key of more than a block');
  let length = BLOCK;
  for (const part of parts) length += part.length;
  const message = Buffer.allocUnsafe(length);
  pad(message, key, INNER);
  let at = BLOCK;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  const inner = hash(digest, message, 'buffer');
  const outer = Buffer.allocUnsafe(BLOCK + inner.length);
  pad(outer, key, OUTER);
  outer.set(inner, BLOCK);
  return hash(digest, outer, 'buffer');
}

function pad(block: Buffer, key: Uint8Array, mask: number): void {
  block.fill(mask, key.length, BLOCK);
  for (let index = 0; index < key.length; index++) block[index] = key[index]! ^ mask;
}
