import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE } from './codec.ts';

/** 0xFE 'S' 'M' 'B', as a little-endian number. */
export const PROTOCOL_ID = 0x424d_53fe;
/** 0xFF 'S' 'M' 'B': an SMB1 message; only a multi-protocol negotiate is ever answered. */
export const SMB1_PROTOCOL_ID = 0x424d_53ff;
/** 0xFD 'S' 'M' 'B': TRANSFORM_HEADER. */
export const TRANSFORM_PROTOCOL_ID = 0x424d_53fd;
/** 0xFC 'S' 'M' 'B': COMPRESSION_TRANSFORM_HEADER. */
export const COMPRESSION_PROTOCOL_ID = 0x424d_53fc;

/** Header flags (MS-SMB2 2.2.1.2). */
export const HeaderFlag = {
  SERVER_TO_REDIR: 0x0000_0001,
  ASYNC_COMMAND: 0x0000_0002,
  RELATED_OPERATIONS: 0x0000_0004,
  SIGNED: 0x0000_0008,
  PRIORITY_MASK: 0x0000_0070,
  DFS_OPERATIONS: 0x1000_0000,
  REPLAY_OPERATION: 0x2000_0000,
} as const;

interface HeaderFields {
  readonly creditCharge: number;
  /** Status of a response; in a request of dialect 3.x the low half is the ChannelSequence. */
  readonly status: number;
  readonly command: number;
  /** CreditRequest or CreditResponse. */
  readonly credits: number;
  readonly flags: number;
  /** Bytes from this header to the next one of the compound, 0 in the last. */
  readonly nextCommand: number;
  readonly messageId: bigint;
  readonly sessionId: bigint;
  /** 16 bytes. */
  readonly signature: Uint8Array;
}

/** SMB2 header, SYNC (MS-SMB2 2.2.1.2). */
export interface SyncHeader extends HeaderFields {
  readonly asyncId?: undefined;
  /** Clients put a process id here; to be ignored. */
  readonly reserved: number;
  readonly treeId: number;
}

/** SMB2 header, ASYNC (MS-SMB2 2.2.1.1): `flags` has ASYNC_COMMAND. */
export interface AsyncHeader extends HeaderFields {
  readonly asyncId: bigint;
}

export type Header = SyncHeader | AsyncHeader;

/** Bytes from the header's start to its Signature. */
export const SIGNATURE_OFFSET = 48;
export const SIGNATURE_SIZE = 16;
export const NO_SIGNATURE: Uint8Array = new Uint8Array(SIGNATURE_SIZE);

/** SMB2 header (MS-SMB2 2.2.1). */
export const header: Codec<Header> = {
  read(r: Reader): Header {
    if (r.u32le() !== PROTOCOL_ID) throw new WireError('not an SMB2 header');
    if (r.u16le() !== HEADER_SIZE) throw new WireError('SMB2 header of another size');
    const creditCharge = r.u16le();
    const status = r.u32le();
    const command = r.u16le();
    const credits = r.u16le();
    const flags = r.u32le();
    const nextCommand = r.u32le();
    const messageId = r.u64le();
    const start = { creditCharge, status, command, credits, flags, nextCommand, messageId };
    if ((flags & HeaderFlag.ASYNC_COMMAND) !== 0) {
      return { ...start, asyncId: r.u64le(), sessionId: r.u64le(), signature: r.bytes(SIGNATURE_SIZE) };
    }
    return {
      ...start,
      reserved: r.u32le(),
      treeId: r.u32le(),
      sessionId: r.u64le(),
      signature: r.bytes(SIGNATURE_SIZE),
    };
  },
  write(w: Writer, value: Header): void {
    w.u32le(PROTOCOL_ID);
    w.u16le(HEADER_SIZE);
    w.u16le(value.creditCharge);
    w.u32le(value.status);
    w.u16le(value.command);
    w.u16le(value.credits);
    w.u32le(value.flags);
    w.u32le(value.nextCommand);
    w.u64le(value.messageId);
    if (value.asyncId !== undefined) w.u64le(value.asyncId);
    else {
      w.u32le(value.reserved);
      w.u32le(value.treeId);
    }
    w.u64le(value.sessionId);
    w.bytes(value.signature);
  },
};
