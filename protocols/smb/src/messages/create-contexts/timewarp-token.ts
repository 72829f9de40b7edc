import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SMB2_CREATE_TIMEWARP_TOKEN (MS-SMB2 2.2.13.2.7): the FILETIME of a snapshot. */
export const timewarpToken: Codec<bigint> = {
  read(r: Reader): bigint {
    return r.u64le();
  },
  write(w: Writer, timestamp: bigint): void {
    w.u64le(timestamp);
  },
};
