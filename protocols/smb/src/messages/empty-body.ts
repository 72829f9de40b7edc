import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';

/** A body that says nothing: StructureSize 4 and two reserved bytes. */
export type EmptyBody = Readonly<Record<string, never>>;

const NOTHING: EmptyBody = {};

export const emptyBody: Codec<EmptyBody> = {
  read(r: Reader): EmptyBody {
    structureSize(r, 4);
    r.skip(2);
    return NOTHING;
  },
  write(w: Writer): void {
    w.u16le(4);
    w.zeros(2);
  },
};
