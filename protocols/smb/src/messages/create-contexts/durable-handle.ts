import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';
import { type FileId, readFileId, writeFileId } from '../file-id.ts';

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST (MS-SMB2 2.2.13.2.3): 16 reserved bytes. */
export const durableHandleRequest: Codec<null> = {
  read(r: Reader): null {
    r.skip(16);
    return null;
  },
  write(w: Writer): void {
    w.zeros(16);
  },
};

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE (MS-SMB2 2.2.14.2.3): 8 reserved bytes. */
export const durableHandleResponse: Codec<null> = {
  read(r: Reader): null {
    r.skip(8);
    return null;
  },
  write(w: Writer): void {
    w.zeros(8);
  },
};

/** SMB2_CREATE_DURABLE_HANDLE_RECONNECT (MS-SMB2 2.2.13.2.4). */
export const durableHandleReconnect: Codec<FileId> = { read: readFileId, write: writeFileId };
