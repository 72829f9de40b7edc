import { createHash } from 'node:crypto';
import type { Value } from './place.ts';

/** Content that names itself; every ninth is larger than what goes in one piece. */
export function contentOf(name: string, number: number): Buffer {
  return Buffer.alloc(number % 9 === 8 ? 900_000 : 1 + ((number * 977) % 9000), `${name} `);
}

/** SHA-256 in hexadecimal. */
export function digestOf(content: Buffer): Value {
  return createHash('sha256').update(content).digest('hex');
}
