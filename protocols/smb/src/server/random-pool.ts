import { randomFillSync } from 'node:crypto';

const BYTES = 4096;

/** Cryptographically random bytes, a few at a time: OpenSSL is asked for many at once, since each asking costs more than its bytes do. */
export function randomPool(): (length: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let at = 0;
  return (length) => {
    if (length > BYTES / 4) return randomFillSync(new Uint8Array(length));
    if (at + length > pool.length) {
      // A fresh one: what was handed out stays whoever's it is.
      pool = randomFillSync(new Uint8Array(BYTES));
      at = 0;
    }
    at += length;
    return pool.subarray(at - length, at);
  };
}
