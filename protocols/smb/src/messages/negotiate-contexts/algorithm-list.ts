import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** A count and as many 16-bit ids: the shape of the encryption and the signing context. */
export const algorithmList: Codec<readonly number[]> = {
  read(r: Reader): readonly number[] {
    const count = r.u16le();
    const ids: number[] = [];
    for (let index = 0; index < count; index++) ids.push(r.u16le());
    return ids;
  },
  write(w: Writer, ids: readonly number[]): void {
    w.u16le(ids.length);
    for (const id of ids) w.u16le(id);
  },
};
