import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SMB2_NETNAME_NEGOTIATE_CONTEXT_ID (MS-SMB2 2.2.3.1.4): the server's name as the client knows it. */
export const netnameContext: Codec<string> = {
  read(r: Reader): string {
    return r.utf16le(r.remaining);
  },
  write(w: Writer, name: string): void {
    w.utf16le(name);
  },
};
