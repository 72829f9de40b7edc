import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** VALIDATE_NEGOTIATE_INFO Request (MS-SMB2 2.2.31.4): what the client sent in its NEGOTIATE. */
export interface ValidateNegotiateInfoRequest {
  readonly capabilities: number;
  /** 16 bytes. */
  readonly guid: Uint8Array;
  readonly securityMode: number;
  readonly dialects: readonly number[];
}

/** VALIDATE_NEGOTIATE_INFO Response (MS-SMB2 2.2.32.6): what the server answered. */
export interface ValidateNegotiateInfoResponse {
  readonly capabilities: number;
  /** 16 bytes. */
  readonly guid: Uint8Array;
  readonly securityMode: number;
  readonly dialect: number;
}

export const validateNegotiateInfoRequest: Codec<ValidateNegotiateInfoRequest> = {
  read(r: Reader): ValidateNegotiateInfoRequest {
    const capabilities = r.u32le();
    const guid = r.bytes(16);
    const securityMode = r.u16le();
    const count = r.u16le();
    const dialects: number[] = [];
    for (let index = 0; index < count; index++) dialects.push(r.u16le());
    return { capabilities, guid, securityMode, dialects };
  },
  write(w: Writer, value: ValidateNegotiateInfoRequest): void {
    w.u32le(value.capabilities);
    w.bytes(value.guid);
    w.u16le(value.securityMode);
    w.u16le(value.dialects.length);
    for (const dialect of value.dialects) w.u16le(dialect);
  },
};

export const validateNegotiateInfoResponse: Codec<ValidateNegotiateInfoResponse> = {
  read(r: Reader): ValidateNegotiateInfoResponse {
    return { capabilities: r.u32le(), guid: r.bytes(16), securityMode: r.u16le(), dialect: r.u16le() };
  },
  write(w: Writer, value: ValidateNegotiateInfoResponse): void {
    w.u32le(value.capabilities);
    w.bytes(value.guid);
    w.u16le(value.securityMode);
    w.u16le(value.dialect);
  },
};
