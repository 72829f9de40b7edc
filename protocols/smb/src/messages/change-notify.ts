import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';
import { outputBuffer } from './output-buffer.ts';

/** Flags: also what happens below sub-directories. */
export const WATCH_TREE = 0x0001;

/** CompletionFilter (MS-SMB2 2.2.35). */
export const CompletionFilter = {
  FILE_NAME: 0x001,
  DIR_NAME: 0x002,
  ATTRIBUTES: 0x004,
  SIZE: 0x008,
  LAST_WRITE: 0x010,
  LAST_ACCESS: 0x020,
  CREATION: 0x040,
  EA: 0x080,
  SECURITY: 0x100,
  STREAM_NAME: 0x200,
  STREAM_SIZE: 0x400,
  STREAM_WRITE: 0x800,
} as const;

/** CHANGE_NOTIFY Request (MS-SMB2 2.2.35). */
export interface ChangeNotifyRequest {
  readonly flags: number;
  /** Bytes that the response's buffer may have. */
  readonly outputBufferLength: number;
  readonly fileId: FileId;
  readonly completionFilter: number;
}

const REQUEST_SIZE = 32;

/** CHANGE_NOTIFY Request (MS-SMB2 2.2.35). */
export const changeNotifyRequest: Codec<ChangeNotifyRequest> = {
  read(r: Reader): ChangeNotifyRequest {
    structureSize(r, REQUEST_SIZE);
    const flags = r.u16le();
    const outputBufferLength = r.u32le();
    const fileId = readFileId(r);
    const completionFilter = r.u32le();
    r.skip(4);
    return { flags, outputBufferLength, fileId, completionFilter };
  },
  write(w: Writer, value: ChangeNotifyRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u16le(value.flags);
    w.u32le(value.outputBufferLength);
    writeFileId(w, value.fileId);
    w.u32le(value.completionFilter);
    w.zeros(4);
  },
};

/** CHANGE_NOTIFY Response (MS-SMB2 2.2.36): FILE_NOTIFY_INFORMATION entries. */
export const changeNotifyResponse = outputBuffer;
