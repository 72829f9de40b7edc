import type { Reader, Writer } from '@polynas/core/wire';
import { apart, type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** CtlCode (MS-SMB2 2.2.31, MS-FSCC 2.3). */
export const CtlCode = {
  FSCTL_DFS_GET_REFERRALS: 0x0006_0194,
  FSCTL_DFS_GET_REFERRALS_EX: 0x0006_01b0,
  FSCTL_SET_REPARSE_POINT: 0x0009_00a4,
  FSCTL_GET_REPARSE_POINT: 0x0009_00a8,
  FSCTL_SET_SPARSE: 0x0009_00c4,
  FSCTL_CREATE_OR_GET_OBJECT_ID: 0x0009_00c0,
  FSCTL_FILE_LEVEL_TRIM: 0x0009_8208,
  FSCTL_SET_ZERO_DATA: 0x0009_80c8,
  FSCTL_QUERY_ALLOCATED_RANGES: 0x0009_40cf,
  FSCTL_GET_COMPRESSION: 0x0009_003c,
  FSCTL_SET_COMPRESSION: 0x0009_c040,
  FSCTL_GET_INTEGRITY_INFORMATION: 0x0009_027c,
  FSCTL_DUPLICATE_EXTENTS_TO_FILE: 0x0009_8344,
  FSCTL_PIPE_PEEK: 0x0011_400c,
  FSCTL_PIPE_WAIT: 0x0011_0018,
  FSCTL_PIPE_TRANSCEIVE: 0x0011_c017,
  FSCTL_SRV_ENUMERATE_SNAPSHOTS: 0x0014_4064,
  FSCTL_SRV_REQUEST_RESUME_KEY: 0x0014_0078,
  FSCTL_SRV_COPYCHUNK: 0x0014_40f2,
  FSCTL_SRV_COPYCHUNK_WRITE: 0x0014_80f2,
  FSCTL_SRV_READ_HASH: 0x0014_41bb,
  FSCTL_LMR_REQUEST_RESILIENCY: 0x0014_01d4,
  FSCTL_QUERY_NETWORK_INTERFACE_INFO: 0x0014_01fc,
  FSCTL_VALIDATE_NEGOTIATE_INFO: 0x0014_0204,
} as const;

/** Flags: the call is an FSCTL (without it, an IOCTL, which is never supported). */
export const IOCTL_IS_FSCTL = 0x0000_0001;

/** IOCTL Request (MS-SMB2 2.2.31). */
export interface IoctlRequest {
  readonly ctlCode: number;
  readonly fileId: FileId;
  readonly maxInputResponse: number;
  readonly maxOutputResponse: number;
  readonly flags: number;
  readonly input: Uint8Array;
  /** Always empty from a proper client. */
  readonly output: Uint8Array;
}

/** IOCTL Response (MS-SMB2 2.2.32). */
export interface IoctlResponse {
  readonly ctlCode: number;
  readonly fileId: FileId;
  readonly flags: number;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

const REQUEST_SIZE = 57;
const REQUEST_FIXED_END = HEADER_SIZE + 56;
const RESPONSE_SIZE = 49;
const RESPONSE_FIXED_END = HEADER_SIZE + 48;

/** IOCTL Request (MS-SMB2 2.2.31). */
export const ioctlRequest: Codec<IoctlRequest> = {
  read(r: Reader): IoctlRequest {
    structureSize(r, REQUEST_SIZE);
    r.skip(2);
    const ctlCode = r.u32le();
    const fileId = readFileId(r);
    const inputOffset = r.u32le();
    const inputCount = r.u32le();
    const maxInputResponse = r.u32le();
    const outputOffset = r.u32le();
    const outputCount = r.u32le();
    const maxOutputResponse = r.u32le();
    const flags = r.u32le();
    r.skip(4);
    apart(inputOffset, inputCount, outputOffset, outputCount);
    const input = variablePart(r, inputOffset, inputCount, REQUEST_FIXED_END);
    const output = variablePart(r, outputOffset, outputCount, REQUEST_FIXED_END);
    return { ctlCode, fileId, maxInputResponse, maxOutputResponse, flags, input, output };
  },
  write(w: Writer, value: IoctlRequest): void {
    const start = w.length - HEADER_SIZE;
    w.u16le(REQUEST_SIZE);
    w.zeros(2);
    w.u32le(value.ctlCode);
    writeFileId(w, value.fileId);
    const inputOffset = w.reserve(4);
    w.u32le(value.input.length);
    w.u32le(value.maxInputResponse);
    const outputOffset = w.reserve(4);
    w.u32le(value.output.length);
    w.u32le(value.maxOutputResponse);
    w.u32le(value.flags);
    w.zeros(4);
    if (value.input.length > 0) w.patchU32le(inputOffset, REQUEST_FIXED_END);
    w.attach(value.input);
    if (value.output.length > 0) {
      w.align(8, start);
      w.patchU32le(outputOffset, w.length - start);
      w.attach(value.output);
    }
    // The buffer is at least one byte long, as the odd StructureSize says.
    if (value.input.length + value.output.length === 0) w.u8(0);
  },
};

/** IOCTL Response (MS-SMB2 2.2.32). */
export const ioctlResponse: Codec<IoctlResponse> = {
  read(r: Reader): IoctlResponse {
    structureSize(r, RESPONSE_SIZE);
    r.skip(2);
    const ctlCode = r.u32le();
    const fileId = readFileId(r);
    const inputOffset = r.u32le();
    const inputCount = r.u32le();
    const outputOffset = r.u32le();
    const outputCount = r.u32le();
    const flags = r.u32le();
    r.skip(4);
    apart(inputOffset, inputCount, outputOffset, outputCount);
    const input = variablePart(r, inputOffset, inputCount, RESPONSE_FIXED_END);
    const output = variablePart(r, outputOffset, outputCount, RESPONSE_FIXED_END);
    return { ctlCode, fileId, flags, input, output };
  },
  write(w: Writer, value: IoctlResponse): void {
    const start = w.length - HEADER_SIZE;
    w.u16le(RESPONSE_SIZE);
    w.zeros(2);
    w.u32le(value.ctlCode);
    writeFileId(w, value.fileId);
    w.u32le(RESPONSE_FIXED_END);
    w.u32le(value.input.length);
    const outputOffset = w.reserve(4);
    w.u32le(value.output.length);
    w.u32le(value.flags);
    w.zeros(4);
    w.attach(value.input);
    if (value.input.length > 0 && value.output.length > 0) w.align(8, start);
    w.patchU32le(outputOffset, w.length - start);
    w.attach(value.output);
  },
};
