import { WireError } from '@polynas/core/wire';
import type { Ndr, NdrReader } from './ndr.ts';
import { unique } from './pointers.ts';
import { u16, u32 } from './scalars.ts';

/** The three counts of a conformant and varying array (C706 14.3.3.4), in UTF-16 units; returns how many units follow. */
function readCounts(r: NdrReader): { readonly maximum: number; readonly actual: number } {
  const [maximum, offset, actual] = [r.wire.align(4).u32le(), r.wire.u32le(), r.wire.u32le()];
  if (offset !== 0) throw new WireError(`text that begins at unit ${offset} of its array`);
  if (actual > maximum) throw new WireError(`${actual} units in an array of ${maximum}`);
  return { maximum, actual };
}

/** `[string] wchar_t *` behind its pointer (C706 14.3.4): UTF-16LE, ended by a NUL that is counted and not part of the value. */
export const wideString: Ndr<string> = {
  alignment: 4,
  read(r, put) {
    const { actual } = readCounts(r);
    const text = r.wire.utf16le(actual * 2);
    if (!text.endsWith('\0')) throw new WireError('string without its end');
    put(text.slice(0, -1));
  },
  write(w, value) {
    for (const count of [value.length + 1, 0, value.length + 1]) u32.write(w, count);
    w.wire.utf16le(value);
    w.wire.u16le(0);
  },
};

/**
 * RPC_UNICODE_STRING (MS-DTYP 2.3.10): not ended by NUL; the null buffer is `undefined`.
 * @param spare octets that MaximumLength exceeds Length by when it is written: servers leave room for a NUL in some structures, and in others none
 */
export function unicodeString(spare: 0 | 2 = 0): Ndr<string | undefined> {
  return {
    alignment: 4,
    read(r, put) {
      const [length, maximum] = [r.wire.align(4).u16le(), r.wire.u16le()];
      if (length % 2 !== 0 || length > maximum) throw new WireError(`text of ${length} octets in ${maximum}`);
      unique(units(maximum)).read(r, (value) => {
        if ((value?.length ?? 0) * 2 !== length) throw new WireError(`${length} octets of text announced`);
        put(value);
      });
    },
    write(w, value) {
      const length = (value?.length ?? 0) * 2;
      const maximum = value === undefined ? 0 : length + spare;
      w.wire.align(4);
      u16.write(w, length);
      u16.write(w, maximum);
      unique(units(maximum)).write(w, value);
    },
  };
}

/** The buffer of RPC_UNICODE_STRING. @param maximum its size in octets */
function units(maximum: number): Ndr<string> {
  return {
    alignment: 4,
    read(r, put) {
      const counts = readCounts(r);
      if (counts.maximum !== maximum >> 1) throw new WireError(`${counts.maximum} units where ${maximum >> 1} are due`);
      put(r.wire.utf16le(counts.actual * 2));
    },
    write(w, value) {
      for (const count of [maximum >> 1, 0, value.length]) u32.write(w, count);
      w.wire.utf16le(value);
    },
  };
}
