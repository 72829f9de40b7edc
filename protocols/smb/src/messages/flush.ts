import type { Reader, Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';
import { emptyBody } from './empty-body.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** FLUSH Request (MS-SMB2 2.2.17). */
export interface FlushRequest {
  readonly fileId: FileId;
}

const REQUEST_SIZE = 24;

/** FLUSH Request (MS-SMB2 2.2.17). */
export const flushRequest: Codec<FlushRequest> = {
  read(r: Reader): FlushRequest {
    structureSize(r, REQUEST_SIZE);
    r.skip(6);
    return { fileId: readFileId(r) };
  },
  write(w: Writer, value: FlushRequest): void {
    w.u16le(REQUEST_SIZE);
    w.zeros(6);
    writeFileId(w, value.fileId);
  },
};

/** FLUSH Response (MS-SMB2 2.2.18). */
export const flushResponse = emptyBody;
