import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** Asks for the attributes in the response, and says that they are there. */
export const CLOSE_FLAG_POSTQUERY_ATTRIB = 0x0001;

/** CLOSE Request (MS-SMB2 2.2.15). */
export interface CloseRequest {
  readonly flags: number;
  readonly fileId: FileId;
}

/** CLOSE Response (MS-SMB2 2.2.16): all zero without POSTQUERY_ATTRIB. Times are FILETIMEs, sizes bytes. */
export interface CloseResponse {
  readonly flags: number;
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
  readonly changeTime: bigint;
  readonly allocationSize: number;
  readonly endOfFile: number;
  readonly fileAttributes: number;
}

const REQUEST_SIZE = 24;
const RESPONSE_SIZE = 60;

/** CLOSE Request (MS-SMB2 2.2.15). */
export const closeRequest: Codec<CloseRequest> = {
  read(r: Reader): CloseRequest {
    structureSize(r, REQUEST_SIZE);
    const flags = r.u16le();
    r.skip(4);
    return { flags, fileId: readFileId(r) };
  },
  write(w: Writer, value: CloseRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u16le(value.flags);
    w.zeros(4);
    writeFileId(w, value.fileId);
  },
};

/** CLOSE Response (MS-SMB2 2.2.16). */
export const closeResponse: Codec<CloseResponse> = {
  read(r: Reader): CloseResponse {
    structureSize(r, RESPONSE_SIZE);
    const flags = r.u16le();
    r.skip(4);
    return {
      flags,
      creationTime: r.u64le(),
      lastAccessTime: r.u64le(),
      lastWriteTime: r.u64le(),
      changeTime: r.u64le(),
      allocationSize: r.u64leNumber(),
      endOfFile: r.u64leNumber(),
      fileAttributes: r.u32le(),
    };
  },
  write(w: Writer, value: CloseResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.u16le(value.flags);
    w.zeros(4);
    w.u64le(value.creationTime);
    w.u64le(value.lastAccessTime);
    w.u64le(value.lastWriteTime);
    w.u64le(value.changeTime);
    w.u64leNumber(value.allocationSize);
    w.u64leNumber(value.endOfFile);
    w.u32le(value.fileAttributes);
  },
};
