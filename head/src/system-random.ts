import { randomBytes } from 'node:crypto';

/** Random bytes fit for secrets. */
export function systemRandom(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
