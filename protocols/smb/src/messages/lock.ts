import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import { type Codec, structureSize } from './codec.ts';
import { emptyBody } from './empty-body.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** Flags of one SMB2_LOCK_ELEMENT (MS-SMB2 2.2.26.1). */
export const LockFlag = { SHARED_LOCK: 0x1, EXCLUSIVE_LOCK: 0x2, UNLOCK: 0x4, FAIL_IMMEDIATELY: 0x10 } as const;

/** SMB2_LOCK_ELEMENT (MS-SMB2 2.2.26.1): ranges reach to 2^64 − 1, so they are bigints. */
export interface LockElement {
  readonly offset: bigint;
  readonly length: bigint;
  readonly flags: number;
}

/** LOCK Request (MS-SMB2 2.2.26). */
export interface LockRequest {
  /** LockSequenceNumber in the low 4 bits, LockSequenceIndex above. */
  readonly lockSequence: number;
  readonly fileId: FileId;
  /** At least one. */
  readonly locks: readonly LockElement[];
}

const REQUEST_SIZE = 48;

/** LOCK Request (MS-SMB2 2.2.26). */
export const lockRequest: Codec<LockRequest> = {
  read(r: Reader): LockRequest {
    structureSize(r, REQUEST_SIZE);
    const lockCount = r.u16le();
    if (lockCount === 0) throw new WireError('LOCK without a lock');
    const lockSequence = r.u32le();
    const fileId = readFileId(r);
    const locks: LockElement[] = [];
    for (let index = 0; index < lockCount; index++) {
      const offset = r.u64le();
      const length = r.u64le();
      const flags = r.u32le();
      r.skip(4);
      locks.push({ offset, length, flags });
    }
    return { lockSequence, fileId, locks };
  },
  write(w: Writer, value: LockRequest): void {
    w.u16le(REQUEST_SIZE);
    w.u16le(value.locks.length);
    w.u32le(value.lockSequence);
    writeFileId(w, value.fileId);
    for (const lock of value.locks) {
      w.u64le(lock.offset);
      w.u64le(lock.length);
      w.u32le(lock.flags);
      w.zeros(4);
    }
  },
};

/** LOCK Response (MS-SMB2 2.2.27). */
export const lockResponse = emptyBody;
