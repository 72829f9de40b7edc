import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** SET_INFO Request (MS-SMB2 2.2.39). */
export interface SetInfoRequest {
  readonly infoType: number;
  readonly fileInfoClass: number;
  readonly additionalInformation: number;
  readonly fileId: FileId;
  readonly buffer: Uint8Array;
}

/** SET_INFO Response (MS-SMB2 2.2.40). */
export type SetInfoResponse = Readonly<Record<string, never>>;

const REQUEST_SIZE = 33;
const REQUEST_FIXED_END = HEADER_SIZE + 32;
const RESPONSE_SIZE = 2;
const NOTHING: SetInfoResponse = {};

/** SET_INFO Request (MS-SMB2 2.2.39). */
export const setInfoRequest: Codec<SetInfoRequest> = {
  read(r: Reader): SetInfoRequest {
    structureSize(r, REQUEST_SIZE);
    const infoType = r.u8();
    const fileInfoClass = r.u8();
    const length = r.u32le();
    const offset = r.u16le();
    r.skip(2);
    const additionalInformation = r.u32le();
    const fileId = readFileId(r);
    const buffer = variablePart(r, offset, length, REQUEST_FIXED_END);
    return { infoType, fileInfoClass, additionalInformation, fileId, buffer };
  },
  write(w: Writer, value: SetInfoRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u8(value.infoType);
    w.u8(value.fileInfoClass);
    w.u32le(value.buffer.length);
    w.u16le(REQUEST_FIXED_END);
    w.zeros(2);
    w.u32le(value.additionalInformation);
    writeFileId(w, value.fileId);
    w.attach(value.buffer);
    // The buffer is at least one byte long, as the odd StructureSize says.
    if (value.buffer.length === 0) w.u8(0);
  },
};

/** SET_INFO Response (MS-SMB2 2.2.40). */
export const setInfoResponse: Codec<SetInfoResponse> = {
  read(r: Reader): SetInfoResponse {
    structureSize(r, RESPONSE_SIZE);
    return NOTHING;
  },
  write(w: Writer): void {
    w.u16le(RESPONSE_SIZE);
  },
};
