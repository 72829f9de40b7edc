import type { Reader, Writer } from '@polynas/core/wire';
import { apart, type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** Flags of WRITE (MS-SMB2 2.2.21). */
export const WriteFlag = { WRITE_THROUGH: 0x1, WRITE_UNBUFFERED: 0x2 } as const;

/** WRITE Request (MS-SMB2 2.2.21). */
export interface WriteRequest {
  /** Bytes; above 2^53 − 1 rounded, see `Reader.u64leWide` (all ones: append). */
  readonly offset: number;
  readonly fileId: FileId;
  readonly channel: number;
  readonly remainingBytes: number;
  readonly flags: number;
  readonly data: Uint8Array;
  readonly writeChannelInfo: Uint8Array;
}

/** WRITE Response (MS-SMB2 2.2.22). */
export interface WriteResponse {
  /** Bytes written. */
  readonly count: number;
}

const REQUEST_SIZE = 49;
const REQUEST_FIXED_END = HEADER_SIZE + 48;
const RESPONSE_SIZE = 17;

/** WRITE Request (MS-SMB2 2.2.21). The data is attached, not copied; channel information follows it. */
export const writeRequest: Codec<WriteRequest> = {
  read(r: Reader): WriteRequest {
    structureSize(r, REQUEST_SIZE);
    const dataOffset = r.u16le();
    const length = r.u32le();
    const offset = r.u64leWide();
    const fileId = readFileId(r);
    const channel = r.u32le();
    const remainingBytes = r.u32le();
    const infoOffset = r.u16le();
    const infoLength = r.u16le();
    const flags = r.u32le();
    apart(dataOffset, length, infoOffset, infoLength);
    const data = variablePart(r, dataOffset, length, REQUEST_FIXED_END);
    const writeChannelInfo = variablePart(r, infoOffset, infoLength, REQUEST_FIXED_END);
    return { offset, fileId, channel, remainingBytes, flags, data, writeChannelInfo };
  },
  write(w: Writer, value: WriteRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u16le(REQUEST_FIXED_END);
    w.u32le(value.data.length);
    w.u64leNumber(value.offset);
    writeFileId(w, value.fileId);
    w.u32le(value.channel);
    w.u32le(value.remainingBytes);
    const infoLength = value.writeChannelInfo.length;
    w.u16le(infoLength === 0 ? 0 : REQUEST_FIXED_END + value.data.length);
    w.u16le(infoLength);
    w.u32le(value.flags);
    w.attach(value.data);
    w.bytes(value.writeChannelInfo);
    // 2.2.21: the buffer is at least one byte long.
    if (value.data.length + infoLength === 0) w.u8(0);
  },
};

/** WRITE Response (MS-SMB2 2.2.22). */
export const writeResponse: Codec<WriteResponse> = {
  read(r: Reader): WriteResponse {
    structureSize(r, RESPONSE_SIZE);
    r.skip(2);
    const count = r.u32le();
    r.skip(8);
    return { count };
  },
  write(w: Writer, value: WriteResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.zeros(2);
    w.u32le(value.count);
    w.zeros(8);
  },
};
