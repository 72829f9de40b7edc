import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';

/** Body of response (C706 12.6.4.10). */
export interface Response {
  /** Octets of the stub from here on, this fragment's included. */
  readonly allocHint: number;
  readonly contextId: number;
  readonly cancelCount: number;
  readonly stub: Uint8Array;
}

/** Octets before the stub, header not included. */
export const RESPONSE_SIZE = 8;

export const response: Codec<Response> = {
  read(r: Reader): Response {
    const [allocHint, contextId, cancelCount] = [r.u32le(), r.u16le(), r.u8()];
    r.skip(1);
    return { allocHint, contextId, cancelCount, stub: r.bytes(r.remaining) };
  },
  write(w: Writer, value: Response): void {
    w.u32le(value.allocHint);
    w.u16le(value.contextId);
    w.u8(value.cancelCount);
    w.u8(0);
    w.bytes(value.stub);
  },
};
