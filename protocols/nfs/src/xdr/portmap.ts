// Generated from xdr/portmap.x by tools/xdrgen.ts; do not edit.
import { type Reader, type Writer } from '@polynas/core/wire';
import type { ProcedureCodec } from '../codec/procedure-codec.ts';
import { decodeBool, decodeText, decodeUint, decodeVoid, encodeBool, encodeText, encodeUint, encodeVoid } from '../codec/xdr.ts';

export const PMAP_PORT = 111;
/** `mapping`, section 3.1 */
export interface Mapping {
  readonly prog: number;
  readonly vers: number;
  readonly prot: number;
  readonly port: number;
}

export function decodeMapping(r: Reader): Mapping {
  return {
    prog: r.u32(),
    vers: r.u32(),
    prot: r.u32(),
    port: r.u32(),
  };
}

export function encodeMapping(w: Writer, v: Mapping): void {
  w.u32(v.prog);
  w.u32(v.vers);
  w.u32(v.prot);
  w.u32(v.port);
}

export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
/** `pmaplist`, section 3.1 */
export interface Pmaplist {
  readonly map: Mapping;
}

export function decodePmaplist(r: Reader): Pmaplist {
  return {
    map: decodeMapping(r),
  };
}

export function encodePmaplist(w: Writer, v: Pmaplist): void {
  encodeMapping(w, v.map);
}

/** `pmaplist_ptr`, section 3.1 */
export type PmaplistPtr = readonly Pmaplist[];

export const PMAP_PROG = 100000;
export const PMAP_VERS = 2;

