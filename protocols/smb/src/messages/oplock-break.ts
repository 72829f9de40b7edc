import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import type { Codec } from './codec.ts';
import { type FileId, readFileId, writeFileId } from './file-id.ts';

/** OPLOCK_BREAK as notification, acknowledgement and response: one shape (MS-SMB2 2.2.23.1, 2.2.24.1, 2.2.25.1). */
export interface OplockBreak {
  readonly oplockLevel: number;
  readonly fileId: FileId;
}

/** Lease break notification (MS-SMB2 2.2.23.2). */
export interface LeaseBreakNotification {
  readonly newEpoch: number;
  /** 1: an acknowledgement is required. */
  readonly flags: number;
  /** 16 bytes. */
  readonly leaseKey: Uint8Array;
  readonly currentLeaseState: number;
  readonly newLeaseState: number;
}

/** Lease break acknowledgement and response: one shape (MS-SMB2 2.2.24.2, 2.2.25.2). */
export interface LeaseBreak {
  readonly flags: number;
  /** 16 bytes. */
  readonly leaseKey: Uint8Array;
  readonly leaseState: number;
}

const OPLOCK_SIZE = 24;
const LEASE_SIZE = 36;
const LEASE_NOTIFICATION_SIZE = 44;

function readOplockBreak(r: Reader): OplockBreak {
  const oplockLevel = r.u8();
  r.skip(5);
  return { oplockLevel, fileId: readFileId(r) };
}

function writeOplockBreak(w: Writer, value: OplockBreak): void {
  w.u16le(OPLOCK_SIZE);
  w.u8(value.oplockLevel);
  w.zeros(5);
  writeFileId(w, value.fileId);
}

/** What the server sends unasked (MS-SMB2 2.2.23); StructureSize tells an oplock from a lease. */
export const oplockBreakNotification: Codec<OplockBreak | LeaseBreakNotification> = {
  read(r: Reader): OplockBreak | LeaseBreakNotification {
    const size = r.u16le();
    if (size === OPLOCK_SIZE) return readOplockBreak(r);
    if (size !== LEASE_NOTIFICATION_SIZE) throw new WireError(`StructureSize ${size} of a break notification`);
    const newEpoch = r.u16le();
    const flags = r.u32le();
    const leaseKey = r.bytes(16);
    const currentLeaseState = r.u32le();
    const newLeaseState = r.u32le();
    r.skip(12);
    return { newEpoch, flags, leaseKey, currentLeaseState, newLeaseState };
  },
  write(w: Writer, value: OplockBreak | LeaseBreakNotification): void {
    if ('fileId' in value) {
      writeOplockBreak(w, value);
      return;
    }
    w.u16le(LEASE_NOTIFICATION_SIZE);
    w.u16le(value.newEpoch);
    w.u32le(value.flags);
    w.bytes(value.leaseKey);
    w.u32le(value.currentLeaseState);
    w.u32le(value.newLeaseState);
    w.zeros(12);
  },
};

/** The client's acknowledgement (MS-SMB2 2.2.24). */
export const oplockBreakRequest: Codec<OplockBreak | LeaseBreak> = {
  read(r: Reader): OplockBreak | LeaseBreak {
    const size = r.u16le();
    if (size === OPLOCK_SIZE) return readOplockBreak(r);
    if (size !== LEASE_SIZE) throw new WireError(`StructureSize ${size} of a break acknowledgement`);
    r.skip(2);
    const flags = r.u32le();
    const leaseKey = r.bytes(16);
    const leaseState = r.u32le();
    r.skip(8);
    return { flags, leaseKey, leaseState };
  },
  write(w: Writer, value: OplockBreak | LeaseBreak): void {
    if ('fileId' in value) {
      writeOplockBreak(w, value);
      return;
    }
    w.u16le(LEASE_SIZE);
    w.zeros(2);
    w.u32le(value.flags);
    w.bytes(value.leaseKey);
    w.u32le(value.leaseState);
    w.zeros(8);
  },
};

/** The server's answer to the acknowledgement (MS-SMB2 2.2.25). */
export const oplockBreakResponse = oplockBreakRequest;
