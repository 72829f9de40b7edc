import type { Reader, Writer } from '@polynas/core/wire';
import { apart, type Codec, HEADER_SIZE, structureSize, text, variablePart } from './codec.ts';
import { type CreateContext, readCreateContexts, writeCreateContexts } from './create-contexts/list.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** RequestedOplockLevel (MS-SMB2 2.2.13). */
export const OplockLevel = { NONE: 0x00, II: 0x01, EXCLUSIVE: 0x08, BATCH: 0x09, LEASE: 0xff } as const;

export const ImpersonationLevel = { ANONYMOUS: 0, IDENTIFICATION: 1, IMPERSONATION: 2, DELEGATE: 3 } as const;

/** Access masks (MS-SMB2 2.2.13.1). */
export const Access = {
  FILE_READ_DATA: 0x0000_0001,
  FILE_LIST_DIRECTORY: 0x0000_0001,
  FILE_WRITE_DATA: 0x0000_0002,
  FILE_ADD_FILE: 0x0000_0002,
  FILE_APPEND_DATA: 0x0000_0004,
  FILE_ADD_SUBDIRECTORY: 0x0000_0004,
  FILE_READ_EA: 0x0000_0008,
  FILE_WRITE_EA: 0x0000_0010,
  FILE_EXECUTE: 0x0000_0020,
  FILE_TRAVERSE: 0x0000_0020,
  FILE_DELETE_CHILD: 0x0000_0040,
  FILE_READ_ATTRIBUTES: 0x0000_0080,
  FILE_WRITE_ATTRIBUTES: 0x0000_0100,
  DELETE: 0x0001_0000,
  READ_CONTROL: 0x0002_0000,
  WRITE_DAC: 0x0004_0000,
  WRITE_OWNER: 0x0008_0000,
  SYNCHRONIZE: 0x0010_0000,
  ACCESS_SYSTEM_SECURITY: 0x0100_0000,
  MAXIMUM_ALLOWED: 0x0200_0000,
  GENERIC_ALL: 0x1000_0000,
  GENERIC_EXECUTE: 0x2000_0000,
  GENERIC_WRITE: 0x4000_0000,
  GENERIC_READ: 0x8000_0000,
} as const;

export const ShareAccess = { READ: 0x1, WRITE: 0x2, DELETE: 0x4 } as const;

export const CreateDisposition = {
  SUPERSEDE: 0,
  OPEN: 1,
  CREATE: 2,
  OPEN_IF: 3,
  OVERWRITE: 4,
  OVERWRITE_IF: 5,
} as const;

/** CreateOptions (MS-SMB2 2.2.13). */
export const CreateOption = {
  DIRECTORY_FILE: 0x0000_0001,
  WRITE_THROUGH: 0x0000_0002,
  SEQUENTIAL_ONLY: 0x0000_0004,
  NO_INTERMEDIATE_BUFFERING: 0x0000_0008,
  SYNCHRONOUS_IO_ALERT: 0x0000_0010,
  SYNCHRONOUS_IO_NONALERT: 0x0000_0020,
  NON_DIRECTORY_FILE: 0x0000_0040,
  COMPLETE_IF_OPLOCKED: 0x0000_0100,
  NO_EA_KNOWLEDGE: 0x0000_0200,
  RANDOM_ACCESS: 0x0000_0800,
  DELETE_ON_CLOSE: 0x0000_1000,
  OPEN_BY_FILE_ID: 0x0000_2000,
  OPEN_FOR_BACKUP_INTENT: 0x0000_4000,
  NO_COMPRESSION: 0x0000_8000,
  OPEN_REMOTE_INSTANCE: 0x0000_0400,
  OPEN_REQUIRING_OPLOCK: 0x0001_0000,
  DISALLOW_EXCLUSIVE: 0x0002_0000,
  RESERVE_OPFILTER: 0x0010_0000,
  OPEN_REPARSE_POINT: 0x0020_0000,
  OPEN_NO_RECALL: 0x0040_0000,
  OPEN_FOR_FREE_SPACE_QUERY: 0x0080_0000,
} as const;

export const CreateAction = { SUPERSEDED: 0, OPENED: 1, CREATED: 2, OVERWRITTEN: 3 } as const;

/** CREATE Request (MS-SMB2 2.2.13). */
export interface CreateRequest {
  readonly requestedOplockLevel: number;
  readonly impersonationLevel: number;
  readonly desiredAccess: number;
  readonly fileAttributes: number;
  readonly shareAccess: number;
  readonly createDisposition: number;
  readonly createOptions: number;
  /** Relative to the share, with `\` between components; empty for the share's root. */
  readonly name: string;
  readonly createContexts: readonly CreateContext[];
}

