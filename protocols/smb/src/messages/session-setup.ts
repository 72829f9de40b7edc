import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';

/** Flags of the request: bind to an existing session (multichannel). */
export const SESSION_FLAG_BINDING = 0x01;

/** SessionFlags of the response (MS-SMB2 2.2.6). */
export const SessionFlag = { IS_GUEST: 0x0001, IS_NULL: 0x0002, ENCRYPT_DATA: 0x0004 } as const;

/** SESSION_SETUP Request (MS-SMB2 2.2.5). */
export interface SessionSetupRequest {
  readonly flags: number;
  readonly securityMode: number;
  readonly capabilities: number;
  readonly channel: number;
  readonly previousSessionId: bigint;
  readonly securityBuffer: Uint8Array;
}

/** SESSION_SETUP Response (MS-SMB2 2.2.6). */
export interface SessionSetupResponse {
  readonly sessionFlags: number;
  readonly securityBuffer: Uint8Array;
}

const REQUEST_SIZE = 25;
const REQUEST_FIXED_END = HEADER_SIZE + 24;
const RESPONSE_SIZE = 9;
const RESPONSE_FIXED_END = HEADER_SIZE + 8;

/** SESSION_SETUP Request (MS-SMB2 2.2.5). */
export const sessionSetupRequest: Codec<SessionSetupRequest> = {
  read(r: Reader): SessionSetupRequest {
    structureSize(r, REQUEST_SIZE);
    const flags = r.u8();
    const securityMode = r.u8();
    const capabilities = r.u32le();
    const channel = r.u32le();
    const offset = r.u16le();
    const length = r.u16le();
    const previousSessionId = r.u64le();
    const securityBuffer = variablePart(r, offset, length, REQUEST_FIXED_END);
    return { flags, securityMode, capabilities, channel, previousSessionId, securityBuffer };
  },
  write(w: Writer, value: SessionSetupRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u8(value.flags);
    w.u8(value.securityMode);
    w.u32le(value.capabilities);
    w.u32le(value.channel);
    w.u16le(REQUEST_FIXED_END);
    w.u16le(value.securityBuffer.length);
    w.u64le(value.previousSessionId);
    w.bytes(value.securityBuffer);
  },
};

/** SESSION_SETUP Response (MS-SMB2 2.2.6). */
export const sessionSetupResponse: Codec<SessionSetupResponse> = {
  read(r: Reader): SessionSetupResponse {
    structureSize(r, RESPONSE_SIZE);
    const sessionFlags = r.u16le();
    const offset = r.u16le();
    const length = r.u16le();
    return { sessionFlags, securityBuffer: variablePart(r, offset, length, RESPONSE_FIXED_END) };
  },
  write(w: Writer, value: SessionSetupResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.u16le(value.sessionFlags);
    w.u16le(RESPONSE_FIXED_END);
    w.u16le(value.securityBuffer.length);
    w.bytes(value.securityBuffer);
  },
};
