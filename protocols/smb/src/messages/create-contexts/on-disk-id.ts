import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

/** SMB2_CREATE_QUERY_ON_DISK_ID response (MS-SMB2 2.2.14.2.9); the request has no data. */
export interface OnDiskId {
  readonly diskFileId: bigint;
  readonly volumeId: bigint;
}

export const onDiskIdResponse: Codec<OnDiskId> = {
  read(r: Reader): OnDiskId {
    const diskFileId = r.u64le();
    const volumeId = r.u64le();
    r.skip(16);
    return { diskFileId, volumeId };
  },
  write(w: Writer, value: OnDiskId): void {
    w.u64le(value.diskFileId);
    w.u64le(value.volumeId);
    w.zeros(16);
  },
};
