import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** Flags of READ (MS-SMB2 2.2.19). */
export const ReadFlag = { UNBUFFERED: 0x01, REQUEST_COMPRESSED: 0x02 } as const;

/** READ Request (MS-SMB2 2.2.19). */
export interface ReadRequest {
  /** Where the client wants the data to begin, in bytes from the response's header; a wish. */
  readonly padding: number;
  readonly flags: number;
  /** Bytes. */
  readonly length: number;
  /** Bytes; above 2^53 − 1 rounded, see `Reader.u64leWide`. */
  readonly offset: number;
  readonly fileId: FileId;
  readonly minimumCount: number;
  readonly channel: number;
  readonly remainingBytes: number;
  readonly readChannelInfo: Uint8Array;
}

/** READ Response (MS-SMB2 2.2.20). */
export interface ReadResponse {
  readonly dataRemaining: number;
  readonly data: Uint8Array;
}

const REQUEST_SIZE = 49;
const REQUEST_FIXED_END = HEADER_SIZE + 48;
const RESPONSE_SIZE = 17;
const RESPONSE_FIXED_END = HEADER_SIZE + 16;

/** READ Request (MS-SMB2 2.2.19). */
export const readRequest: Codec<ReadRequest> = {
  read(r: Reader): ReadRequest {
    structureSize(r, REQUEST_SIZE);
    const padding = r.u8();
    const flags = r.u8();
    const length = r.u32le();
    const offset = r.u64leWide();
    const fileId = readFileId(r);
    const minimumCount = r.u32le();
    const channel = r.u32le();
    const remainingBytes = r.u32le();
    const infoOffset = r.u16le();
    const infoLength = r.u16le();
    const readChannelInfo = variablePart(r, infoOffset, infoLength, REQUEST_FIXED_END);
    return { padding, flags, length, offset, fileId, minimumCount, channel, remainingBytes, readChannelInfo };
  },
  write(w: Writer, value: ReadRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u8(value.padding);
    w.u8(value.flags);
    w.u32le(value.length);
    w.u64leNumber(value.offset);
    writeFileId(w, value.fileId);
    w.u32le(value.minimumCount);
    w.u32le(value.channel);
    w.u32le(value.remainingBytes);
    w.u16le(value.readChannelInfo.length === 0 ? 0 : REQUEST_FIXED_END);
    w.u16le(value.readChannelInfo.length);
    w.bytes(value.readChannelInfo);
    // 2.2.19: the buffer is at least one byte long.
    if (value.readChannelInfo.length === 0) w.u8(0);
  },
};

/** READ Response (MS-SMB2 2.2.20). The data is attached, not copied. */
export const readResponse: Codec<ReadResponse> = {
  read(r: Reader): ReadResponse {
    structureSize(r, RESPONSE_SIZE);
    const dataOffset = r.u8();
    r.skip(1);
    const dataLength = r.u32le();
    const dataRemaining = r.u32le();
    r.skip(4);
    return { dataRemaining, data: variablePart(r, dataOffset, dataLength, RESPONSE_FIXED_END) };
  },
  write(w: Writer, value: ReadResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.u8(RESPONSE_FIXED_END);
    w.u8(0);
    w.u32le(value.data.length);
    w.u32le(value.dataRemaining);
    w.zeros(4);
    w.attach(value.data);
    // 2.2.20: the buffer is at least one byte long.
    if (value.data.length === 0) w.u8(0);
  },
};
