import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import type { Codec } from './codec.ts';
import { TRANSFORM_PROTOCOL_ID } from './header.ts';

/** Bytes of the TRANSFORM_HEADER; what it covers follows. */
export const TRANSFORM_HEADER_SIZE = 52;
/** From here to the header's end is authenticated beside the message (MS-SMB2 3.1.4.3). */
export const TRANSFORM_AAD_OFFSET = 20;
/** Flags (3.1.1) or EncryptionAlgorithm AES-128-CCM (3.0, 3.0.2): the same value. */
export const TRANSFORM_ENCRYPTED = 0x0001;

/** TRANSFORM_HEADER (MS-SMB2 2.2.41). */
export interface TransformHeader {
  /** 16 bytes. */
  readonly signature: Uint8Array;
  /** 16 bytes: 11 (CCM) or 12 (GCM) are used. */
  readonly nonce: Uint8Array;
  /** Bytes of the message before encryption. */
  readonly originalMessageSize: number;
  readonly flags: number;
  readonly sessionId: bigint;
}

/** TRANSFORM_HEADER (MS-SMB2 2.2.41). */
export const transformHeader: Codec<TransformHeader> = {
  read(r: Reader): TransformHeader {
    if (r.u32le() !== TRANSFORM_PROTOCOL_ID) throw new WireError('not a TRANSFORM_HEADER');
    const signature = r.bytes(16);
    const nonce = r.bytes(16);
    const originalMessageSize = r.u32le();
    r.skip(2);
    return { signature, nonce, originalMessageSize, flags: r.u16le(), sessionId: r.u64le() };
  },
  write(w: Writer, value: TransformHeader): void {
    w.u32le(TRANSFORM_PROTOCOL_ID);
    w.bytes(value.signature);
    w.bytes(value.nonce);
    w.u32le(value.originalMessageSize);
    w.zeros(2);
    w.u16le(value.flags);
    w.u64le(value.sessionId);
  },
};
