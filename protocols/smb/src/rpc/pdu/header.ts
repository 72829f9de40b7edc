import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';

/** PTYPE of the connection-oriented PDUs (C706 12.6.4, MS-RPCE 2.2.2.1) that occur on a pipe. */
export const PduType = {
  REQUEST: 0,
  RESPONSE: 2,
  FAULT: 3,
  BIND: 11,
  BIND_ACK: 12,
  BIND_NAK: 13,
  ALTER_CONTEXT: 14,
  ALTER_CONTEXT_RESP: 15,
  AUTH3: 16,
  CO_CANCEL: 18,
  ORPHANED: 19,
} as const;

/** pfc_flags (C706 12.6.3.1). */
export const PduFlag = {
  FIRST_FRAG: 0x01,
  LAST_FRAG: 0x02,
  PENDING_CANCEL: 0x04,
  CONC_MPX: 0x10,
  DID_NOT_EXECUTE: 0x20,
  MAYBE: 0x40,
  OBJECT_UUID: 0x80,
} as const;

/** The header that begins every PDU (C706 12.6.3.1). */
export interface PduHeader {
  readonly type: number;
  readonly flags: number;
  /** Octets of the whole fragment, header and verifier included. */
  readonly fragLength: number;
  /** Octets of the authentication token; its trailer of 8 octets and its padding not included. */
  readonly authLength: number;
  readonly callId: number;
}

export const PDU_HEADER_SIZE = 16;

const VERSION = 5;
/** Later minors of version 5 speak as the first one, which clients never offer alone. */
const MAX_MINOR = 1;
/** packed_drep[0]: little-endian integers, ASCII (C706 14.1); behind it IEEE floating point and two zeros. */
const LITTLE_ENDIAN = 0x10;

export const pduHeader: Codec<PduHeader> = {
  read(r: Reader): PduHeader {
    const [version, minor, type, flags, representation] = [r.u8(), r.u8(), r.u8(), r.u8(), r.u8()];
    if (version !== VERSION || minor > MAX_MINOR) throw new WireError(`RPC version ${version}.${minor}`);
    if (representation !== LITTLE_ENDIAN) throw new WireError(`data representation 0x${representation.toString(16)}`);
    r.skip(3);
    const [fragLength, authLength, callId] = [r.u16le(), r.u16le(), r.u32le()];
    if (fragLength < PDU_HEADER_SIZE) throw new WireError(`fragment of ${fragLength} octets`);
    return { type, flags, fragLength, authLength, callId };
  },
  write(w: Writer, value: PduHeader): void {
    w.u8(VERSION);
    w.u8(0);
    w.u8(value.type);
    w.u8(value.flags);
    w.u8(LITTLE_ENDIAN);
    w.zeros(3);
    w.u16le(value.fragLength);
    w.u16le(value.authLength);
    w.u32le(value.callId);
  },
};
