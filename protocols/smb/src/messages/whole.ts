import { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from './codec.ts';

/** The structure that begins `bytes`. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.read(new Reader(bytes));
}

/** What it hands out is never written again, so that one serves all. */
const shared = new Writer(4096);
let busy = false;

/** A structure as bytes of its own, for what is small and nested in a message (contexts, information classes). */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  // A codec may encode in its turn what it consists of.
  if (busy) return written(new Writer(256), codec, value);
  busy = true;
  try {
    return written(shared, codec, value);
  } catch (error) {
    shared.finish();
    throw error;
  } finally {
    busy = false;
  }
}

function written<T>(w: Writer, codec: Codec<T>, value: T): Uint8Array {
  codec.write(w, value);
  const { parts } = w.finish();
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
