import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';

export const LeaseState = { NONE: 0x0, READ_CACHING: 0x1, HANDLE_CACHING: 0x2, WRITE_CACHING: 0x4 } as const;
export const LeaseFlag = { BREAK_IN_PROGRESS: 0x2, PARENT_LEASE_KEY_SET: 0x4 } as const;

/** SMB2_CREATE_REQUEST_LEASE (MS-SMB2 2.2.13.2.8); the response has the same fields (2.2.14.2.10). */
export interface Lease {
  /** 16 bytes. */
  readonly leaseKey: Uint8Array;
  readonly leaseState: number;
  readonly leaseFlags: number;
}

/** SMB2_CREATE_REQUEST_LEASE_V2 (MS-SMB2 2.2.13.2.10); the response has the same fields (2.2.14.2.11). */
export interface LeaseV2 extends Lease {
  /** 16 bytes. */
  readonly parentLeaseKey: Uint8Array;
  readonly epoch: number;
}

const V1_SIZE = 32;
const V2_SIZE = 52;

/** Both versions share the name RqLs and are told apart by their length (MS-SMB2 3.3.5.9.8, 3.3.5.9.11). */
export const lease: Codec<Lease | LeaseV2> = {
  read(r: Reader): Lease | LeaseV2 {
    const size = r.remaining;
    if (size !== V1_SIZE && size !== V2_SIZE) throw new WireError(`lease context of ${size} bytes`);
    const leaseKey = r.bytes(16);
    const leaseState = r.u32le();
    const leaseFlags = r.u32le();
    r.skip(8);
    if (size === V1_SIZE) return { leaseKey, leaseState, leaseFlags };
    const parentLeaseKey = r.bytes(16);
    const epoch = r.u16le();
    r.skip(2);
    return { leaseKey, leaseState, leaseFlags, parentLeaseKey, epoch };
  },
  write(w: Writer, value: Lease | LeaseV2): void {
    w.bytes(value.leaseKey);
    w.u32le(value.leaseState);
    w.u32le(value.leaseFlags);
    w.zeros(8);
    if (!('parentLeaseKey' in value)) return;
    w.bytes(value.parentLeaseKey);
    w.u16le(value.epoch);
    w.zeros(2);
  },
};
