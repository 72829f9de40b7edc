// Generated from xdr/mount.x by tools/xdrgen.ts; do not edit.
import { type Reader, type Writer, WireError } from '@polynas/core/wire';
import type { ProcedureCodec } from '../codec/procedure-codec.ts';
import { decodeBool, decodeCount, decodeOpaque, decodeVoid, encodeCount, encodeOpaque, encodeVoid } from '../codec/xdr.ts';

export const MNTPATHLEN = 1024;
export const MNTNAMLEN = 255;
export const FHSIZE3 = 64;
/** `fhandle3`, section I */
export type Fhandle3 = Uint8Array;

/** `dirpath`, section I */
export type Dirpath = Uint8Array;

/** `name`, section I */
export type Name = Uint8Array;

/** `mountstat3`, section 5.1.5 */
export const Mountstat3 = {
  MNT3_OK: 0,
  MNT3ERR_PERM: 1,
  MNT3ERR_NOENT: 2,
  MNT3ERR_IO: 5,
  MNT3ERR_ACCES: 13,
  MNT3ERR_NOTDIR: 20,
  MNT3ERR_INVAL: 22,
  MNT3ERR_NAMETOOLONG: 63,
  MNT3ERR_NOTSUPP: 10004,
  MNT3ERR_SERVERFAULT: 10006,
} as const;
export type Mountstat3 = (typeof Mountstat3)[keyof typeof Mountstat3];

export function decodeMountstat3(r: Reader): Mountstat3 {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 5:
    case 13:
    case 20:
    case 22:
    case 63:
    case 10004:
    case 10006:
      return value;
    default:
      throw new WireError(`mountstat3 ${value}`);
  }
}

/** `mountres3_ok`, section 5.2.1 */
export interface Mountres3Ok {
  readonly fhandle: Uint8Array;
  readonly authFlavors: readonly number[];
}

export function decodeMountres3Ok(r: Reader): Mountres3Ok {
  return {
    fhandle: decodeOpaque(r, FHSIZE3),
    authFlavors: decodeIntArray(r, 0xffffffff),
  };
}

export function encodeMountres3Ok(w: Writer, v: Mountres3Ok): void {
  encodeOpaque(w, v.fhandle, FHSIZE3);
  encodeIntArray(w, v.authFlavors, 0xffffffff);
}

/** `mountres3`, section 5.2.1 */
export type Mountres3 =
  | { readonly fhsStatus: typeof Mountstat3.MNT3_OK; readonly mountinfo: Mountres3Ok }
  | { readonly fhsStatus: Exclude<Mountstat3, typeof Mountstat3.MNT3_OK> };

export function decodeMountres3(r: Reader): Mountres3 {
  const fhsStatus = decodeMountstat3(r);
  switch (fhsStatus) {
    case Mountstat3.MNT3_OK:
      return { fhsStatus, mountinfo: decodeMountres3Ok(r) };
    default:
      return { fhsStatus };
  }
}

export function encodeMountres3(w: Writer, v: Mountres3): void {
  w.i32(v.fhsStatus);
  switch (v.fhsStatus) {
    case Mountstat3.MNT3_OK:
      encodeMountres3Ok(w, v.mountinfo);
      return;
    default:
      return;
  }
}

/** `mountlist`, section 5.2.2 */
export type Mountlist = readonly Mountbody[];

/** `mountbody`, section 5.2.2 */
export interface Mountbody {
  readonly mlHostname: Uint8Array;
  readonly mlDirectory: Uint8Array;
}

export function decodeMountbody(r: Reader): Mountbody {
  return {
    mlHostname: decodeOpaque(r, MNTNAMLEN),
    mlDirectory: decodeOpaque(r, MNTPATHLEN),
  };
}

export function encodeMountbody(w: Writer, v: Mountbody): void {
  encodeOpaque(w, v.mlHostname, MNTNAMLEN);
  encodeOpaque(w, v.mlDirectory, MNTPATHLEN);
}

/** `groups`, section 5.2.5 */
export type Groups = readonly Groupnode[];

/** `groupnode`, section 5.2.5 */
export interface Groupnode {
  readonly grName: Uint8Array;
}

export function decodeGroupnode(r: Reader): Groupnode {
  return {
    grName: decodeOpaque(r, MNTNAMLEN),
  };
}

export function encodeGroupnode(w: Writer, v: Groupnode): void {
  encodeOpaque(w, v.grName, MNTNAMLEN);
}