/** CREATE Response (MS-SMB2 2.2.14). Times are FILETIMEs, sizes bytes. */
export interface CreateResponse {
  readonly oplockLevel: number;
  readonly flags: number;
  readonly createAction: number;
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  readonly allocationSize: number;
  readonly endOfFile: number;
  readonly fileAttributes: number;
  readonly fileId: FileId;
  readonly createContexts: readonly CreateContext[];
}

const REQUEST_SIZE = 57;
const REQUEST_FIXED_END = HEADER_SIZE + 56;
const RESPONSE_SIZE = 89;
const RESPONSE_FIXED_END = HEADER_SIZE + 88;

/** CREATE Request (MS-SMB2 2.2.13). */
export const createRequest: Codec<CreateRequest> = {
  read(r: Reader): CreateRequest {
    structureSize(r, REQUEST_SIZE);
    r.skip(1);
    const requestedOplockLevel = r.u8();
    const impersonationLevel = r.u32le();
    r.skip(16);
    const desiredAccess = r.u32le();
    const fileAttributes = r.u32le();
    const shareAccess = r.u32le();
    const createDisposition = r.u32le();
    const createOptions = r.u32le();
    const nameOffset = r.u16le();
    const nameLength = r.u16le();
    const contextsOffset = r.u32le();
    const contextsLength = r.u32le();
    apart(nameOffset, nameLength, contextsOffset, contextsLength);
    const name = text(variablePart(r, nameOffset, nameLength, REQUEST_FIXED_END));
    const contexts = variablePart(r, contextsOffset, contextsLength, REQUEST_FIXED_END);
    return {
      requestedOplockLevel,
      impersonationLevel,
      desiredAccess,
      fileAttributes,
      shareAccess,
      createDisposition,
      createOptions,
      name,
      createContexts: readCreateContexts(contexts),
    };
  },
  write(w: Writer, value: CreateRequest): void {
    const start = w.length - HEADER_SIZE;
    w.u16le(REQUEST_SIZE);
    w.u8(0);
    w.u8(value.requestedOplockLevel);
    w.u32le(value.impersonationLevel);
    w.zeros(16);
    w.u32le(value.desiredAccess);
    w.u32le(value.fileAttributes);
    w.u32le(value.shareAccess);
    w.u32le(value.createDisposition);
    w.u32le(value.createOptions);
    w.u16le(REQUEST_FIXED_END);
    w.u16le(value.name.length * 2);
    const contextsOffset = w.reserve(4);
    const contextsLength = w.reserve(4);
    w.utf16le(value.name);
    if (value.createContexts.length === 0) {
      // 2.2.13: the buffer is at least one byte long.
      if (value.name.length === 0) w.u8(0);
      return;
    }
    w.align(8, start);
    const from = w.length;
    w.patchU32le(contextsOffset, from - start);
    writeCreateContexts(w, value.createContexts);
    w.patchU32le(contextsLength, w.length - from);
  },
};

/** CREATE Response (MS-SMB2 2.2.14). */
export const createResponse: Codec<CreateResponse> = {
  read(r: Reader): CreateResponse {
    structureSize(r, RESPONSE_SIZE);
    const oplockLevel = r.u8();
    const flags = r.u8();
    const createAction = r.u32le();
    const creationTime = r.u64le();
    const lastAccessTime = r.u64le();
    const lastWriteTime = r.u64le();
    const changeTime = r.u64le();
    const allocationSize = r.u64leNumber();
    const endOfFile = r.u64leNumber();
    const fileAttributes = r.u32le();
    r.skip(4);
    const fileId = readFileId(r);
    const contextsOffset = r.u32le();
    const contextsLength = r.u32le();
    const contexts = variablePart(r, contextsOffset, contextsLength, RESPONSE_FIXED_END);
    return {
      oplockLevel,
      flags,
      createAction,
      creationTime,
      lastAccessTime,
      lastWriteTime,
      changeTime,
      allocationSize,
      endOfFile,
      fileAttributes,
      fileId,
      createContexts: readCreateContexts(contexts),
    };
  },
  write(w: Writer, value: CreateResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.u8(value.oplockLevel);
    w.u8(value.flags);
    w.u32le(value.createAction);
    w.u64le(value.creationTime);
    w.u64le(value.lastAccessTime);
    w.u64le(value.lastWriteTime);
    w.u64le(value.changeTime);
    w.u64leNumber(value.allocationSize);
    w.u64leNumber(value.endOfFile);
    w.u32le(value.fileAttributes);
    w.zeros(4);
    writeFileId(w, value.fileId);
    const contextsOffset = w.reserve(4);
    const contextsLength = w.reserve(4);
    if (value.createContexts.length === 0) return;
    // The fixed part ends at a multiple of 8.
    const from = w.length;
    w.patchU32le(contextsOffset, RESPONSE_FIXED_END);
    writeCreateContexts(w, value.createContexts);
    w.patchU32le(contextsLength, w.length - from);
  },
};
