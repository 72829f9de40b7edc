import type { Ndr } from './ndr.ts';

export const u8: Ndr<number> = {
  alignment: 1,
  read: (r, put) => put(r.wire.u8()),
  write: (w, value) => w.wire.u8(value),
};

/** `unsigned short`, and an enumeration without `v1_enum` (MS-RPCE 2.2.5.3.1). */
export const u16: Ndr<number> = {
  alignment: 2,
  read: (r, put) => put(r.wire.align(2).u16le()),
  write(w, value) {
    w.wire.align(2);
    w.wire.u16le(value);
  },
};

export const u32: Ndr<number> = {
  alignment: 4,
  read: (r, put) => put(r.wire.align(4).u32le()),
  write(w, value) {
    w.wire.align(4);
    w.wire.u32le(value);
  },
};

export const i32: Ndr<number> = {
  alignment: 4,
  read: (r, put) => put(r.wire.align(4).i32le()),
  write(w, value) {
    w.wire.align(4);
    w.wire.i32le(value);
  },
};

/** `length` octets, as arrays of fixed length have them. */
export function octets(length: number): Ndr<Uint8Array> {
  return {
    alignment: 1,
    read: (r, put) => put(r.wire.bytes(length)),
    write: (w, value) => w.wire.bytes(value),
  };
}