/** `PMAP_PROG`, section 3.1 */
export const pmapVersProcedures = {
  PMAPPROC_NULL: {
    name: 'PMAPPROC_NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  PMAPPROC_SET: {
    name: 'PMAPPROC_SET',
    number: 1,
    decodeArgs: decodeMapping,
    encodeArgs: encodeMapping,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Mapping, boolean>,
  PMAPPROC_UNSET: {
    name: 'PMAPPROC_UNSET',
    number: 2,
    decodeArgs: decodeMapping,
    encodeArgs: encodeMapping,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Mapping, boolean>,
  PMAPPROC_GETPORT: {
    name: 'PMAPPROC_GETPORT',
    number: 3,
    decodeArgs: decodeMapping,
    encodeArgs: encodeMapping,
    decodeResult: decodeUint,
    encodeResult: encodeUint,
  } satisfies ProcedureCodec<Mapping, number>,
  PMAPPROC_DUMP: {
    name: 'PMAPPROC_DUMP',
    number: 4,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodePmaplistPtr,
    encodeResult: encodePmaplistPtr,
  } satisfies ProcedureCodec<void, PmaplistPtr>,
};

/** `rpcb`, section 2.1 */
export interface Rpcb {
  readonly rProg: number;
  readonly rVers: number;
  readonly rNetid: string;
  readonly rAddr: string;
  readonly rOwner: string;
}

export function decodeRpcb(r: Reader): Rpcb {
  return {
    rProg: r.u32(),
    rVers: r.u32(),
    rNetid: decodeText(r, 0xffffffff),
    rAddr: decodeText(r, 0xffffffff),
    rOwner: decodeText(r, 0xffffffff),
  };
}

export function encodeRpcb(w: Writer, v: Rpcb): void {
  w.u32(v.rProg);
  w.u32(v.rVers);
  encodeText(w, v.rNetid, 0xffffffff);
  encodeText(w, v.rAddr, 0xffffffff);
  encodeText(w, v.rOwner, 0xffffffff);
}

/** `rp__list`, section 2.1 */
export interface RpList {
  readonly rpcbMap: Rpcb;
}

export function decodeRpList(r: Reader): RpList {
  return {
    rpcbMap: decodeRpcb(r),
  };
}

export function encodeRpList(w: Writer, v: RpList): void {
  encodeRpcb(w, v.rpcbMap);
}

/** `rpcblist_ptr`, section 2.1 */
export type RpcblistPtr = readonly RpList[];

/** `uaddr`, section 2.1 */
export type Uaddr = string;

/** `rpcb_entry`, section 2.1 */
export interface RpcbEntry {
  readonly rMaddr: string;
  readonly rNcNetid: string;
  readonly rNcSemantics: number;
  readonly rNcProtofmly: string;
  readonly rNcProto: string;
}

export function decodeRpcbEntry(r: Reader): RpcbEntry {
  return {
    rMaddr: decodeText(r, 0xffffffff),
    rNcNetid: decodeText(r, 0xffffffff),
    rNcSemantics: r.u32(),
    rNcProtofmly: decodeText(r, 0xffffffff),
    rNcProto: decodeText(r, 0xffffffff),
  };
}

export function encodeRpcbEntry(w: Writer, v: RpcbEntry): void {
  encodeText(w, v.rMaddr, 0xffffffff);
  encodeText(w, v.rNcNetid, 0xffffffff);
  w.u32(v.rNcSemantics);
  encodeText(w, v.rNcProtofmly, 0xffffffff);
  encodeText(w, v.rNcProto, 0xffffffff);
}

/** `rpcb_entry_list`, section 2.1 */
export interface RpcbEntryList {
  readonly rpcbEntryMap: RpcbEntry;
}

export function decodeRpcbEntryList(r: Reader): RpcbEntryList {
  return {
    rpcbEntryMap: decodeRpcbEntry(r),
  };
}

export function encodeRpcbEntryList(w: Writer, v: RpcbEntryList): void {
  encodeRpcbEntry(w, v.rpcbEntryMap);
}

/** `rpcb_entry_list_ptr`, section 2.1 */
export type RpcbEntryListPtr = readonly RpcbEntryList[];

export const RPCBPROG = 100000;
export const RPCBVERS = 3;

/** `RPCBPROG`, section 2.1 */
export const rpcbversProcedures = {
  RPCBPROC_NULL: {
    name: 'RPCBPROC_NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  RPCBPROC_SET: {
    name: 'RPCBPROC_SET',
    number: 1,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Rpcb, boolean>,
  RPCBPROC_UNSET: {
    name: 'RPCBPROC_UNSET',
    number: 2,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Rpcb, boolean>,
  RPCBPROC_GETADDR: {
    name: 'RPCBPROC_GETADDR',
    number: 3,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeUaddr,
    encodeResult: encodeUaddr,
  } satisfies ProcedureCodec<Rpcb, Uaddr>,
  RPCBPROC_DUMP: {
    name: 'RPCBPROC_DUMP',
    number: 4,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeRpcblistPtr,
    encodeResult: encodeRpcblistPtr,
  } satisfies ProcedureCodec<void, RpcblistPtr>,
  RPCBPROC_GETTIME: {
    name: 'RPCBPROC_GETTIME',
    number: 6,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeUint,
    encodeResult: encodeUint,
  } satisfies ProcedureCodec<void, number>,
};

export const RPCBVERS4 = 4;

/** `RPCBPROG`, section 2.1 */
export const rpcbvers4Procedures = {
  RPCBPROC4_NULL: {
    name: 'RPCBPROC4_NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  RPCBPROC4_SET: {
    name: 'RPCBPROC4_SET',
    number: 1,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Rpcb, boolean>,
  RPCBPROC4_UNSET: {
    name: 'RPCBPROC4_UNSET',
    number: 2,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeBool,
    encodeResult: encodeBool,
  } satisfies ProcedureCodec<Rpcb, boolean>,
  RPCBPROC4_GETADDR: {
    name: 'RPCBPROC4_GETADDR',
    number: 3,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeUaddr,
    encodeResult: encodeUaddr,
  } satisfies ProcedureCodec<Rpcb, Uaddr>,
  RPCBPROC4_DUMP: {
    name: 'RPCBPROC4_DUMP',
    number: 4,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeRpcblistPtr,
    encodeResult: encodeRpcblistPtr,
  } satisfies ProcedureCodec<void, RpcblistPtr>,
  RPCBPROC4_GETTIME: {
    name: 'RPCBPROC4_GETTIME',
    number: 6,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeUint,
    encodeResult: encodeUint,
  } satisfies ProcedureCodec<void, number>,
  RPCBPROC4_GETVERSADDR: {
    name: 'RPCBPROC4_GETVERSADDR',
    number: 9,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeUaddr,
    encodeResult: encodeUaddr,
  } satisfies ProcedureCodec<Rpcb, Uaddr>,
  RPCBPROC4_GETADDRLIST: {
    name: 'RPCBPROC4_GETADDRLIST',
    number: 11,
    decodeArgs: decodeRpcb,
    encodeArgs: encodeRpcb,
    decodeResult: decodeRpcbEntryListPtr,
    encodeResult: encodeRpcbEntryListPtr,
  } satisfies ProcedureCodec<Rpcb, RpcbEntryListPtr>,
};

function decodePmaplistList(r: Reader): Pmaplist[] {
  const items: Pmaplist[] = [];
  while (decodeBool(r)) items.push(decodePmaplist(r));
  return items;
}

function encodePmaplistList(w: Writer, items: readonly Pmaplist[]): void {
  for (const item of items) {
    w.u32(1);
    encodePmaplist(w, item);
  }
  w.u32(0);
}

export function decodePmaplistPtr(r: Reader): PmaplistPtr {
  return decodePmaplistList(r);
}

export function encodePmaplistPtr(w: Writer, v: PmaplistPtr): void {
  encodePmaplistList(w, v);
}

export function decodeUaddr(r: Reader): Uaddr {
  return decodeText(r, 0xffffffff);
}

export function encodeUaddr(w: Writer, v: Uaddr): void {
  encodeText(w, v, 0xffffffff);
}

function decodeRpListList(r: Reader): RpList[] {
  const items: RpList[] = [];
  while (decodeBool(r)) items.push(decodeRpList(r));
  return items;
}

function encodeRpListList(w: Writer, items: readonly RpList[]): void {
  for (const item of items) {
    w.u32(1);
    encodeRpList(w, item);
  }
  w.u32(0);
}

export function decodeRpcblistPtr(r: Reader): RpcblistPtr {
  return decodeRpListList(r);
}

export function encodeRpcblistPtr(w: Writer, v: RpcblistPtr): void {
  encodeRpListList(w, v);
}

function decodeRpcbEntryListList(r: Reader): RpcbEntryList[] {
  const items: RpcbEntryList[] = [];
  while (decodeBool(r)) items.push(decodeRpcbEntryList(r));
  return items;
}

function encodeRpcbEntryListList(w: Writer, items: readonly RpcbEntryList[]): void {
  for (const item of items) {
    w.u32(1);
    encodeRpcbEntryList(w, item);
  }
  w.u32(0);
}

export function decodeRpcbEntryListPtr(r: Reader): RpcbEntryListPtr {
  return decodeRpcbEntryListList(r);
}

export function encodeRpcbEntryListPtr(w: Writer, v: RpcbEntryListPtr): void {
  encodeRpcbEntryListList(w, v);
}
