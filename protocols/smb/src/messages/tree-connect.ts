import { WireError, type Reader, type Writer } from '@polynas/core/wire';
import { type Codec, HEADER_SIZE, structureSize, text, variablePart } from './codec.ts';

/** Flags of the request, dialect 3.1.1 (MS-SMB2 2.2.9). */
export const TreeConnectFlag = {
  CLUSTER_RECONNECT: 0x0001,
  REDIRECT_TO_OWNER: 0x0002,
  EXTENSION_PRESENT: 0x0004,
} as const;

export const ShareType = { DISK: 0x01, PIPE: 0x02, PRINT: 0x03 } as const;

/** ShareFlags (MS-SMB2 2.2.10). */
export const ShareFlag = {
  MANUAL_CACHING: 0x0000_0000,
  AUTO_CACHING: 0x0000_0010,
  VDO_CACHING: 0x0000_0020,
  NO_CACHING: 0x0000_0030,
  DFS: 0x0000_0001,
  DFS_ROOT: 0x0000_0002,
  RESTRICT_EXCLUSIVE_OPENS: 0x0000_0100,
  FORCE_SHARED_DELETE: 0x0000_0200,
  ALLOW_NAMESPACE_CACHING: 0x0000_0400,
  ACCESS_BASED_DIRECTORY_ENUM: 0x0000_0800,
  FORCE_LEVELII_OPLOCK: 0x0000_1000,
  ENABLE_HASH_V1: 0x0000_2000,
  ENABLE_HASH_V2: 0x0000_4000,
  ENCRYPT_DATA: 0x0000_8000,
} as const;

/** SMB2 TREE_CONNECT_CONTEXT (MS-SMB2 2.2.9.2). */
export interface TreeConnectContext {
  readonly contextType: number;
  readonly data: Uint8Array;
}

/** TREE_CONNECT Request (MS-SMB2 2.2.9), with its extension (2.2.9.1) when `flags` has EXTENSION_PRESENT. */
export interface TreeConnectRequest {
  readonly flags: number;
  /** `\\server\share`. */
  readonly path: string;
  /** Empty without EXTENSION_PRESENT. */
  readonly treeConnectContexts: readonly TreeConnectContext[];
}

/** TREE_CONNECT Response (MS-SMB2 2.2.10). */
export interface TreeConnectResponse {
  readonly shareType: number;
  readonly shareFlags: number;
  readonly capabilities: number;
  readonly maximalAccess: number;
}

const REQUEST_SIZE = 9;
const REQUEST_FIXED_END = HEADER_SIZE + 8;
const EXTENSION_SIZE = 16;
const RESPONSE_SIZE = 16;

/** TREE_CONNECT Request (MS-SMB2 2.2.9). */
export const treeConnectRequest: Codec<TreeConnectRequest> = {
  read(r: Reader): TreeConnectRequest {
    structureSize(r, REQUEST_SIZE);
    const flags = r.u16le();
    const pathOffset = r.u16le();
    const pathLength = r.u16le();
    if ((flags & TreeConnectFlag.EXTENSION_PRESENT) === 0) {
      return { flags, path: text(variablePart(r, pathOffset, pathLength, REQUEST_FIXED_END)), treeConnectContexts: [] };
    }
    // 2.2.9.1: offsets of the extension count from its own start, PathOffset still from the header.
    const contextOffset = r.u32le();
    const contextCount = r.u16le();
    r.skip(10);
    const path = text(variablePart(r, pathOffset, pathLength, REQUEST_FIXED_END + EXTENSION_SIZE));
    if (contextCount === 0) return { flags, path, treeConnectContexts: [] };
    if (contextOffset < EXTENSION_SIZE) throw new WireError('tree connect contexts inside the fixed part');
    r.seek(REQUEST_FIXED_END + contextOffset);
    return { flags, path, treeConnectContexts: readContexts(r, contextCount) };
  },
  write(w: Writer, value: TreeConnectRequest): void {
    const extended = (value.flags & TreeConnectFlag.EXTENSION_PRESENT) !== 0;
    w.u16le(REQUEST_SIZE);
    w.u16le(value.flags);
    w.u16le(extended ? REQUEST_FIXED_END + EXTENSION_SIZE : REQUEST_FIXED_END);
    w.u16le(value.path.length * 2);
    if (!extended) {
      w.utf16le(value.path);
      return;
    }
    const start = w.length;
    const contextOffset = w.reserve(4);
    w.u16le(value.treeConnectContexts.length);
    w.zeros(10);
    w.utf16le(value.path);
    w.align(8, start);
    w.patchU32le(contextOffset, w.length - start);
    for (const context of value.treeConnectContexts) {
      w.align(8, start);
      w.u16le(context.contextType);
      w.u16le(context.data.length);
      w.zeros(4);
      w.bytes(context.data);
    }
  },
};

function readContexts(r: Reader, count: number): readonly TreeConnectContext[] {
  const contexts: TreeConnectContext[] = [];
  for (let index = 0; index < count; index++) {
    r.align(8);
    const contextType = r.u16le();
    const dataLength = r.u16le();
    r.skip(4);
    contexts.push({ contextType, data: r.bytes(dataLength) });
  }
  return contexts;
}

/** TREE_CONNECT Response (MS-SMB2 2.2.10). */
export const treeConnectResponse: Codec<TreeConnectResponse> = {
  read(r: Reader): TreeConnectResponse {
    structureSize(r, RESPONSE_SIZE);
    const shareType = r.u8();
    r.skip(1);
    return { shareType, shareFlags: r.u32le(), capabilities: r.u32le(), maximalAccess: r.u32le() };
  },
  write(w: Writer, value: TreeConnectResponse): void {
    w.u16le(RESPONSE_SIZE);
    w.u8(value.shareType);
    w.u8(0);
    w.u32le(value.shareFlags);
    w.u32le(value.capabilities);
    w.u32le(value.maximalAccess);
  },
};
