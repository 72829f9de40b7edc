import { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from './codec.ts';

/** The structure that begins `bytes`. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.read(new Reader(bytes));
}

/** A structure as bytes of its own, for what is small and nested in a message (contexts, information classes). */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const w = new Writer(256);
  codec.write(w, value);
  const { parts } = w.finish();
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
