import { WireError } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

/** The class in a buffer; one that is too short for it is INFO_LENGTH_MISMATCH (MS-FSA 2.1.5.15). */
export function decoded<T>(codec: Codec<T>, buffer: Uint8Array): T {
  try {
    return decode(codec, buffer);
  } catch (error) {
    if (error instanceof WireError) throw new StatusError(NtStatus.INFO_LENGTH_MISMATCH);
    throw error;
  }
}
