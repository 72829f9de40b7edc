import type { Codec } from '../../messages/codec.ts';
import { encode } from '../../messages/whole.ts';
import type { NtStatus } from '../../nt-status.ts';

/** An information class, encoded. */
export interface Information {
  readonly bytes: Uint8Array;
  /** Bytes of its fixed part: the client's buffer must have that many. */
  readonly atLeast: number;
  /** BUFFER_OVERFLOW where the client's buffer ended the list. */
  readonly status?: NtStatus;
}

/** A class of fixed size. */
export function fixed<T>(codec: Pick<Codec<T>, 'write'>, value: T): Information {
  const bytes = encode(codec as Codec<T>, value);
  return { bytes, atLeast: bytes.length };
}

/** A class that ends with what may be cut; `atLeast` are the bytes of the rest as Windows counts them. */
export function variable<T>(codec: Codec<T>, value: T, atLeast: number): Information {
  return { bytes: encode(codec, value), atLeast };
}
