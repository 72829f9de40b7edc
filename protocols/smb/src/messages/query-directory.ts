import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, text, variablePart } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';
import { outputBuffer } from './output-buffer.ts';

/** Flags of QUERY_DIRECTORY (MS-SMB2 2.2.33). */
export const QueryDirectoryFlag = {
  RESTART_SCANS: 0x01,
  RETURN_SINGLE_ENTRY: 0x02,
  INDEX_SPECIFIED: 0x04,
  REOPEN: 0x10,
} as const;

/** QUERY_DIRECTORY Request (MS-SMB2 2.2.33). */
export interface QueryDirectoryRequest {
  readonly fileInformationClass: number;
  readonly flags: number;
  readonly fileIndex: number;
  readonly fileId: FileId;
  /** Bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  /** The search pattern. */
  readonly fileName: string;
}

const REQUEST_SIZE = 33;
const REQUEST_FIXED_END = HEADER_SIZE + 32;

/** QUERY_DIRECTORY Request (MS-SMB2 2.2.33). */
export const queryDirectoryRequest: Codec<QueryDirectoryRequest> = {
  read(r: Reader): QueryDirectoryRequest {
    structureSize(r, REQUEST_SIZE);
    const fileInformationClass = r.u8();
    const flags = r.u8();
    const fileIndex = r.u32le();
    const fileId = readFileId(r);
    const offset = r.u16le();
    const length = r.u16le();
    const outputBufferLength = r.u32le();
    const fileName = text(variablePart(r, offset, length, REQUEST_FIXED_END));
    return { fileInformationClass, flags, fileIndex, fileId, outputBufferLength, fileName };
  },
  write(w: Writer, value: QueryDirectoryRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u8(value.fileInformationClass);
    w.u8(value.flags);
    w.u32le(value.fileIndex);
    writeFileId(w, value.fileId);
    w.u16le(value.fileName.length === 0 ? 0 : REQUEST_FIXED_END);
    w.u16le(value.fileName.length * 2);
    w.u32le(value.outputBufferLength);
    w.utf16le(value.fileName);
    // 2.2.33: the buffer is at least one byte long.
    if (value.fileName.length === 0) w.u8(0);
  },
};

/** QUERY_DIRECTORY Response (MS-SMB2 2.2.34): entries of the class asked for. */
export const queryDirectoryResponse = outputBuffer;