/** `exports`, section 5.2.5 */
export type Exports = readonly Exportnode[];

/** `exportnode`, section 5.2.5 */
export interface Exportnode {
  readonly exDir: Uint8Array;
  readonly exGroups: readonly Groupnode[];
}

export function decodeExportnode(r: Reader): Exportnode {
  return {
    exDir: decodeOpaque(r, MNTPATHLEN),
    exGroups: decodeGroupnodeList(r),
  };
}

export function encodeExportnode(w: Writer, v: Exportnode): void {
  encodeOpaque(w, v.exDir, MNTPATHLEN);
  encodeGroupnodeList(w, v.exGroups);
}

export const MOUNT_PROGRAM = 100005;
export const MOUNT_V3 = 3;

/** `MOUNT_PROGRAM`, section 5.2 */
export const mountV3Procedures = {
  MOUNTPROC3_NULL: {
    name: 'MOUNTPROC3_NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  MOUNTPROC3_MNT: {
    name: 'MOUNTPROC3_MNT',
    number: 1,
    decodeArgs: decodeDirpath,
    encodeArgs: encodeDirpath,
    decodeResult: decodeMountres3,
    encodeResult: encodeMountres3,
  } satisfies ProcedureCodec<Dirpath, Mountres3>,
  MOUNTPROC3_DUMP: {
    name: 'MOUNTPROC3_DUMP',
    number: 2,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeMountlist,
    encodeResult: encodeMountlist,
  } satisfies ProcedureCodec<void, Mountlist>,
  MOUNTPROC3_UMNT: {
    name: 'MOUNTPROC3_UMNT',
    number: 3,
    decodeArgs: decodeDirpath,
    encodeArgs: encodeDirpath,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<Dirpath, void>,
  MOUNTPROC3_UMNTALL: {
    name: 'MOUNTPROC3_UMNTALL',
    number: 4,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  MOUNTPROC3_EXPORT: {
    name: 'MOUNTPROC3_EXPORT',
    number: 5,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeExports,
    encodeResult: encodeExports,
  } satisfies ProcedureCodec<void, Exports>,
};

function decodeIntArray(r: Reader, limit: number): number[] {
  const count = decodeCount(r, limit, 4);
  const items: number[] = [];
  for (let index = 0; index < count; index++) items.push(r.i32());
  return items;
}

function encodeIntArray(w: Writer, items: readonly number[], limit: number): void {
  encodeCount(w, items.length, limit);
  for (const item of items) w.i32(item);
}

function decodeGroupnodeList(r: Reader): Groupnode[] {
  const items: Groupnode[] = [];
  while (decodeBool(r)) items.push(decodeGroupnode(r));
  return items;
}

function encodeGroupnodeList(w: Writer, items: readonly Groupnode[]): void {
  for (const item of items) {
    w.u32(1);
    encodeGroupnode(w, item);
  }
  w.u32(0);
}

export function decodeDirpath(r: Reader): Dirpath {
  return decodeOpaque(r, MNTPATHLEN);
}

export function encodeDirpath(w: Writer, v: Dirpath): void {
  encodeOpaque(w, v, MNTPATHLEN);
}

function decodeMountbodyList(r: Reader): Mountbody[] {
  const items: Mountbody[] = [];
  while (decodeBool(r)) items.push(decodeMountbody(r));
  return items;
}

function encodeMountbodyList(w: Writer, items: readonly Mountbody[]): void {
  for (const item of items) {
    w.u32(1);
    encodeMountbody(w, item);
  }
  w.u32(0);
}

export function decodeMountlist(r: Reader): Mountlist {
  return decodeMountbodyList(r);
}

export function encodeMountlist(w: Writer, v: Mountlist): void {
  encodeMountbodyList(w, v);
}

function decodeExportnodeList(r: Reader): Exportnode[] {
  const items: Exportnode[] = [];
  while (decodeBool(r)) items.push(decodeExportnode(r));
  return items;
}

function encodeExportnodeList(w: Writer, items: readonly Exportnode[]): void {
  for (const item of items) {
    w.u32(1);
    encodeExportnode(w, item);
  }
  w.u32(0);
}

export function decodeExports(r: Reader): Exports {
  return decodeExportnodeList(r);
}

export function encodeExports(w: Writer, v: Exports): void {
  encodeExportnodeList(w, v);
}
