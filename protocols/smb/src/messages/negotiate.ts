import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import { Dialect } from './command.ts';
import { apart, type Codec, HEADER_SIZE, structureSize, variablePart } from './codec.ts';
import { type NegotiateContext, readNegotiateContexts, writeNegotiateContexts } from './negotiate-contexts/list.ts';

/** SecurityMode bits (MS-SMB2 2.2.3). */
export const SecurityMode = { SIGNING_ENABLED: 0x0001, SIGNING_REQUIRED: 0x0002 } as const;

/** Capabilities bits (MS-SMB2 2.2.3). */
export const Capability = {
  DFS: 0x01,
  LEASING: 0x02,
  LARGE_MTU: 0x04,
  MULTI_CHANNEL: 0x08,
  PERSISTENT_HANDLES: 0x10,
  DIRECTORY_LEASING: 0x20,
  ENCRYPTION: 0x40,
  NOTIFICATIONS: 0x80,
} as const;

/** NEGOTIATE Request (MS-SMB2 2.2.3). */
export interface NegotiateRequest {
  readonly securityMode: number;
  readonly capabilities: number;
  /** 16 bytes. */
  readonly clientGuid: Uint8Array;
  readonly dialects: readonly number[];
  /** Only with 3.1.1 among the dialects; else the field is ClientStartTime, which is to be ignored. */
  readonly negotiateContextList: readonly NegotiateContext[];
}

/** NEGOTIATE Response (MS-SMB2 2.2.4). */
export interface NegotiateResponse {
  readonly securityMode: number;
  readonly dialectRevision: number;
  /** 16 bytes. */
  readonly serverGuid: Uint8Array;
  readonly capabilities: number;
  readonly maxTransactSize: number;
  readonly maxReadSize: number;
  readonly maxWriteSize: number;
  /** FILETIME. */
  readonly systemTime: bigint;
  /** FILETIME; 0 unless an old client is to be pleased. */
  readonly serverStartTime: bigint;
  readonly securityBuffer: Uint8Array;
  /** Only with dialect 3.1.1. */
  readonly negotiateContextList: readonly NegotiateContext[];
}

const REQUEST_SIZE = 36;
const RESPONSE_SIZE = 65;
const RESPONSE_FIXED_END = HEADER_SIZE + 64;

/** NEGOTIATE Request (MS-SMB2 2.2.3). */
export const negotiateRequest: Codec<NegotiateRequest> = {
  read(r: Reader): NegotiateRequest {
    structureSize(r, REQUEST_SIZE);
    const dialectCount = r.u16le();
    const securityMode = r.u16le();
    r.skip(2);
    const capabilities = r.u32le();
    const clientGuid = r.bytes(16);
    const contextOffset = r.u32le();
    const contextCount = r.u16le();
    r.skip(2);
    const dialects: number[] = [];
    for (let index = 0; index < dialectCount; index++) dialects.push(r.u16le());
    if (!dialects.includes(Dialect.SMB_3_1_1) || contextCount === 0) {
      return { securityMode, capabilities, clientGuid, dialects, negotiateContextList: [] };
    }
    if (contextOffset < r.position) throw new WireError('negotiate contexts inside the dialects');
    r.seek(contextOffset);
    return {
      securityMode,
      capabilities,
      clientGuid,
      dialects,
      negotiateContextList: readNegotiateContexts(r, contextCount),
    };
  },
  write(w: Writer, value: NegotiateRequest): void {
    const start = w.length - HEADER_SIZE;
    w.u16le(REQUEST_SIZE);
    w.u16le(value.dialects.length);
    w.u16le(value.securityMode);
    w.zeros(2);
    w.u32le(value.capabilities);
    w.bytes(value.clientGuid);
    const contextOffset = w.reserve(4);
    w.u16le(value.negotiateContextList.length);
    w.zeros(2);
    for (const dialect of value.dialects) w.u16le(dialect);
    if (value.negotiateContextList.length === 0) return;
    w.align(8, start);
    w.patchU32le(contextOffset, w.length - start);
    writeNegotiateContexts(w, value.negotiateContextList, start);
  },
};

/** NEGOTIATE Response (MS-SMB2 2.2.4). */
export const negotiateResponse: Codec<NegotiateResponse> = {
  read(r: Reader): NegotiateResponse {
    structureSize(r, RESPONSE_SIZE);
    const securityMode = r.u16le();
    const dialectRevision = r.u16le();
    const contextCount = r.u16le();
    const serverGuid = r.bytes(16);
    const capabilities = r.u32le();
    const maxTransactSize = r.u32le();
    const maxReadSize = r.u32le();
    const maxWriteSize = r.u32le();
    const systemTime = r.u64le();
    const serverStartTime = r.u64le();
    const securityBufferOffset = r.u16le();
    const securityBufferLength = r.u16le();
    const contextOffset = r.u32le();
    const securityBuffer = variablePart(r, securityBufferOffset, securityBufferLength, RESPONSE_FIXED_END);
    let negotiateContextList: readonly NegotiateContext[] = [];
    if (dialectRevision === Dialect.SMB_3_1_1 && contextCount > 0) {
      if (contextOffset < RESPONSE_FIXED_END) throw new WireError('negotiate contexts inside the fixed part');
      r.seek(contextOffset);
      negotiateContextList = readNegotiateContexts(r, contextCount);
      apart(securityBufferOffset, securityBufferLength, contextOffset, r.position - contextOffset);
    }
    return {
      securityMode,
      dialectRevision,
      serverGuid,
      capabilities,
      maxTransactSize,
      maxReadSize,
      maxWriteSize,
      systemTime,
      serverStartTime,
      securityBuffer,
      negotiateContextList,
    };
  },
  write(w: Writer, value: NegotiateResponse): void {
    const start = w.length - HEADER_SIZE;
    w.u16le(RESPONSE_SIZE);
    w.u16le(value.securityMode);
    w.u16le(value.dialectRevision);
    w.u16le(value.negotiateContextList.length);
    w.bytes(value.serverGuid);
    w.u32le(value.capabilities);
    w.u32le(value.maxTransactSize);
    w.u32le(value.maxReadSize);
    w.u32le(value.maxWriteSize);
    w.u64le(value.systemTime);
    w.u64le(value.serverStartTime);
    w.u16le(RESPONSE_FIXED_END);
    w.u16le(value.securityBuffer.length);
    const contextOffset = w.reserve(4);
    w.bytes(value.securityBuffer);
    if (value.negotiateContextList.length === 0) return;
    w.align(8, start);
    w.patchU32le(contextOffset, w.length - start);
    writeNegotiateContexts(w, value.negotiateContextList, start);
  },
};
