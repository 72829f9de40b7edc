import { alignmentOf, type Ndr } from './ndr.ts';

/** Members in their order on the wire. */
type Members<T> = { readonly [K in keyof T]: Ndr<T[K]> };

type AnyMembers = readonly (readonly [string, Ndr<unknown>])[];

/** A structure (C706 14.3.6), aligned as its widest member. */
export function struct<T extends object>(members: Members<T>): Ndr<T> {
  const list = Object.entries(members) as unknown as AnyMembers;
  const alignment = alignmentOf(list.map(([, type]) => type));
  return {
    alignment,
    read(r, put) {
      r.wire.align(alignment);
      const out: Record<string, unknown> = {};
      for (const [name, type] of list) {
        type.read(r, (value) => {
          out[name] = value;
        });
      }
      put(out as T);
    },
    write(w, value) {
      w.wire.align(alignment);
      for (const [name, type] of list) type.write(w, (value as Record<string, unknown>)[name]);
    },
  };
}

/** The parameters of one direction of a call: each is followed by what it refers to (C706 14.2, 14.3.12.2). What follows the last one is not looked at: clients pad. */
export function parameters<T extends object>(members: Members<T>): Ndr<T> {
  const list = Object.entries(members) as unknown as AnyMembers;
  return {
    alignment: 1,
    read(r, put) {
      const out: Record<string, unknown> = {};
      for (const [name, type] of list) {
        type.read(r, (value) => {
          out[name] = value;
        });
        r.deferred.settle();
      }
      put(out as T);
    },
    write(w, value) {
      for (const [name, type] of list) {
        type.write(w, (value as Record<string, unknown>)[name]);
        w.deferred.settle();
      }
    },
  };
}
