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
