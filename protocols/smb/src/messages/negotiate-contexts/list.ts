import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';
import { decode, encode } from '../whole.ts';

/** Context types (MS-SMB2 2.2.3.1). Those not known here are kept as they are and not answered. */
export const NegotiateContextType = {
  PREAUTH_INTEGRITY_CAPABILITIES: 0x0001,
  ENCRYPTION_CAPABILITIES: 0x0002,
  COMPRESSION_CAPABILITIES: 0x0003,
  NETNAME_NEGOTIATE_CONTEXT_ID: 0x0005,
  TRANSPORT_CAPABILITIES: 0x0006,
  RDMA_TRANSFORM_CAPABILITIES: 0x0007,
  SIGNING_CAPABILITIES: 0x0008,
} as const;

/** SMB2 NEGOTIATE_CONTEXT (MS-SMB2 2.2.3.1): `data` is decoded by the codec of its type. */
export interface NegotiateContext {
  readonly contextType: number;
  readonly data: Uint8Array;
}

/** Reads `count` contexts, each at a multiple of 8 from the header's start (the frame's start). */
export function readNegotiateContexts(r: Reader, count: number): readonly NegotiateContext[] {
  const contexts: NegotiateContext[] = [];
  for (let index = 0; index < count; index++) {
    r.align(8);
    const contextType = r.u16le();
    const dataLength = r.u16le();
    r.skip(4);
    contexts.push({ contextType, data: r.bytes(dataLength) });
  }
  return contexts;
}

/** @param headerStart the Writer's length where the header began */
export function writeNegotiateContexts(w: Writer, contexts: readonly NegotiateContext[], headerStart: number): void {
  for (const context of contexts) {
    w.align(8, headerStart);
    w.u16le(context.contextType);
    w.u16le(context.data.length);
    w.zeros(4);
    w.bytes(context.data);
  }
}

/** The decoded data of the first context of a type, `undefined` when there is none. */
export function findNegotiateContext<T>(
  contexts: readonly NegotiateContext[],
  contextType: number,
  codec: Codec<T>,
): T | undefined {
  const found = contexts.find((context) => context.contextType === contextType);
  return found === undefined ? undefined : decode(codec, found.data);
}

export function negotiateContext<T>(contextType: number, codec: Codec<T>, value: T): NegotiateContext {
  return { contextType, data: encode(codec, value) };
}
