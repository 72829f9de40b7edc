import { octets } from './scalars.ts';
import type { Ndr } from './ndr.ts';

const SIZE = 20;

/** A context handle (C706 14.3.12.6): 4 octets of attributes and a UUID, as one opaque hexadecimal text. */
export const contextHandle: Ndr<string> = {
  alignment: 4,
  read(r, put) {
    r.wire.align(4);
    octets(SIZE).read(r, (bytes) => put(Buffer.from(bytes).toString('hex')));
  },
  write(w, value) {
    w.wire.align(4);
    w.wire.bytes(Buffer.from(value, 'hex'));
  },
};

/** The handle of nothing: what a failed open and a close answer. */
export const NO_HANDLE = '00'.repeat(SIZE);
