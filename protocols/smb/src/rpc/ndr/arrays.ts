import { WireError } from '@polynas/core/wire';
import type { Ndr, NdrReader } from './ndr.ts';
import { unique } from './pointers.ts';
import { u32 } from './scalars.ts';

/** The count that precedes an array; each element takes at least one octet, so a count beyond the stub's end is false before anything is allocated. */
function readCount(r: NdrReader): number {
  const count = r.wire.align(4).u32le();
  if (count > r.wire.remaining) throw new WireError(`array of ${count} elements in ${r.wire.remaining} octets`);
  return count;
}

/** A conformant array (C706 14.3.3.2): its maximum count, then all elements. */
export function conformantArray<T>(element: Ndr<T>): Ndr<readonly T[]> {
  return {
    alignment: 4,
    read(r, put) {
      const count = readCount(r);
      // Elements may be put only later: the length is right from the beginning.
      const out: T[] = [];
      out.length = count;
      for (let index = 0; index < count; index++) {
        element.read(r, (value) => {
          out[index] = value;
        });
      }
      put(out);
    },
    write(w, value) {
      u32.write(w, value.length);
      for (const one of value) element.write(w, one);
    },
  };
}

/** A conformant array of octets. */
export const conformantOctets: Ndr<Uint8Array> = {
  alignment: 4,
  read: (r, put) => put(r.wire.bytes(readCount(r))),
  write(w, value) {
    u32.write(w, value.length);
    w.wire.bytes(value);
  },
};

/**
 * Two members that occur together in most containers: a count, and a unique pointer to the array of so many elements. The null pointer is `undefined`, and stands for no
 * elements: another count before it is refused, as is one that differs from the array's own.
 */
export function counted<T>(element: Ndr<T>): Ndr<readonly T[] | undefined> {
  const pointer = unique(conformantArray(element));
  return {
    alignment: 4,
    read(r, put) {
      const count = r.wire.align(4).u32le();
      pointer.read(r, (value) => {
        if ((value?.length ?? 0) !== count)
          throw new WireError(`${count} elements announced, ${value?.length ?? 0} there`);
        put(value);
      });
    },
    write(w, value) {
      u32.write(w, value?.length ?? 0);
      pointer.write(w, value);
    },
  };
}
