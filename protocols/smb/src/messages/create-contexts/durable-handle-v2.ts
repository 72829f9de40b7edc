import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../codec.ts';
import { type FileId, readFileId, writeFileId } from '../file-id.ts';

export const DURABLE_HANDLE_PERSISTENT = 0x0000_0002;

/** SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2 (MS-SMB2 2.2.13.2.11). */
export interface DurableHandleRequestV2 {
  /** Milliseconds; 0 leaves it to the server. */
  readonly timeout: number;
  readonly flags: number;
  /** 16 bytes. */
  readonly createGuid: Uint8Array;
}

/** SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2 (MS-SMB2 2.2.14.2.12). */
export interface DurableHandleResponseV2 {
  /** Milliseconds. */
  readonly timeout: number;
  readonly flags: number;
}

/** SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2 (MS-SMB2 2.2.13.2.12). */
export interface DurableHandleReconnectV2 {
  readonly fileId: FileId;
  /** 16 bytes. */
  readonly createGuid: Uint8Array;
  readonly flags: number;
}

export const durableHandleRequestV2: Codec<DurableHandleRequestV2> = {
  read(r: Reader): DurableHandleRequestV2 {
    const timeout = r.u32le();
    const flags = r.u32le();
    r.skip(8);
    return { timeout, flags, createGuid: r.bytes(16) };
  },
  write(w: Writer, value: DurableHandleRequestV2): void {
    w.u32le(value.timeout);
    w.u32le(value.flags);
    w.zeros(8);
    w.bytes(value.createGuid);
  },
};

export const durableHandleResponseV2: Codec<DurableHandleResponseV2> = {
  read(r: Reader): DurableHandleResponseV2 {
    return { timeout: r.u32le(), flags: r.u32le() };
  },
  write(w: Writer, value: DurableHandleResponseV2): void {
    w.u32le(value.timeout);
    w.u32le(value.flags);
  },
};

export const durableHandleReconnectV2: Codec<DurableHandleReconnectV2> = {
  read(r: Reader): DurableHandleReconnectV2 {
    return { fileId: readFileId(r), createGuid: r.bytes(16), flags: r.u32le() };
  },
  write(w: Writer, value: DurableHandleReconnectV2): void {
    writeFileId(w, value.fileId);
    w.bytes(value.createGuid);
    w.u32le(value.flags);
  },
};
