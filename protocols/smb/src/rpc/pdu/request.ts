import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';

/** Body of request (C706 12.6.4.9). */
export interface Request {
  /** Octets of all fragments' stubs together, as a hint that may be 0 and that nobody has to believe. */
  readonly allocHint: number;
  readonly contextId: number;
  readonly opnum: number;
  readonly stub: Uint8Array;
}

const UUID_SIZE = 16;

/** @param withObject the header has the flag OBJECT_UUID: an object follows that none of the services here looks at */
export function requestOf(withObject: boolean): Codec<Request> {
  return {
    read(r: Reader): Request {
      const [allocHint, contextId, opnum] = [r.u32le(), r.u16le(), r.u16le()];
      if (withObject) r.skip(UUID_SIZE);
      return { allocHint, contextId, opnum, stub: r.bytes(r.remaining) };
    },
    write(w: Writer, value: Request): void {
      w.u32le(value.allocHint);
      w.u16le(value.contextId);
      w.u16le(value.opnum);
      if (withObject) w.zeros(UUID_SIZE);
      w.bytes(value.stub);
    },
  };
}
