import { WireError } from '@polynas/core/wire';
import type { Ndr } from './ndr.ts';
import { u32 } from './scalars.ts';

/** A unique pointer (C706 14.3.11.3): `undefined` is the null pointer. */
export function unique<T>(referent: Ndr<T>): Ndr<T | undefined> {
  return {
    alignment: 4,
    read(r, put) {
      u32.read(r, (id) => {
        if (id === 0) put(undefined);
        else r.deferred.add(() => referent.read(r, put));
      });
    },
    write(w, value) {
      u32.write(w, value === undefined ? 0 : w.referent());
      if (value !== undefined) w.deferred.add(() => referent.write(w, value));
    },
  };
}

/** A pointer that is null in all that is said here: what it could point to has no codec, and comes as a `WireError`. */
export const nullPointer: Ndr<undefined> = {
  alignment: 4,
  read(r, put) {
    u32.read(r, (id) => {
      if (id !== 0) throw new WireError('a pointer that has to be null');
      put(undefined);
    });
  },
  write: (w) => u32.write(w, 0),
};
