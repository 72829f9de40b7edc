import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SMB2_CREATE_ALLOCATION_SIZE (MS-SMB2 2.2.13.2.6): bytes; above 2^53 − 1 rounded, see `Reader.u64leWide`. */
export const allocationSize: Codec<number> = {
  read(r: Reader): number {
    return r.u64leWide();
  },
  write(w: Writer, bytes: number): void {
    w.u64leNumber(bytes);
  },
};
