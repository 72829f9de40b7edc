import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';
import { outputBuffer } from './output-buffer.ts';

/** InfoType of QUERY_INFO and SET_INFO (MS-SMB2 2.2.37, 2.2.39). */
export const InfoType = { FILE: 0x01, FILESYSTEM: 0x02, SECURITY: 0x03, QUOTA: 0x04 } as const;

/** AdditionalInformation for InfoType SECURITY (MS-SMB2 2.2.37). */
export const SecurityInformation = {
  OWNER: 0x0000_0001,
  GROUP: 0x0000_0002,
  DACL: 0x0000_0004,
  SACL: 0x0000_0008,
  LABEL: 0x0000_0010,
  ATTRIBUTE: 0x0000_0020,
  SCOPE: 0x0000_0040,
  BACKUP: 0x0001_0000,
} as const;

/** QUERY_INFO Request (MS-SMB2 2.2.37). */
export interface QueryInfoRequest {
  readonly infoType: number;
  readonly fileInfoClass: number;
  /** Bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  readonly additionalInformation: number;
  readonly flags: number;
  readonly fileId: FileId;
  /** A list of EA names or quota SIDs; else empty. */
  readonly inputBuffer: Uint8Array;
}

const REQUEST_SIZE = 41;
const REQUEST_FIXED_END = HEADER_SIZE + 40;

/** QUERY_INFO Request (MS-SMB2 2.2.37). */
export const queryInfoRequest: Codec<QueryInfoRequest> = {
  read(r: Reader): QueryInfoRequest {
    structureSize(r, REQUEST_SIZE);
    const infoType = r.u8();
    const fileInfoClass = r.u8();
    const outputBufferLength = r.u32le();
    const inputOffset = r.u16le();
    r.skip(2);
    const inputLength = r.u32le();
    const additionalInformation = r.u32le();
    const flags = r.u32le();
    const fileId = readFileId(r);
    const inputBuffer = variablePart(r, inputOffset, inputLength, REQUEST_FIXED_END);
    return { infoType, fileInfoClass, outputBufferLength, additionalInformation, flags, fileId, inputBuffer };
  },
  write(w: Writer, value: QueryInfoRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u8(value.infoType);
    w.u8(value.fileInfoClass);
    w.u32le(value.outputBufferLength);
    w.u16le(value.inputBuffer.length === 0 ? 0 : REQUEST_FIXED_END);
    w.zeros(2);
    w.u32le(value.inputBuffer.length);
    w.u32le(value.additionalInformation);
    w.u32le(value.flags);
    writeFileId(w, value.fileId);
    w.bytes(value.inputBuffer);
    // The buffer is at least one byte long, as the odd StructureSize says.
    if (value.inputBuffer.length === 0) w.u8(0);
  },
};

/** QUERY_INFO Response (MS-SMB2 2.2.38): the information class asked for. */
export const queryInfoResponse = outputBuffer;
