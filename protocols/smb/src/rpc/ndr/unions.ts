import { WireError } from '@polynas/core/wire';
import { alignmentOf, type Ndr } from './ndr.ts';
import { u32 } from './scalars.ts';

/** The arm that `selector` chooses; `undefined` for the empty default arm. */
export interface Selected<T> {
  readonly selector: number;
  readonly arm: T | undefined;
}

/**
 * A union that carries its discriminant of type `tag` (C706 14.3.8): whichever arm follows, it is aligned as the widest of them.
 * A discriminant without an arm has nothing behind it (`[default] ;`).
 */
export function union<T>(tag: Ndr<number>, arms: Readonly<Record<number, Ndr<T>>>): Ndr<Selected<T>> {
  const widest = alignmentOf(Object.values(arms));
  return {
    alignment: alignmentOf([tag, ...Object.values(arms)]),
    read(r, put) {
      tag.read(r, (selector) => {
        const type = Object.hasOwn(arms, selector) ? arms[selector] : undefined;
        if (type === undefined) return put({ selector, arm: undefined });
        r.wire.align(widest);
        return type.read(r, (arm) => put({ selector, arm }));
      });
    },
    write(w, { selector, arm }) {
      tag.write(w, selector);
      const type = Object.hasOwn(arms, selector) ? arms[selector] : undefined;
      if (type === undefined) return;
      w.wire.align(widest);
      type.write(w, arm as T);
    },
  };
}

/** A structure of a level and the union that it selects: both say the level, and must agree. */
export function levelled<T>(arms: Readonly<Record<number, Ndr<T>>>): Ndr<Selected<T>> {
  const body = union(u32, arms);
  return {
    alignment: 4,
    read(r, put) {
      const level = r.wire.align(4).u32le();
      body.read(r, (selected) => {
        if (selected.selector !== level)
          throw new WireError(`level ${level} with an arm of level ${selected.selector}`);
        put(selected);
      });
    },
    write(w, value) {
      u32.write(w, value.selector);
      body.write(w, value);
    },
  };
}
