// Generated from xdr/nfs3.x by tools/xdrgen.ts; do not edit.
import { type Reader, type Writer, WireError } from '@polynas/core/wire';
import type { ProcedureCodec } from '../codec/procedure-codec.ts';
import { attachOpaque, decodeBool, decodeFixed, decodeOpaque, decodeVoid, encodeBool, encodeFixed, encodeOpaque, encodeVoid, sizeOpaque } from '../codec/xdr.ts';

export const NFS3_FHSIZE = 64;
export const NFS3_COOKIEVERFSIZE = 8;
export const NFS3_CREATEVERFSIZE = 8;
export const NFS3_WRITEVERFSIZE = 8;
/** `uint64`, section 2.5 */
export type Uint64 = bigint;

/** `int64`, section 2.5 */
export type Int64 = bigint;

/** `uint32`, section 2.5 */
export type Uint32 = number;

/** `int32`, section 2.5 */
export type Int32 = number;

/** `filename3`, section 2.5 */
export type Filename3 = Uint8Array;

/** `nfspath3`, section 2.5 */
export type Nfspath3 = Uint8Array;

/** `fileid3`, section 2.5 */
export type Fileid3 = bigint;

/** `cookie3`, section 2.5 */
export type Cookie3 = bigint;

/** `cookieverf3`, section 2.5 */
export type Cookieverf3 = Uint8Array;

/** `createverf3`, section 2.5 */
export type Createverf3 = Uint8Array;

/** `writeverf3`, section 2.5 */
export type Writeverf3 = Uint8Array;

/** `uid3`, section 2.5 */
export type Uid3 = number;

/** `gid3`, section 2.5 */
export type Gid3 = number;

/** `size3`, section 2.5 */
export type Size3 = number;

/** `offset3`, section 2.5 */
export type Offset3 = number;

/** `mode3`, section 2.5 */
export type Mode3 = number;

/** `count3`, section 2.5 */
export type Count3 = number;

/** `nfsstat3`, section 2.6 */
export const Nfsstat3 = {
  NFS3_OK: 0,
  NFS3ERR_PERM: 1,
  NFS3ERR_NOENT: 2,
  NFS3ERR_IO: 5,
  NFS3ERR_NXIO: 6,
  NFS3ERR_ACCES: 13,
  NFS3ERR_EXIST: 17,
  NFS3ERR_XDEV: 18,
  NFS3ERR_NODEV: 19,
  NFS3ERR_NOTDIR: 20,
  NFS3ERR_ISDIR: 21,
  NFS3ERR_INVAL: 22,
  NFS3ERR_FBIG: 27,
  NFS3ERR_NOSPC: 28,
  NFS3ERR_ROFS: 30,
  NFS3ERR_MLINK: 31,
  NFS3ERR_NAMETOOLONG: 63,
  NFS3ERR_NOTEMPTY: 66,
  NFS3ERR_DQUOT: 69,
  NFS3ERR_STALE: 70,
  NFS3ERR_REMOTE: 71,
  NFS3ERR_BADHANDLE: 10001,
  NFS3ERR_NOT_SYNC: 10002,
  NFS3ERR_BAD_COOKIE: 10003,
  NFS3ERR_NOTSUPP: 10004,
  NFS3ERR_TOOSMALL: 10005,
  NFS3ERR_SERVERFAULT: 10006,
  NFS3ERR_BADTYPE: 10007,
  NFS3ERR_JUKEBOX: 10008,
} as const;
export type Nfsstat3 = (typeof Nfsstat3)[keyof typeof Nfsstat3];

export function decodeNfsstat3(r: Reader): Nfsstat3 {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 5:
    case 6:
    case 13:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
    case 22:
    case 27:
    case 28:
    case 30:
    case 31:
    case 63:
    case 66:
    case 69:
    case 70:
    case 71:
    case 10001:
    case 10002:
    case 10003:
    case 10004:
    case 10005:
    case 10006:
    case 10007:
    case 10008:
      return value;
    default:
      throw new WireError(`nfsstat3 ${value}`);
  }
}

/** `ftype3`, section 2.6 */
export const Ftype3 = {
  NF3REG: 1,
  NF3DIR: 2,
  NF3BLK: 3,
  NF3CHR: 4,
  NF3LNK: 5,
  NF3SOCK: 6,
  NF3FIFO: 7,
} as const;
export type Ftype3 = (typeof Ftype3)[keyof typeof Ftype3];

export function decodeFtype3(r: Reader): Ftype3 {
  const value = r.i32();
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return value;
    default:
      throw new WireError(`ftype3 ${value}`);
  }
}

/** `specdata3`, section 2.6 */
export interface Specdata3 {
  readonly specdata1: number;
  readonly specdata2: number;
}

export function decodeSpecdata3(r: Reader): Specdata3 {
  return {
    specdata1: r.u32(),
    specdata2: r.u32(),
  };
}

export function encodeSpecdata3(w: Writer, v: Specdata3): void {
  w.u32(v.specdata1);
  w.u32(v.specdata2);
}

/** `nfs_fh3`, section 2.6 */
export type NfsFh3 = Uint8Array;

/** `nfstime3`, section 2.6 */
export interface Nfstime3 {
  readonly seconds: number;
  readonly nseconds: number;
}

export function decodeNfstime3(r: Reader): Nfstime3 {
  return {
    seconds: r.u32(),
    nseconds: r.u32(),
  };
}

export function encodeNfstime3(w: Writer, v: Nfstime3): void {
  w.u32(v.seconds);
  w.u32(v.nseconds);
}

/** `fattr3`, section 2.6 */
export interface Fattr3 {
  readonly type: Ftype3;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly used: number;
  readonly rdev: Specdata3;
  readonly fsid: bigint;
  readonly fileid: bigint;
  readonly atime: Nfstime3;
  readonly mtime: Nfstime3;
  readonly ctime: Nfstime3;
}

export function decodeFattr3(r: Reader): Fattr3 {
  return {
    type: decodeFtype3(r),
    mode: r.u32(),
    nlink: r.u32(),
    uid: r.u32(),
    gid: r.u32(),
    size: r.u64Wide(),
    used: r.u64Wide(),
    rdev: decodeSpecdata3(r),
    fsid: r.u64(),
    fileid: r.u64(),
    atime: decodeNfstime3(r),
    mtime: decodeNfstime3(r),
    ctime: decodeNfstime3(r),
  };
}

export function encodeFattr3(w: Writer, v: Fattr3): void {
  w.i32(v.type);
  w.u32(v.mode);
  w.u32(v.nlink);
  w.u32(v.uid);
  w.u32(v.gid);
  w.u64Number(v.size);
  w.u64Number(v.used);
  encodeSpecdata3(w, v.rdev);
  w.u64(v.fsid);
  w.u64(v.fileid);
  encodeNfstime3(w, v.atime);
  encodeNfstime3(w, v.mtime);
  encodeNfstime3(w, v.ctime);
}

/** `post_op_attr`, section 2.6 */
export type PostOpAttr = Fattr3 | undefined;

export function decodePostOpAttr(r: Reader): PostOpAttr {
  return decodeBool(r) ? decodeFattr3(r) : undefined;
}

export function encodePostOpAttr(w: Writer, v: PostOpAttr): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  encodeFattr3(w, v);
}

/** `wcc_attr`, section 2.6 */
export interface WccAttr {
  readonly size: number;
  readonly mtime: Nfstime3;
  readonly ctime: Nfstime3;
}

export function decodeWccAttr(r: Reader): WccAttr {
  return {
    size: r.u64Wide(),
    mtime: decodeNfstime3(r),
    ctime: decodeNfstime3(r),
  };
}

export function encodeWccAttr(w: Writer, v: WccAttr): void {
  w.u64Number(v.size);
  encodeNfstime3(w, v.mtime);
  encodeNfstime3(w, v.ctime);
}

/** `pre_op_attr`, section 2.6 */
export type PreOpAttr = WccAttr | undefined;

export function decodePreOpAttr(r: Reader): PreOpAttr {
  return decodeBool(r) ? decodeWccAttr(r) : undefined;
}

export function encodePreOpAttr(w: Writer, v: PreOpAttr): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  encodeWccAttr(w, v);
}

/** `wcc_data`, section 2.6 */
export interface WccData {
  readonly before: PreOpAttr;
  readonly after: PostOpAttr;
}

export function decodeWccData(r: Reader): WccData {
  return {
    before: decodePreOpAttr(r),
    after: decodePostOpAttr(r),
  };
}

export function encodeWccData(w: Writer, v: WccData): void {
  encodePreOpAttr(w, v.before);
  encodePostOpAttr(w, v.after);
}

/** `post_op_fh3`, section 2.6 */
export type PostOpFh3 = Uint8Array | undefined;

export function decodePostOpFh3(r: Reader): PostOpFh3 {
  return decodeBool(r) ? decodeOpaque(r, NFS3_FHSIZE) : undefined;
}

export function encodePostOpFh3(w: Writer, v: PostOpFh3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  encodeOpaque(w, v, NFS3_FHSIZE);
}

/** `time_how`, section 2.6 */
export const TimeHow = {
  DONT_CHANGE: 0,
  SET_TO_SERVER_TIME: 1,
  SET_TO_CLIENT_TIME: 2,
} as const;
export type TimeHow = (typeof TimeHow)[keyof typeof TimeHow];

export function decodeTimeHow(r: Reader): TimeHow {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
      return value;
    default:
      throw new WireError(`time_how ${value}`);
  }
}

/** `set_mode3`, section 2.6 */
export type SetMode3 = number | undefined;

export function decodeSetMode3(r: Reader): SetMode3 {
  return decodeBool(r) ? r.u32() : undefined;
}

export function encodeSetMode3(w: Writer, v: SetMode3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  w.u32(v);
}

/** `set_uid3`, section 2.6 */
export type SetUid3 = number | undefined;

export function decodeSetUid3(r: Reader): SetUid3 {
  return decodeBool(r) ? r.u32() : undefined;
}

export function encodeSetUid3(w: Writer, v: SetUid3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  w.u32(v);
}

/** `set_gid3`, section 2.6 */
export type SetGid3 = number | undefined;

export function decodeSetGid3(r: Reader): SetGid3 {
  return decodeBool(r) ? r.u32() : undefined;
}

export function encodeSetGid3(w: Writer, v: SetGid3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  w.u32(v);
}

/** `set_size3`, section 2.6 */
export type SetSize3 = number | undefined;

export function decodeSetSize3(r: Reader): SetSize3 {
  return decodeBool(r) ? r.u64Wide() : undefined;
}

export function encodeSetSize3(w: Writer, v: SetSize3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  w.u64Number(v);
}

/** `set_atime`, section 2.6 */
export type SetAtime =
  | { readonly setIt: typeof TimeHow.SET_TO_CLIENT_TIME; readonly atime: Nfstime3 }
  | { readonly setIt: Exclude<TimeHow, typeof TimeHow.SET_TO_CLIENT_TIME> };

export function decodeSetAtime(r: Reader): SetAtime {
  const setIt = decodeTimeHow(r);
  switch (setIt) {
    case TimeHow.SET_TO_CLIENT_TIME:
      return { setIt, atime: decodeNfstime3(r) };
    default:
      return { setIt };
  }
}

export function encodeSetAtime(w: Writer, v: SetAtime): void {
  w.i32(v.setIt);
  switch (v.setIt) {
    case TimeHow.SET_TO_CLIENT_TIME:
      encodeNfstime3(w, v.atime);
      return;
    default:
      return;
  }
}

/** `set_mtime`, section 2.6 */
export type SetMtime =
  | { readonly setIt: typeof TimeHow.SET_TO_CLIENT_TIME; readonly mtime: Nfstime3 }
  | { readonly setIt: Exclude<TimeHow, typeof TimeHow.SET_TO_CLIENT_TIME> };

export function decodeSetMtime(r: Reader): SetMtime {
  const setIt = decodeTimeHow(r);
  switch (setIt) {
    case TimeHow.SET_TO_CLIENT_TIME:
      return { setIt, mtime: decodeNfstime3(r) };
    default:
      return { setIt };
  }
}

export function encodeSetMtime(w: Writer, v: SetMtime): void {
  w.i32(v.setIt);
  switch (v.setIt) {
    case TimeHow.SET_TO_CLIENT_TIME:
      encodeNfstime3(w, v.mtime);
      return;
    default:
      return;
  }
}

/** `sattr3`, section 2.6 */
export interface Sattr3 {
  readonly mode: SetMode3;
  readonly uid: SetUid3;
  readonly gid: SetGid3;
  readonly size: SetSize3;
  readonly atime: SetAtime;
  readonly mtime: SetMtime;
}

export function decodeSattr3(r: Reader): Sattr3 {
  return {
    mode: decodeSetMode3(r),
    uid: decodeSetUid3(r),
    gid: decodeSetGid3(r),
    size: decodeSetSize3(r),
    atime: decodeSetAtime(r),
    mtime: decodeSetMtime(r),
  };
}

export function encodeSattr3(w: Writer, v: Sattr3): void {
  encodeSetMode3(w, v.mode);
  encodeSetUid3(w, v.uid);
  encodeSetGid3(w, v.gid);
  encodeSetSize3(w, v.size);
  encodeSetAtime(w, v.atime);
  encodeSetMtime(w, v.mtime);
}

/** `diropargs3`, section 2.6 */
export interface Diropargs3 {
  readonly dir: Uint8Array;
  readonly name: Uint8Array;
}

export function decodeDiropargs3(r: Reader): Diropargs3 {
  return {
    dir: decodeOpaque(r, NFS3_FHSIZE),
    name: decodeOpaque(r, 0xffffffff),
  };
}

export function encodeDiropargs3(w: Writer, v: Diropargs3): void {
  encodeOpaque(w, v.dir, NFS3_FHSIZE);
  encodeOpaque(w, v.name, 0xffffffff);
}

/** `GETATTR3args`, section 3.3.1 */
export interface Getattr3Args {
  readonly object: Uint8Array;
}

export function decodeGetattr3Args(r: Reader): Getattr3Args {
  return {
    object: decodeOpaque(r, NFS3_FHSIZE),
  };
}

export function encodeGetattr3Args(w: Writer, v: Getattr3Args): void {
  encodeOpaque(w, v.object, NFS3_FHSIZE);
}

/** `GETATTR3resok`, section 3.3.1 */
export interface Getattr3ResOk {
  readonly objAttributes: Fattr3;
}

export function decodeGetattr3ResOk(r: Reader): Getattr3ResOk {
  return {
    objAttributes: decodeFattr3(r),
  };
}

export function encodeGetattr3ResOk(w: Writer, v: Getattr3ResOk): void {
  encodeFattr3(w, v.objAttributes);
}

/** `GETATTR3res`, section 3.3.1 */
export type Getattr3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Getattr3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK> };

export function decodeGetattr3Res(r: Reader): Getattr3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeGetattr3ResOk(r) };
    default:
      return { status };
  }
}

export function encodeGetattr3Res(w: Writer, v: Getattr3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeGetattr3ResOk(w, v.resok);
      return;
    default:
      return;
  }
}

/** `sattrguard3`, section 3.3.2 */
export type Sattrguard3 = Nfstime3 | undefined;

export function decodeSattrguard3(r: Reader): Sattrguard3 {
  return decodeBool(r) ? decodeNfstime3(r) : undefined;
}

export function encodeSattrguard3(w: Writer, v: Sattrguard3): void {
  if (v === undefined) {
    w.u32(0);
    return;
  }
  w.u32(1);
  encodeNfstime3(w, v);
}

/** `SETATTR3args`, section 3.3.2 */
export interface Setattr3Args {
  readonly object: Uint8Array;
  readonly newAttributes: Sattr3;
  readonly guard: Sattrguard3;
}

export function decodeSetattr3Args(r: Reader): Setattr3Args {
  return {
    object: decodeOpaque(r, NFS3_FHSIZE),
    newAttributes: decodeSattr3(r),
    guard: decodeSattrguard3(r),
  };
}

export function encodeSetattr3Args(w: Writer, v: Setattr3Args): void {
  encodeOpaque(w, v.object, NFS3_FHSIZE);
  encodeSattr3(w, v.newAttributes);
  encodeSattrguard3(w, v.guard);
}

/** `SETATTR3resok`, section 3.3.2 */
export interface Setattr3ResOk {
  readonly objWcc: WccData;
}

export function decodeSetattr3ResOk(r: Reader): Setattr3ResOk {
  return {
    objWcc: decodeWccData(r),
  };
}

export function encodeSetattr3ResOk(w: Writer, v: Setattr3ResOk): void {
  encodeWccData(w, v.objWcc);
}

/** `SETATTR3resfail`, section 3.3.2 */
export interface Setattr3ResFail {
  readonly objWcc: WccData;
}

export function decodeSetattr3ResFail(r: Reader): Setattr3ResFail {
  return {
    objWcc: decodeWccData(r),
  };
}

export function encodeSetattr3ResFail(w: Writer, v: Setattr3ResFail): void {
  encodeWccData(w, v.objWcc);
}

/** `SETATTR3res`, section 3.3.2 */
export type Setattr3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Setattr3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Setattr3ResFail };

export function decodeSetattr3Res(r: Reader): Setattr3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeSetattr3ResOk(r) };
    default:
      return { status, resfail: decodeSetattr3ResFail(r) };
  }
}

export function encodeSetattr3Res(w: Writer, v: Setattr3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeSetattr3ResOk(w, v.resok);
      return;
    default:
      encodeSetattr3ResFail(w, v.resfail);
      return;
  }
}

/** `LOOKUP3args`, section 3.3.3 */
export interface Lookup3Args {
  readonly what: Diropargs3;
}

export function decodeLookup3Args(r: Reader): Lookup3Args {
  return {
    what: decodeDiropargs3(r),
  };
}

export function encodeLookup3Args(w: Writer, v: Lookup3Args): void {
  encodeDiropargs3(w, v.what);
}

/** `LOOKUP3resok`, section 3.3.3 */
export interface Lookup3ResOk {
  readonly object: Uint8Array;
  readonly objAttributes: PostOpAttr;
  readonly dirAttributes: PostOpAttr;
}

export function decodeLookup3ResOk(r: Reader): Lookup3ResOk {
  return {
    object: decodeOpaque(r, NFS3_FHSIZE),
    objAttributes: decodePostOpAttr(r),
    dirAttributes: decodePostOpAttr(r),
  };
}

export function encodeLookup3ResOk(w: Writer, v: Lookup3ResOk): void {
  encodeOpaque(w, v.object, NFS3_FHSIZE);
  encodePostOpAttr(w, v.objAttributes);
  encodePostOpAttr(w, v.dirAttributes);
}

/** `LOOKUP3resfail`, section 3.3.3 */
export interface Lookup3ResFail {
  readonly dirAttributes: PostOpAttr;
}

export function decodeLookup3ResFail(r: Reader): Lookup3ResFail {
  return {
    dirAttributes: decodePostOpAttr(r),
  };
}

export function encodeLookup3ResFail(w: Writer, v: Lookup3ResFail): void {
  encodePostOpAttr(w, v.dirAttributes);
}

/** `LOOKUP3res`, section 3.3.3 */
export type Lookup3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Lookup3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Lookup3ResFail };

export function decodeLookup3Res(r: Reader): Lookup3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeLookup3ResOk(r) };
    default:
      return { status, resfail: decodeLookup3ResFail(r) };
  }
}

export function encodeLookup3Res(w: Writer, v: Lookup3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeLookup3ResOk(w, v.resok);
      return;
    default:
      encodeLookup3ResFail(w, v.resfail);
      return;
  }
}

export const ACCESS3_READ = 1;
export const ACCESS3_LOOKUP = 2;
export const ACCESS3_MODIFY = 4;
export const ACCESS3_EXTEND = 8;
export const ACCESS3_DELETE = 16;
export const ACCESS3_EXECUTE = 32;
/** `ACCESS3args`, section 3.3.4 */
export interface Access3Args {
  readonly object: Uint8Array;
  readonly access: number;
}

export function decodeAccess3Args(r: Reader): Access3Args {
  return {
    object: decodeOpaque(r, NFS3_FHSIZE),
    access: r.u32(),
  };
}

export function encodeAccess3Args(w: Writer, v: Access3Args): void {
  encodeOpaque(w, v.object, NFS3_FHSIZE);
  w.u32(v.access);
}

/** `ACCESS3resok`, section 3.3.4 */
export interface Access3ResOk {
  readonly objAttributes: PostOpAttr;
  readonly access: number;
}

export function decodeAccess3ResOk(r: Reader): Access3ResOk {
  return {
    objAttributes: decodePostOpAttr(r),
    access: r.u32(),
  };
}

export function encodeAccess3ResOk(w: Writer, v: Access3ResOk): void {
  encodePostOpAttr(w, v.objAttributes);
  w.u32(v.access);
}

/** `ACCESS3resfail`, section 3.3.4 */
export interface Access3ResFail {
  readonly objAttributes: PostOpAttr;
}

export function decodeAccess3ResFail(r: Reader): Access3ResFail {
  return {
    objAttributes: decodePostOpAttr(r),
  };
}

export function encodeAccess3ResFail(w: Writer, v: Access3ResFail): void {
  encodePostOpAttr(w, v.objAttributes);
}

/** `ACCESS3res`, section 3.3.4 */
export type Access3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Access3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Access3ResFail };

export function decodeAccess3Res(r: Reader): Access3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeAccess3ResOk(r) };
    default:
      return { status, resfail: decodeAccess3ResFail(r) };
  }
}

export function encodeAccess3Res(w: Writer, v: Access3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeAccess3ResOk(w, v.resok);
      return;
    default:
      encodeAccess3ResFail(w, v.resfail);
      return;
  }
}

/** `READLINK3args`, section 3.3.5 */
export interface Readlink3Args {
  readonly symlink: Uint8Array;
}

export function decodeReadlink3Args(r: Reader): Readlink3Args {
  return {
    symlink: decodeOpaque(r, NFS3_FHSIZE),
  };
}

export function encodeReadlink3Args(w: Writer, v: Readlink3Args): void {
  encodeOpaque(w, v.symlink, NFS3_FHSIZE);
}

/** `READLINK3resok`, section 3.3.5 */
export interface Readlink3ResOk {
  readonly symlinkAttributes: PostOpAttr;
  readonly data: Uint8Array;
}

export function decodeReadlink3ResOk(r: Reader): Readlink3ResOk {
  return {
    symlinkAttributes: decodePostOpAttr(r),
    data: decodeOpaque(r, 0xffffffff),
  };
}

export function encodeReadlink3ResOk(w: Writer, v: Readlink3ResOk): void {
  encodePostOpAttr(w, v.symlinkAttributes);
  encodeOpaque(w, v.data, 0xffffffff);
}

/** `READLINK3resfail`, section 3.3.5 */
export interface Readlink3ResFail {
  readonly symlinkAttributes: PostOpAttr;
}

export function decodeReadlink3ResFail(r: Reader): Readlink3ResFail {
  return {
    symlinkAttributes: decodePostOpAttr(r),
  };
}

export function encodeReadlink3ResFail(w: Writer, v: Readlink3ResFail): void {
  encodePostOpAttr(w, v.symlinkAttributes);
}

/** `READLINK3res`, section 3.3.5 */
export type Readlink3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Readlink3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Readlink3ResFail };

export function decodeReadlink3Res(r: Reader): Readlink3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeReadlink3ResOk(r) };
    default:
      return { status, resfail: decodeReadlink3ResFail(r) };
  }
}

export function encodeReadlink3Res(w: Writer, v: Readlink3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeReadlink3ResOk(w, v.resok);
      return;
    default:
      encodeReadlink3ResFail(w, v.resfail);
      return;
  }
}

/** `READ3args`, section 3.3.6 */
export interface Read3Args {
  readonly file: Uint8Array;
  readonly offset: number;
  readonly count: number;
}

export function decodeRead3Args(r: Reader): Read3Args {
  return {
    file: decodeOpaque(r, NFS3_FHSIZE),
    offset: r.u64Wide(),
    count: r.u32(),
  };
}

export function encodeRead3Args(w: Writer, v: Read3Args): void {
  encodeOpaque(w, v.file, NFS3_FHSIZE);
  w.u64Number(v.offset);
  w.u32(v.count);
}

/** `READ3resok`, section 3.3.6 */
export interface Read3ResOk {
  readonly fileAttributes: PostOpAttr;
  readonly count: number;
  readonly eof: boolean;
  readonly data: Uint8Array;
}

export function decodeRead3ResOk(r: Reader): Read3ResOk {
  return {
    fileAttributes: decodePostOpAttr(r),
    count: r.u32(),
    eof: decodeBool(r),
    data: decodeOpaque(r, 0xffffffff),
  };
}

export function encodeRead3ResOk(w: Writer, v: Read3ResOk): void {
  encodePostOpAttr(w, v.fileAttributes);
  w.u32(v.count);
  encodeBool(w, v.eof);
  attachOpaque(w, v.data, 0xffffffff);
}

/** `READ3resfail`, section 3.3.6 */
export interface Read3ResFail {
  readonly fileAttributes: PostOpAttr;
}

export function decodeRead3ResFail(r: Reader): Read3ResFail {
  return {
    fileAttributes: decodePostOpAttr(r),
  };
}

export function encodeRead3ResFail(w: Writer, v: Read3ResFail): void {
  encodePostOpAttr(w, v.fileAttributes);
}

/** `READ3res`, section 3.3.6 */
export type Read3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Read3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Read3ResFail };

export function decodeRead3Res(r: Reader): Read3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeRead3ResOk(r) };
    default:
      return { status, resfail: decodeRead3ResFail(r) };
  }
}

export function encodeRead3Res(w: Writer, v: Read3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeRead3ResOk(w, v.resok);
      return;
    default:
      encodeRead3ResFail(w, v.resfail);
      return;
  }
}

/** `stable_how`, section 3.3.7 */
export const StableHow = {
  UNSTABLE: 0,
  DATA_SYNC: 1,
  FILE_SYNC: 2,
} as const;
export type StableHow = (typeof StableHow)[keyof typeof StableHow];

export function decodeStableHow(r: Reader): StableHow {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
      return value;
    default:
      throw new WireError(`stable_how ${value}`);
  }
}

/** `WRITE3args`, section 3.3.7 */
export interface Write3Args {
  readonly file: Uint8Array;
  readonly offset: number;
  readonly count: number;
  readonly stable: StableHow;
  readonly data: Uint8Array;
}

export function decodeWrite3Args(r: Reader): Write3Args {
  return {
    file: decodeOpaque(r, NFS3_FHSIZE),
    offset: r.u64Wide(),
    count: r.u32(),
    stable: decodeStableHow(r),
    data: decodeOpaque(r, 0xffffffff),
  };
}

export function encodeWrite3Args(w: Writer, v: Write3Args): void {
  encodeOpaque(w, v.file, NFS3_FHSIZE);
  w.u64Number(v.offset);
  w.u32(v.count);
  w.i32(v.stable);
  attachOpaque(w, v.data, 0xffffffff);
}

/** `WRITE3resok`, section 3.3.7 */
export interface Write3ResOk {
  readonly fileWcc: WccData;
  readonly count: number;
  readonly committed: StableHow;
  readonly verf: Uint8Array;
}

export function decodeWrite3ResOk(r: Reader): Write3ResOk {
  return {
    fileWcc: decodeWccData(r),
    count: r.u32(),
    committed: decodeStableHow(r),
    verf: decodeFixed(r, NFS3_WRITEVERFSIZE),
  };
}

export function encodeWrite3ResOk(w: Writer, v: Write3ResOk): void {
  encodeWccData(w, v.fileWcc);
  w.u32(v.count);
  w.i32(v.committed);
  encodeFixed(w, v.verf, NFS3_WRITEVERFSIZE);
}

/** `WRITE3resfail`, section 3.3.7 */
export interface Write3ResFail {
  readonly fileWcc: WccData;
}

export function decodeWrite3ResFail(r: Reader): Write3ResFail {
  return {
    fileWcc: decodeWccData(r),
  };
}

export function encodeWrite3ResFail(w: Writer, v: Write3ResFail): void {
  encodeWccData(w, v.fileWcc);
}

/** `WRITE3res`, section 3.3.7 */
export type Write3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Write3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Write3ResFail };

export function decodeWrite3Res(r: Reader): Write3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeWrite3ResOk(r) };
    default:
      return { status, resfail: decodeWrite3ResFail(r) };
  }
}

export function encodeWrite3Res(w: Writer, v: Write3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeWrite3ResOk(w, v.resok);
      return;
    default:
      encodeWrite3ResFail(w, v.resfail);
      return;
  }
}

/** `createmode3`, section 3.3.8 */
export const Createmode3 = {
  UNCHECKED: 0,
  GUARDED: 1,
  EXCLUSIVE: 2,
} as const;
export type Createmode3 = (typeof Createmode3)[keyof typeof Createmode3];

export function decodeCreatemode3(r: Reader): Createmode3 {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
      return value;
    default:
      throw new WireError(`createmode3 ${value}`);
  }
}

/** `createhow3`, section 3.3.8 */
export type Createhow3 =
  | { readonly mode: typeof Createmode3.UNCHECKED | typeof Createmode3.GUARDED; readonly objAttributes: Sattr3 }
  | { readonly mode: typeof Createmode3.EXCLUSIVE; readonly verf: Uint8Array };

export function decodeCreatehow3(r: Reader): Createhow3 {
  const mode = decodeCreatemode3(r);
  switch (mode) {
    case Createmode3.UNCHECKED:
    case Createmode3.GUARDED:
      return { mode, objAttributes: decodeSattr3(r) };
    case Createmode3.EXCLUSIVE:
      return { mode, verf: decodeFixed(r, NFS3_CREATEVERFSIZE) };
  }
}

export function encodeCreatehow3(w: Writer, v: Createhow3): void {
  w.i32(v.mode);
  switch (v.mode) {
    case Createmode3.UNCHECKED:
    case Createmode3.GUARDED:
      encodeSattr3(w, v.objAttributes);
      return;
    case Createmode3.EXCLUSIVE:
      encodeFixed(w, v.verf, NFS3_CREATEVERFSIZE);
      return;
  }
}

/** `CREATE3args`, section 3.3.8 */
export interface Create3Args {
  readonly where: Diropargs3;
  readonly how: Createhow3;
}

export function decodeCreate3Args(r: Reader): Create3Args {
  return {
    where: decodeDiropargs3(r),
    how: decodeCreatehow3(r),
  };
}

export function encodeCreate3Args(w: Writer, v: Create3Args): void {
  encodeDiropargs3(w, v.where);
  encodeCreatehow3(w, v.how);
}

/** `CREATE3resok`, section 3.3.8 */
export interface Create3ResOk {
  readonly obj: PostOpFh3;
  readonly objAttributes: PostOpAttr;
  readonly dirWcc: WccData;
}

export function decodeCreate3ResOk(r: Reader): Create3ResOk {
  return {
    obj: decodePostOpFh3(r),
    objAttributes: decodePostOpAttr(r),
    dirWcc: decodeWccData(r),
  };
}

export function encodeCreate3ResOk(w: Writer, v: Create3ResOk): void {
  encodePostOpFh3(w, v.obj);
  encodePostOpAttr(w, v.objAttributes);
  encodeWccData(w, v.dirWcc);
}

/** `CREATE3resfail`, section 3.3.8 */
export interface Create3ResFail {
  readonly dirWcc: WccData;
}

export function decodeCreate3ResFail(r: Reader): Create3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeCreate3ResFail(w: Writer, v: Create3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `CREATE3res`, section 3.3.8 */
export type Create3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Create3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Create3ResFail };

export function decodeCreate3Res(r: Reader): Create3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeCreate3ResOk(r) };
    default:
      return { status, resfail: decodeCreate3ResFail(r) };
  }
}

export function encodeCreate3Res(w: Writer, v: Create3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeCreate3ResOk(w, v.resok);
      return;
    default:
      encodeCreate3ResFail(w, v.resfail);
      return;
  }
}

/** `MKDIR3args`, section 3.3.9 */
export interface Mkdir3Args {
  readonly where: Diropargs3;
  readonly attributes: Sattr3;
}

export function decodeMkdir3Args(r: Reader): Mkdir3Args {
  return {
    where: decodeDiropargs3(r),
    attributes: decodeSattr3(r),
  };
}

export function encodeMkdir3Args(w: Writer, v: Mkdir3Args): void {
  encodeDiropargs3(w, v.where);
  encodeSattr3(w, v.attributes);
}

/** `MKDIR3resok`, section 3.3.9 */
export interface Mkdir3ResOk {
  readonly obj: PostOpFh3;
  readonly objAttributes: PostOpAttr;
  readonly dirWcc: WccData;
}

export function decodeMkdir3ResOk(r: Reader): Mkdir3ResOk {
  return {
    obj: decodePostOpFh3(r),
    objAttributes: decodePostOpAttr(r),
    dirWcc: decodeWccData(r),
  };
}

export function encodeMkdir3ResOk(w: Writer, v: Mkdir3ResOk): void {
  encodePostOpFh3(w, v.obj);
  encodePostOpAttr(w, v.objAttributes);
  encodeWccData(w, v.dirWcc);
}

/** `MKDIR3resfail`, section 3.3.9 */
export interface Mkdir3ResFail {
  readonly dirWcc: WccData;
}

export function decodeMkdir3ResFail(r: Reader): Mkdir3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeMkdir3ResFail(w: Writer, v: Mkdir3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `MKDIR3res`, section 3.3.9 */
export type Mkdir3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Mkdir3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Mkdir3ResFail };

export function decodeMkdir3Res(r: Reader): Mkdir3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeMkdir3ResOk(r) };
    default:
      return { status, resfail: decodeMkdir3ResFail(r) };
  }
}

export function encodeMkdir3Res(w: Writer, v: Mkdir3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeMkdir3ResOk(w, v.resok);
      return;
    default:
      encodeMkdir3ResFail(w, v.resfail);
      return;
  }
}

/** `symlinkdata3`, section 3.3.10 */
export interface Symlinkdata3 {
  readonly symlinkAttributes: Sattr3;
  readonly symlinkData: Uint8Array;
}

export function decodeSymlinkdata3(r: Reader): Symlinkdata3 {
  return {
    symlinkAttributes: decodeSattr3(r),
    symlinkData: decodeOpaque(r, 0xffffffff),
  };
}

export function encodeSymlinkdata3(w: Writer, v: Symlinkdata3): void {
  encodeSattr3(w, v.symlinkAttributes);
  encodeOpaque(w, v.symlinkData, 0xffffffff);
}

/** `SYMLINK3args`, section 3.3.10 */
export interface Symlink3Args {
  readonly where: Diropargs3;
  readonly symlink: Symlinkdata3;
}

export function decodeSymlink3Args(r: Reader): Symlink3Args {
  return {
    where: decodeDiropargs3(r),
    symlink: decodeSymlinkdata3(r),
  };
}

export function encodeSymlink3Args(w: Writer, v: Symlink3Args): void {
  encodeDiropargs3(w, v.where);
  encodeSymlinkdata3(w, v.symlink);
}

/** `SYMLINK3resok`, section 3.3.10 */
export interface Symlink3ResOk {
  readonly obj: PostOpFh3;
  readonly objAttributes: PostOpAttr;
  readonly dirWcc: WccData;
}

export function decodeSymlink3ResOk(r: Reader): Symlink3ResOk {
  return {
    obj: decodePostOpFh3(r),
    objAttributes: decodePostOpAttr(r),
    dirWcc: decodeWccData(r),
  };
}

export function encodeSymlink3ResOk(w: Writer, v: Symlink3ResOk): void {
  encodePostOpFh3(w, v.obj);
  encodePostOpAttr(w, v.objAttributes);
  encodeWccData(w, v.dirWcc);
}

/** `SYMLINK3resfail`, section 3.3.10 */
export interface Symlink3ResFail {
  readonly dirWcc: WccData;
}

export function decodeSymlink3ResFail(r: Reader): Symlink3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeSymlink3ResFail(w: Writer, v: Symlink3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `SYMLINK3res`, section 3.3.10 */
export type Symlink3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Symlink3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Symlink3ResFail };

export function decodeSymlink3Res(r: Reader): Symlink3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeSymlink3ResOk(r) };
    default:
      return { status, resfail: decodeSymlink3ResFail(r) };
  }
}

export function encodeSymlink3Res(w: Writer, v: Symlink3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeSymlink3ResOk(w, v.resok);
      return;
    default:
      encodeSymlink3ResFail(w, v.resfail);
      return;
  }
}

/** `devicedata3`, section 3.3.11 */
export interface Devicedata3 {
  readonly devAttributes: Sattr3;
  readonly spec: Specdata3;
}

export function decodeDevicedata3(r: Reader): Devicedata3 {
  return {
    devAttributes: decodeSattr3(r),
    spec: decodeSpecdata3(r),
  };
}

export function encodeDevicedata3(w: Writer, v: Devicedata3): void {
  encodeSattr3(w, v.devAttributes);
  encodeSpecdata3(w, v.spec);
}

/** `mknoddata3`, section 3.3.11 */
export type Mknoddata3 =
  | { readonly type: typeof Ftype3.NF3CHR | typeof Ftype3.NF3BLK; readonly device: Devicedata3 }
  | { readonly type: typeof Ftype3.NF3SOCK | typeof Ftype3.NF3FIFO; readonly pipeAttributes: Sattr3 }
  | { readonly type: Exclude<Ftype3, typeof Ftype3.NF3CHR | typeof Ftype3.NF3BLK | typeof Ftype3.NF3SOCK | typeof Ftype3.NF3FIFO> };

export function decodeMknoddata3(r: Reader): Mknoddata3 {
  const type = decodeFtype3(r);
  switch (type) {
    case Ftype3.NF3CHR:
    case Ftype3.NF3BLK:
      return { type, device: decodeDevicedata3(r) };
    case Ftype3.NF3SOCK:
    case Ftype3.NF3FIFO:
      return { type, pipeAttributes: decodeSattr3(r) };
    default:
      return { type };
  }
}

export function encodeMknoddata3(w: Writer, v: Mknoddata3): void {
  w.i32(v.type);
  switch (v.type) {
    case Ftype3.NF3CHR:
    case Ftype3.NF3BLK:
      encodeDevicedata3(w, v.device);
      return;
    case Ftype3.NF3SOCK:
    case Ftype3.NF3FIFO:
      encodeSattr3(w, v.pipeAttributes);
      return;
    default:
      return;
  }
}

/** `MKNOD3args`, section 3.3.11 */
export interface Mknod3Args {
  readonly where: Diropargs3;
  readonly what: Mknoddata3;
}

export function decodeMknod3Args(r: Reader): Mknod3Args {
  return {
    where: decodeDiropargs3(r),
    what: decodeMknoddata3(r),
  };
}

export function encodeMknod3Args(w: Writer, v: Mknod3Args): void {
  encodeDiropargs3(w, v.where);
  encodeMknoddata3(w, v.what);
}

/** `MKNOD3resok`, section 3.3.11 */
export interface Mknod3ResOk {
  readonly obj: PostOpFh3;
  readonly objAttributes: PostOpAttr;
  readonly dirWcc: WccData;
}

export function decodeMknod3ResOk(r: Reader): Mknod3ResOk {
  return {
    obj: decodePostOpFh3(r),
    objAttributes: decodePostOpAttr(r),
    dirWcc: decodeWccData(r),
  };
}

export function encodeMknod3ResOk(w: Writer, v: Mknod3ResOk): void {
  encodePostOpFh3(w, v.obj);
  encodePostOpAttr(w, v.objAttributes);
  encodeWccData(w, v.dirWcc);
}

/** `MKNOD3resfail`, section 3.3.11 */
export interface Mknod3ResFail {
  readonly dirWcc: WccData;
}

export function decodeMknod3ResFail(r: Reader): Mknod3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeMknod3ResFail(w: Writer, v: Mknod3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `MKNOD3res`, section 3.3.11 */
export type Mknod3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Mknod3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Mknod3ResFail };

export function decodeMknod3Res(r: Reader): Mknod3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeMknod3ResOk(r) };
    default:
      return { status, resfail: decodeMknod3ResFail(r) };
  }
}

export function encodeMknod3Res(w: Writer, v: Mknod3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeMknod3ResOk(w, v.resok);
      return;
    default:
      encodeMknod3ResFail(w, v.resfail);
      return;
  }
}

/** `REMOVE3args`, section 3.3.12 */
export interface Remove3Args {
  readonly object: Diropargs3;
}

export function decodeRemove3Args(r: Reader): Remove3Args {
  return {
    object: decodeDiropargs3(r),
  };
}

export function encodeRemove3Args(w: Writer, v: Remove3Args): void {
  encodeDiropargs3(w, v.object);
}

/** `REMOVE3resok`, section 3.3.12 */
export interface Remove3ResOk {
  readonly dirWcc: WccData;
}

export function decodeRemove3ResOk(r: Reader): Remove3ResOk {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeRemove3ResOk(w: Writer, v: Remove3ResOk): void {
  encodeWccData(w, v.dirWcc);
}

/** `REMOVE3resfail`, section 3.3.12 */
export interface Remove3ResFail {
  readonly dirWcc: WccData;
}

export function decodeRemove3ResFail(r: Reader): Remove3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeRemove3ResFail(w: Writer, v: Remove3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `REMOVE3res`, section 3.3.12 */
export type Remove3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Remove3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Remove3ResFail };

export function decodeRemove3Res(r: Reader): Remove3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeRemove3ResOk(r) };
    default:
      return { status, resfail: decodeRemove3ResFail(r) };
  }
}

export function encodeRemove3Res(w: Writer, v: Remove3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeRemove3ResOk(w, v.resok);
      return;
    default:
      encodeRemove3ResFail(w, v.resfail);
      return;
  }
}

/** `RMDIR3args`, section 3.3.13 */
export interface Rmdir3Args {
  readonly object: Diropargs3;
}

export function decodeRmdir3Args(r: Reader): Rmdir3Args {
  return {
    object: decodeDiropargs3(r),
  };
}

export function encodeRmdir3Args(w: Writer, v: Rmdir3Args): void {
  encodeDiropargs3(w, v.object);
}

/** `RMDIR3resok`, section 3.3.13 */
export interface Rmdir3ResOk {
  readonly dirWcc: WccData;
}

export function decodeRmdir3ResOk(r: Reader): Rmdir3ResOk {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeRmdir3ResOk(w: Writer, v: Rmdir3ResOk): void {
  encodeWccData(w, v.dirWcc);
}

/** `RMDIR3resfail`, section 3.3.13 */
export interface Rmdir3ResFail {
  readonly dirWcc: WccData;
}

export function decodeRmdir3ResFail(r: Reader): Rmdir3ResFail {
  return {
    dirWcc: decodeWccData(r),
  };
}

export function encodeRmdir3ResFail(w: Writer, v: Rmdir3ResFail): void {
  encodeWccData(w, v.dirWcc);
}

/** `RMDIR3res`, section 3.3.13 */
export type Rmdir3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Rmdir3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Rmdir3ResFail };

export function decodeRmdir3Res(r: Reader): Rmdir3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeRmdir3ResOk(r) };
    default:
      return { status, resfail: decodeRmdir3ResFail(r) };
  }
}

export function encodeRmdir3Res(w: Writer, v: Rmdir3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeRmdir3ResOk(w, v.resok);
      return;
    default:
      encodeRmdir3ResFail(w, v.resfail);
      return;
  }
}

/** `RENAME3args`, section 3.3.14 */
export interface Rename3Args {
  readonly from: Diropargs3;
  readonly to: Diropargs3;
}

export function decodeRename3Args(r: Reader): Rename3Args {
  return {
    from: decodeDiropargs3(r),
    to: decodeDiropargs3(r),
  };
}

export function encodeRename3Args(w: Writer, v: Rename3Args): void {
  encodeDiropargs3(w, v.from);
  encodeDiropargs3(w, v.to);
}

/** `RENAME3resok`, section 3.3.14 */
export interface Rename3ResOk {
  readonly fromdirWcc: WccData;
  readonly todirWcc: WccData;
}

export function decodeRename3ResOk(r: Reader): Rename3ResOk {
  return {
    fromdirWcc: decodeWccData(r),
    todirWcc: decodeWccData(r),
  };
}

export function encodeRename3ResOk(w: Writer, v: Rename3ResOk): void {
  encodeWccData(w, v.fromdirWcc);
  encodeWccData(w, v.todirWcc);
}

/** `RENAME3resfail`, section 3.3.14 */
export interface Rename3ResFail {
  readonly fromdirWcc: WccData;
  readonly todirWcc: WccData;
}

export function decodeRename3ResFail(r: Reader): Rename3ResFail {
  return {
    fromdirWcc: decodeWccData(r),
    todirWcc: decodeWccData(r),
  };
}

export function encodeRename3ResFail(w: Writer, v: Rename3ResFail): void {
  encodeWccData(w, v.fromdirWcc);
  encodeWccData(w, v.todirWcc);
}

/** `RENAME3res`, section 3.3.14 */
export type Rename3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Rename3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Rename3ResFail };

export function decodeRename3Res(r: Reader): Rename3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeRename3ResOk(r) };
    default:
      return { status, resfail: decodeRename3ResFail(r) };
  }
}

export function encodeRename3Res(w: Writer, v: Rename3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeRename3ResOk(w, v.resok);
      return;
    default:
      encodeRename3ResFail(w, v.resfail);
      return;
  }
}

/** `LINK3args`, section 3.3.15 */
export interface Link3Args {
  readonly file: Uint8Array;
  readonly link: Diropargs3;
}

export function decodeLink3Args(r: Reader): Link3Args {
  return {
    file: decodeOpaque(r, NFS3_FHSIZE),
    link: decodeDiropargs3(r),
  };
}

export function encodeLink3Args(w: Writer, v: Link3Args): void {
  encodeOpaque(w, v.file, NFS3_FHSIZE);
  encodeDiropargs3(w, v.link);
}

/** `LINK3resok`, section 3.3.15 */
export interface Link3ResOk {
  readonly fileAttributes: PostOpAttr;
  readonly linkdirWcc: WccData;
}

export function decodeLink3ResOk(r: Reader): Link3ResOk {
  return {
    fileAttributes: decodePostOpAttr(r),
    linkdirWcc: decodeWccData(r),
  };
}

export function encodeLink3ResOk(w: Writer, v: Link3ResOk): void {
  encodePostOpAttr(w, v.fileAttributes);
  encodeWccData(w, v.linkdirWcc);
}

/** `LINK3resfail`, section 3.3.15 */
export interface Link3ResFail {
  readonly fileAttributes: PostOpAttr;
  readonly linkdirWcc: WccData;
}

export function decodeLink3ResFail(r: Reader): Link3ResFail {
  return {
    fileAttributes: decodePostOpAttr(r),
    linkdirWcc: decodeWccData(r),
  };
}

export function encodeLink3ResFail(w: Writer, v: Link3ResFail): void {
  encodePostOpAttr(w, v.fileAttributes);
  encodeWccData(w, v.linkdirWcc);
}

/** `LINK3res`, section 3.3.15 */
export type Link3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Link3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Link3ResFail };

export function decodeLink3Res(r: Reader): Link3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeLink3ResOk(r) };
    default:
      return { status, resfail: decodeLink3ResFail(r) };
  }
}

export function encodeLink3Res(w: Writer, v: Link3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeLink3ResOk(w, v.resok);
      return;
    default:
      encodeLink3ResFail(w, v.resfail);
      return;
  }
}

/** `READDIR3args`, section 3.3.16 */
export interface Readdir3Args {
  readonly dir: Uint8Array;
  readonly cookie: bigint;
  readonly cookieverf: Uint8Array;
  readonly count: number;
}

export function decodeReaddir3Args(r: Reader): Readdir3Args {
  return {
    dir: decodeOpaque(r, NFS3_FHSIZE),
    cookie: r.u64(),
    cookieverf: decodeFixed(r, NFS3_COOKIEVERFSIZE),
    count: r.u32(),
  };
}

export function encodeReaddir3Args(w: Writer, v: Readdir3Args): void {
  encodeOpaque(w, v.dir, NFS3_FHSIZE);
  w.u64(v.cookie);
  encodeFixed(w, v.cookieverf, NFS3_COOKIEVERFSIZE);
  w.u32(v.count);
}

/** `entry3`, section 3.3.16 */
export interface Entry3 {
  readonly fileid: bigint;
  readonly name: Uint8Array;
  readonly cookie: bigint;
}

export function decodeEntry3(r: Reader): Entry3 {
  return {
    fileid: r.u64(),
    name: decodeOpaque(r, 0xffffffff),
    cookie: r.u64(),
  };
}

export function encodeEntry3(w: Writer, v: Entry3): void {
  w.u64(v.fileid);
  encodeOpaque(w, v.name, 0xffffffff);
  w.u64(v.cookie);
}

/** `dirlist3`, section 3.3.16 */
export interface Dirlist3 {
  readonly entries: readonly Entry3[];
  readonly eof: boolean;
}

export function decodeDirlist3(r: Reader): Dirlist3 {
  return {
    entries: decodeEntry3List(r),
    eof: decodeBool(r),
  };
}

export function encodeDirlist3(w: Writer, v: Dirlist3): void {
  encodeEntry3List(w, v.entries);
  encodeBool(w, v.eof);
}

/** `READDIR3resok`, section 3.3.16 */
export interface Readdir3ResOk {
  readonly dirAttributes: PostOpAttr;
  readonly cookieverf: Uint8Array;
  readonly reply: Dirlist3;
}

export function decodeReaddir3ResOk(r: Reader): Readdir3ResOk {
  return {
    dirAttributes: decodePostOpAttr(r),
    cookieverf: decodeFixed(r, NFS3_COOKIEVERFSIZE),
    reply: decodeDirlist3(r),
  };
}

export function encodeReaddir3ResOk(w: Writer, v: Readdir3ResOk): void {
  encodePostOpAttr(w, v.dirAttributes);
  encodeFixed(w, v.cookieverf, NFS3_COOKIEVERFSIZE);
  encodeDirlist3(w, v.reply);
}

/** `READDIR3resfail`, section 3.3.16 */
export interface Readdir3ResFail {
  readonly dirAttributes: PostOpAttr;
}

export function decodeReaddir3ResFail(r: Reader): Readdir3ResFail {
  return {
    dirAttributes: decodePostOpAttr(r),
  };
}

export function encodeReaddir3ResFail(w: Writer, v: Readdir3ResFail): void {
  encodePostOpAttr(w, v.dirAttributes);
}

/** `READDIR3res`, section 3.3.16 */
export type Readdir3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Readdir3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Readdir3ResFail };

export function decodeReaddir3Res(r: Reader): Readdir3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeReaddir3ResOk(r) };
    default:
      return { status, resfail: decodeReaddir3ResFail(r) };
  }
}

export function encodeReaddir3Res(w: Writer, v: Readdir3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeReaddir3ResOk(w, v.resok);
      return;
    default:
      encodeReaddir3ResFail(w, v.resfail);
      return;
  }
}

/** `READDIRPLUS3args`, section 3.3.17 */
export interface Readdirplus3Args {
  readonly dir: Uint8Array;
  readonly cookie: bigint;
  readonly cookieverf: Uint8Array;
  readonly dircount: number;
  readonly maxcount: number;
}

export function decodeReaddirplus3Args(r: Reader): Readdirplus3Args {
  return {
    dir: decodeOpaque(r, NFS3_FHSIZE),
    cookie: r.u64(),
    cookieverf: decodeFixed(r, NFS3_COOKIEVERFSIZE),
    dircount: r.u32(),
    maxcount: r.u32(),
  };
}

export function encodeReaddirplus3Args(w: Writer, v: Readdirplus3Args): void {
  encodeOpaque(w, v.dir, NFS3_FHSIZE);
  w.u64(v.cookie);
  encodeFixed(w, v.cookieverf, NFS3_COOKIEVERFSIZE);
  w.u32(v.dircount);
  w.u32(v.maxcount);
}

/** `entryplus3`, section 3.3.17 */
export interface Entryplus3 {
  readonly fileid: bigint;
  readonly name: Uint8Array;
  readonly cookie: bigint;
  readonly nameAttributes: PostOpAttr;
  readonly nameHandle: PostOpFh3;
}

export function decodeEntryplus3(r: Reader): Entryplus3 {
  return {
    fileid: r.u64(),
    name: decodeOpaque(r, 0xffffffff),
    cookie: r.u64(),
    nameAttributes: decodePostOpAttr(r),
    nameHandle: decodePostOpFh3(r),
  };
}

export function encodeEntryplus3(w: Writer, v: Entryplus3): void {
  w.u64(v.fileid);
  encodeOpaque(w, v.name, 0xffffffff);
  w.u64(v.cookie);
  encodePostOpAttr(w, v.nameAttributes);
  encodePostOpFh3(w, v.nameHandle);
}

/** `dirlistplus3`, section 3.3.17 */
export interface Dirlistplus3 {
  readonly entries: readonly Entryplus3[];
  readonly eof: boolean;
}

export function decodeDirlistplus3(r: Reader): Dirlistplus3 {
  return {
    entries: decodeEntryplus3List(r),
    eof: decodeBool(r),
  };
}

export function encodeDirlistplus3(w: Writer, v: Dirlistplus3): void {
  encodeEntryplus3List(w, v.entries);
  encodeBool(w, v.eof);
}

/** `READDIRPLUS3resok`, section 3.3.17 */
export interface Readdirplus3ResOk {
  readonly dirAttributes: PostOpAttr;
  readonly cookieverf: Uint8Array;
  readonly reply: Dirlistplus3;
}

export function decodeReaddirplus3ResOk(r: Reader): Readdirplus3ResOk {
  return {
    dirAttributes: decodePostOpAttr(r),
    cookieverf: decodeFixed(r, NFS3_COOKIEVERFSIZE),
    reply: decodeDirlistplus3(r),
  };
}

export function encodeReaddirplus3ResOk(w: Writer, v: Readdirplus3ResOk): void {
  encodePostOpAttr(w, v.dirAttributes);
  encodeFixed(w, v.cookieverf, NFS3_COOKIEVERFSIZE);
  encodeDirlistplus3(w, v.reply);
}

/** `READDIRPLUS3resfail`, section 3.3.17 */
export interface Readdirplus3ResFail {
  readonly dirAttributes: PostOpAttr;
}

export function decodeReaddirplus3ResFail(r: Reader): Readdirplus3ResFail {
  return {
    dirAttributes: decodePostOpAttr(r),
  };
}

export function encodeReaddirplus3ResFail(w: Writer, v: Readdirplus3ResFail): void {
  encodePostOpAttr(w, v.dirAttributes);
}

/** `READDIRPLUS3res`, section 3.3.17 */
export type Readdirplus3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Readdirplus3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Readdirplus3ResFail };

export function decodeReaddirplus3Res(r: Reader): Readdirplus3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeReaddirplus3ResOk(r) };
    default:
      return { status, resfail: decodeReaddirplus3ResFail(r) };
  }
}

export function encodeReaddirplus3Res(w: Writer, v: Readdirplus3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeReaddirplus3ResOk(w, v.resok);
      return;
    default:
      encodeReaddirplus3ResFail(w, v.resfail);
      return;
  }
}

/** `FSSTAT3args`, section 3.3.18 */
export interface Fsstat3Args {
  readonly fsroot: Uint8Array;
}

export function decodeFsstat3Args(r: Reader): Fsstat3Args {
  return {
    fsroot: decodeOpaque(r, NFS3_FHSIZE),
  };
}

export function encodeFsstat3Args(w: Writer, v: Fsstat3Args): void {
  encodeOpaque(w, v.fsroot, NFS3_FHSIZE);
}

/** `FSSTAT3resok`, section 3.3.18 */
export interface Fsstat3ResOk {
  readonly objAttributes: PostOpAttr;
  readonly tbytes: number;
  readonly fbytes: number;
  readonly abytes: number;
  readonly tfiles: number;
  readonly ffiles: number;
  readonly afiles: number;
  readonly invarsec: number;
}

export function decodeFsstat3ResOk(r: Reader): Fsstat3ResOk {
  return {
    objAttributes: decodePostOpAttr(r),
    tbytes: r.u64Wide(),
    fbytes: r.u64Wide(),
    abytes: r.u64Wide(),
    tfiles: r.u64Wide(),
    ffiles: r.u64Wide(),
    afiles: r.u64Wide(),
    invarsec: r.u32(),
  };
}

export function encodeFsstat3ResOk(w: Writer, v: Fsstat3ResOk): void {
  encodePostOpAttr(w, v.objAttributes);
  w.u64Number(v.tbytes);
  w.u64Number(v.fbytes);
  w.u64Number(v.abytes);
  w.u64Number(v.tfiles);
  w.u64Number(v.ffiles);
  w.u64Number(v.afiles);
  w.u32(v.invarsec);
}

/** `FSSTAT3resfail`, section 3.3.18 */
export interface Fsstat3ResFail {
  readonly objAttributes: PostOpAttr;
}

export function decodeFsstat3ResFail(r: Reader): Fsstat3ResFail {
  return {
    objAttributes: decodePostOpAttr(r),
  };
}

export function encodeFsstat3ResFail(w: Writer, v: Fsstat3ResFail): void {
  encodePostOpAttr(w, v.objAttributes);
}

/** `FSSTAT3res`, section 3.3.18 */
export type Fsstat3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Fsstat3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Fsstat3ResFail };

export function decodeFsstat3Res(r: Reader): Fsstat3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeFsstat3ResOk(r) };
    default:
      return { status, resfail: decodeFsstat3ResFail(r) };
  }
}

export function encodeFsstat3Res(w: Writer, v: Fsstat3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeFsstat3ResOk(w, v.resok);
      return;
    default:
      encodeFsstat3ResFail(w, v.resfail);
      return;
  }
}

export const FSF3_LINK = 1;
export const FSF3_SYMLINK = 2;
export const FSF3_HOMOGENEOUS = 8;
export const FSF3_CANSETTIME = 16;
/** `FSINFO3args`, section 3.3.19 */
export interface Fsinfo3Args {
  readonly fsroot: Uint8Array;
}

export function decodeFsinfo3Args(r: Reader): Fsinfo3Args {
  return {
    fsroot: decodeOpaque(r, NFS3_FHSIZE),
  };
}

export function encodeFsinfo3Args(w: Writer, v: Fsinfo3Args): void {
  encodeOpaque(w, v.fsroot, NFS3_FHSIZE);
}

/** `FSINFO3resok`, section 3.3.19 */
export interface Fsinfo3ResOk {
  readonly objAttributes: PostOpAttr;
  readonly rtmax: number;
  readonly rtpref: number;
  readonly rtmult: number;
  readonly wtmax: number;
  readonly wtpref: number;
  readonly wtmult: number;
  readonly dtpref: number;
  readonly maxfilesize: number;
  readonly timeDelta: Nfstime3;
  readonly properties: number;
}

export function decodeFsinfo3ResOk(r: Reader): Fsinfo3ResOk {
  return {
    objAttributes: decodePostOpAttr(r),
    rtmax: r.u32(),
    rtpref: r.u32(),
    rtmult: r.u32(),
    wtmax: r.u32(),
    wtpref: r.u32(),
    wtmult: r.u32(),
    dtpref: r.u32(),
    maxfilesize: r.u64Wide(),
    timeDelta: decodeNfstime3(r),
    properties: r.u32(),
  };
}

export function encodeFsinfo3ResOk(w: Writer, v: Fsinfo3ResOk): void {
  encodePostOpAttr(w, v.objAttributes);
  w.u32(v.rtmax);
  w.u32(v.rtpref);
  w.u32(v.rtmult);
  w.u32(v.wtmax);
  w.u32(v.wtpref);
  w.u32(v.wtmult);
  w.u32(v.dtpref);
  w.u64Number(v.maxfilesize);
  encodeNfstime3(w, v.timeDelta);
  w.u32(v.properties);
}

/** `FSINFO3resfail`, section 3.3.19 */
export interface Fsinfo3ResFail {
  readonly objAttributes: PostOpAttr;
}

export function decodeFsinfo3ResFail(r: Reader): Fsinfo3ResFail {
  return {
    objAttributes: decodePostOpAttr(r),
  };
}

export function encodeFsinfo3ResFail(w: Writer, v: Fsinfo3ResFail): void {
  encodePostOpAttr(w, v.objAttributes);
}

/** `FSINFO3res`, section 3.3.19 */
export type Fsinfo3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Fsinfo3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Fsinfo3ResFail };

export function decodeFsinfo3Res(r: Reader): Fsinfo3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeFsinfo3ResOk(r) };
    default:
      return { status, resfail: decodeFsinfo3ResFail(r) };
  }
}

export function encodeFsinfo3Res(w: Writer, v: Fsinfo3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeFsinfo3ResOk(w, v.resok);
      return;
    default:
      encodeFsinfo3ResFail(w, v.resfail);
      return;
  }
}

/** `PATHCONF3args`, section 3.3.20 */
export interface Pathconf3Args {
  readonly object: Uint8Array;
}

export function decodePathconf3Args(r: Reader): Pathconf3Args {
  return {
    object: decodeOpaque(r, NFS3_FHSIZE),
  };
}

export function encodePathconf3Args(w: Writer, v: Pathconf3Args): void {
  encodeOpaque(w, v.object, NFS3_FHSIZE);
}

/** `PATHCONF3resok`, section 3.3.20 */
export interface Pathconf3ResOk {
  readonly objAttributes: PostOpAttr;
  readonly linkmax: number;
  readonly nameMax: number;
  readonly noTrunc: boolean;
  readonly chownRestricted: boolean;
  readonly caseInsensitive: boolean;
  readonly casePreserving: boolean;
}

export function decodePathconf3ResOk(r: Reader): Pathconf3ResOk {
  return {
    objAttributes: decodePostOpAttr(r),
    linkmax: r.u32(),
    nameMax: r.u32(),
    noTrunc: decodeBool(r),
    chownRestricted: decodeBool(r),
    caseInsensitive: decodeBool(r),
    casePreserving: decodeBool(r),
  };
}

export function encodePathconf3ResOk(w: Writer, v: Pathconf3ResOk): void {
  encodePostOpAttr(w, v.objAttributes);
  w.u32(v.linkmax);
  w.u32(v.nameMax);
  encodeBool(w, v.noTrunc);
  encodeBool(w, v.chownRestricted);
  encodeBool(w, v.caseInsensitive);
  encodeBool(w, v.casePreserving);
}

/** `PATHCONF3resfail`, section 3.3.20 */
export interface Pathconf3ResFail {
  readonly objAttributes: PostOpAttr;
}

export function decodePathconf3ResFail(r: Reader): Pathconf3ResFail {
  return {
    objAttributes: decodePostOpAttr(r),
  };
}

export function encodePathconf3ResFail(w: Writer, v: Pathconf3ResFail): void {
  encodePostOpAttr(w, v.objAttributes);
}

/** `PATHCONF3res`, section 3.3.20 */
export type Pathconf3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Pathconf3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Pathconf3ResFail };

export function decodePathconf3Res(r: Reader): Pathconf3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodePathconf3ResOk(r) };
    default:
      return { status, resfail: decodePathconf3ResFail(r) };
  }
}

export function encodePathconf3Res(w: Writer, v: Pathconf3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodePathconf3ResOk(w, v.resok);
      return;
    default:
      encodePathconf3ResFail(w, v.resfail);
      return;
  }
}

/** `COMMIT3args`, section 3.3.21 */
export interface Commit3Args {
  readonly file: Uint8Array;
  readonly offset: number;
  readonly count: number;
}

export function decodeCommit3Args(r: Reader): Commit3Args {
  return {
    file: decodeOpaque(r, NFS3_FHSIZE),
    offset: r.u64Wide(),
    count: r.u32(),
  };
}

export function encodeCommit3Args(w: Writer, v: Commit3Args): void {
  encodeOpaque(w, v.file, NFS3_FHSIZE);
  w.u64Number(v.offset);
  w.u32(v.count);
}

/** `COMMIT3resok`, section 3.3.21 */
export interface Commit3ResOk {
  readonly fileWcc: WccData;
  readonly verf: Uint8Array;
}

export function decodeCommit3ResOk(r: Reader): Commit3ResOk {
  return {
    fileWcc: decodeWccData(r),
    verf: decodeFixed(r, NFS3_WRITEVERFSIZE),
  };
}

export function encodeCommit3ResOk(w: Writer, v: Commit3ResOk): void {
  encodeWccData(w, v.fileWcc);
  encodeFixed(w, v.verf, NFS3_WRITEVERFSIZE);
}

/** `COMMIT3resfail`, section 3.3.21 */
export interface Commit3ResFail {
  readonly fileWcc: WccData;
}

export function decodeCommit3ResFail(r: Reader): Commit3ResFail {
  return {
    fileWcc: decodeWccData(r),
  };
}

export function encodeCommit3ResFail(w: Writer, v: Commit3ResFail): void {
  encodeWccData(w, v.fileWcc);
}

/** `COMMIT3res`, section 3.3.21 */
export type Commit3Res =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Commit3ResOk }
  | { readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>; readonly resfail: Commit3ResFail };

export function decodeCommit3Res(r: Reader): Commit3Res {
  const status = decodeNfsstat3(r);
  switch (status) {
    case Nfsstat3.NFS3_OK:
      return { status, resok: decodeCommit3ResOk(r) };
    default:
      return { status, resfail: decodeCommit3ResFail(r) };
  }
}

export function encodeCommit3Res(w: Writer, v: Commit3Res): void {
  w.i32(v.status);
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      encodeCommit3ResOk(w, v.resok);
      return;
    default:
      encodeCommit3ResFail(w, v.resfail);
      return;
  }
}

export const NFS_PROGRAM = 100003;
export const NFS_V3 = 3;

/** `NFS_PROGRAM`, section 3 */
export const nfsV3Procedures = {
  NFSPROC3_NULL: {
    name: 'NFSPROC3_NULL',
    number: 0,
    decodeArgs: decodeVoid,
    encodeArgs: encodeVoid,
    decodeResult: decodeVoid,
    encodeResult: encodeVoid,
  } satisfies ProcedureCodec<void, void>,
  NFSPROC3_GETATTR: {
    name: 'NFSPROC3_GETATTR',
    number: 1,
    decodeArgs: decodeGetattr3Args,
    encodeArgs: encodeGetattr3Args,
    decodeResult: decodeGetattr3Res,
    encodeResult: encodeGetattr3Res,
  } satisfies ProcedureCodec<Getattr3Args, Getattr3Res>,
  NFSPROC3_SETATTR: {
    name: 'NFSPROC3_SETATTR',
    number: 2,
    decodeArgs: decodeSetattr3Args,
    encodeArgs: encodeSetattr3Args,
    decodeResult: decodeSetattr3Res,
    encodeResult: encodeSetattr3Res,
  } satisfies ProcedureCodec<Setattr3Args, Setattr3Res>,
  NFSPROC3_LOOKUP: {
    name: 'NFSPROC3_LOOKUP',
    number: 3,
    decodeArgs: decodeLookup3Args,
    encodeArgs: encodeLookup3Args,
    decodeResult: decodeLookup3Res,
    encodeResult: encodeLookup3Res,
  } satisfies ProcedureCodec<Lookup3Args, Lookup3Res>,
  NFSPROC3_ACCESS: {
    name: 'NFSPROC3_ACCESS',
    number: 4,
    decodeArgs: decodeAccess3Args,
    encodeArgs: encodeAccess3Args,
    decodeResult: decodeAccess3Res,
    encodeResult: encodeAccess3Res,
  } satisfies ProcedureCodec<Access3Args, Access3Res>,
  NFSPROC3_READLINK: {
    name: 'NFSPROC3_READLINK',
    number: 5,
    decodeArgs: decodeReadlink3Args,
    encodeArgs: encodeReadlink3Args,
    decodeResult: decodeReadlink3Res,
    encodeResult: encodeReadlink3Res,
  } satisfies ProcedureCodec<Readlink3Args, Readlink3Res>,
  NFSPROC3_READ: {
    name: 'NFSPROC3_READ',
    number: 6,
    decodeArgs: decodeRead3Args,
    encodeArgs: encodeRead3Args,
    decodeResult: decodeRead3Res,
    encodeResult: encodeRead3Res,
  } satisfies ProcedureCodec<Read3Args, Read3Res>,
  NFSPROC3_WRITE: {
    name: 'NFSPROC3_WRITE',
    number: 7,
    decodeArgs: decodeWrite3Args,
    encodeArgs: encodeWrite3Args,
    decodeResult: decodeWrite3Res,
    encodeResult: encodeWrite3Res,
  } satisfies ProcedureCodec<Write3Args, Write3Res>,
  NFSPROC3_CREATE: {
    name: 'NFSPROC3_CREATE',
    number: 8,
    decodeArgs: decodeCreate3Args,
    encodeArgs: encodeCreate3Args,
    decodeResult: decodeCreate3Res,
    encodeResult: encodeCreate3Res,
  } satisfies ProcedureCodec<Create3Args, Create3Res>,
  NFSPROC3_MKDIR: {
    name: 'NFSPROC3_MKDIR',
    number: 9,
    decodeArgs: decodeMkdir3Args,
    encodeArgs: encodeMkdir3Args,
    decodeResult: decodeMkdir3Res,
    encodeResult: encodeMkdir3Res,
  } satisfies ProcedureCodec<Mkdir3Args, Mkdir3Res>,
  NFSPROC3_SYMLINK: {
    name: 'NFSPROC3_SYMLINK',
    number: 10,
    decodeArgs: decodeSymlink3Args,
    encodeArgs: encodeSymlink3Args,
    decodeResult: decodeSymlink3Res,
    encodeResult: encodeSymlink3Res,
  } satisfies ProcedureCodec<Symlink3Args, Symlink3Res>,
  NFSPROC3_MKNOD: {
    name: 'NFSPROC3_MKNOD',
    number: 11,
    decodeArgs: decodeMknod3Args,
    encodeArgs: encodeMknod3Args,
    decodeResult: decodeMknod3Res,
    encodeResult: encodeMknod3Res,
  } satisfies ProcedureCodec<Mknod3Args, Mknod3Res>,
  NFSPROC3_REMOVE: {
    name: 'NFSPROC3_REMOVE',
    number: 12,
    decodeArgs: decodeRemove3Args,
    encodeArgs: encodeRemove3Args,
    decodeResult: decodeRemove3Res,
    encodeResult: encodeRemove3Res,
  } satisfies ProcedureCodec<Remove3Args, Remove3Res>,
  NFSPROC3_RMDIR: {
    name: 'NFSPROC3_RMDIR',
    number: 13,
    decodeArgs: decodeRmdir3Args,
    encodeArgs: encodeRmdir3Args,
    decodeResult: decodeRmdir3Res,
    encodeResult: encodeRmdir3Res,
  } satisfies ProcedureCodec<Rmdir3Args, Rmdir3Res>,
  NFSPROC3_RENAME: {
    name: 'NFSPROC3_RENAME',
    number: 14,
    decodeArgs: decodeRename3Args,
    encodeArgs: encodeRename3Args,
    decodeResult: decodeRename3Res,
    encodeResult: encodeRename3Res,
  } satisfies ProcedureCodec<Rename3Args, Rename3Res>,
  NFSPROC3_LINK: {
    name: 'NFSPROC3_LINK',
    number: 15,
    decodeArgs: decodeLink3Args,
    encodeArgs: encodeLink3Args,
    decodeResult: decodeLink3Res,
    encodeResult: encodeLink3Res,
  } satisfies ProcedureCodec<Link3Args, Link3Res>,
  NFSPROC3_READDIR: {
    name: 'NFSPROC3_READDIR',
    number: 16,
    decodeArgs: decodeReaddir3Args,
    encodeArgs: encodeReaddir3Args,
    decodeResult: decodeReaddir3Res,
    encodeResult: encodeReaddir3Res,
  } satisfies ProcedureCodec<Readdir3Args, Readdir3Res>,
  NFSPROC3_READDIRPLUS: {
    name: 'NFSPROC3_READDIRPLUS',
    number: 17,
    decodeArgs: decodeReaddirplus3Args,
    encodeArgs: encodeReaddirplus3Args,
    decodeResult: decodeReaddirplus3Res,
    encodeResult: encodeReaddirplus3Res,
  } satisfies ProcedureCodec<Readdirplus3Args, Readdirplus3Res>,
  NFSPROC3_FSSTAT: {
    name: 'NFSPROC3_FSSTAT',
    number: 18,
    decodeArgs: decodeFsstat3Args,
    encodeArgs: encodeFsstat3Args,
    decodeResult: decodeFsstat3Res,
    encodeResult: encodeFsstat3Res,
  } satisfies ProcedureCodec<Fsstat3Args, Fsstat3Res>,
  NFSPROC3_FSINFO: {
    name: 'NFSPROC3_FSINFO',
    number: 19,
    decodeArgs: decodeFsinfo3Args,
    encodeArgs: encodeFsinfo3Args,
    decodeResult: decodeFsinfo3Res,
    encodeResult: encodeFsinfo3Res,
  } satisfies ProcedureCodec<Fsinfo3Args, Fsinfo3Res>,
  NFSPROC3_PATHCONF: {
    name: 'NFSPROC3_PATHCONF',
    number: 20,
    decodeArgs: decodePathconf3Args,
    encodeArgs: encodePathconf3Args,
    decodeResult: decodePathconf3Res,
    encodeResult: encodePathconf3Res,
  } satisfies ProcedureCodec<Pathconf3Args, Pathconf3Res>,
  NFSPROC3_COMMIT: {
    name: 'NFSPROC3_COMMIT',
    number: 21,
    decodeArgs: decodeCommit3Args,
    encodeArgs: encodeCommit3Args,
    decodeResult: decodeCommit3Res,
    encodeResult: encodeCommit3Res,
  } satisfies ProcedureCodec<Commit3Args, Commit3Res>,
};

function decodeEntry3List(r: Reader): Entry3[] {
  const items: Entry3[] = [];
  while (decodeBool(r)) items.push(decodeEntry3(r));
  return items;
}

function encodeEntry3List(w: Writer, items: readonly Entry3[]): void {
  for (const item of items) {
    w.u32(1);
    encodeEntry3(w, item);
  }
  w.u32(0);
}

function decodeEntryplus3List(r: Reader): Entryplus3[] {
  const items: Entryplus3[] = [];
  while (decodeBool(r)) items.push(decodeEntryplus3(r));
  return items;
}

function encodeEntryplus3List(w: Writer, items: readonly Entryplus3[]): void {
  for (const item of items) {
    w.u32(1);
    encodeEntryplus3(w, item);
  }
  w.u32(0);
}

/** Encoded size in bytes. */
export function sizeRead3Res(v: Read3Res): number {
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      return 4 + sizeRead3ResOk(v.resok);
    default:
      return 4 + sizeRead3ResFail(v.resfail);
  }
}

/** Encoded size in bytes. */
export function sizeRead3ResOk(v: Read3ResOk): number {
  return 8 + sizePostOpAttr(v.fileAttributes) + sizeOpaque(v.data);
}

/** Encoded size in bytes. */
export function sizePostOpAttr(v: PostOpAttr): number {
  return v === undefined ? 4 : 4 + 84;
}

/** Encoded size in bytes. */
export function sizeRead3ResFail(v: Read3ResFail): number {
  return 0 + sizePostOpAttr(v.fileAttributes);
}

/** Encoded size in bytes. */
export function sizeEntry3(v: Entry3): number {
  return 16 + sizeOpaque(v.name);
}

/** Encoded size in bytes. */
export function sizeReaddir3Res(v: Readdir3Res): number {
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      return 4 + sizeReaddir3ResOk(v.resok);
    default:
      return 4 + sizeReaddir3ResFail(v.resfail);
  }
}

/** Encoded size in bytes. */
export function sizeReaddir3ResOk(v: Readdir3ResOk): number {
  return 8 + sizePostOpAttr(v.dirAttributes) + sizeDirlist3(v.reply);
}

/** Encoded size in bytes. */
export function sizeDirlist3(v: Dirlist3): number {
  return 4 + sizeEntry3List(v.entries);
}

function sizeEntry3List(items: readonly Entry3[]): number {
  let sum = 4;
  for (const item of items) sum += 4 + sizeEntry3(item);
  return sum;
}

/** Encoded size in bytes. */
export function sizeReaddir3ResFail(v: Readdir3ResFail): number {
  return 0 + sizePostOpAttr(v.dirAttributes);
}

/** Encoded size in bytes. */
export function sizeEntryplus3(v: Entryplus3): number {
  return 16 + sizeOpaque(v.name) + sizePostOpAttr(v.nameAttributes) + sizePostOpFh3(v.nameHandle);
}

/** Encoded size in bytes. */
export function sizePostOpFh3(v: PostOpFh3): number {
  return v === undefined ? 4 : 4 + sizeOpaque(v);
}

/** Encoded size in bytes. */
export function sizeReaddirplus3Res(v: Readdirplus3Res): number {
  switch (v.status) {
    case Nfsstat3.NFS3_OK:
      return 4 + sizeReaddirplus3ResOk(v.resok);
    default:
      return 4 + sizeReaddirplus3ResFail(v.resfail);
  }
}

/** Encoded size in bytes. */
export function sizeReaddirplus3ResOk(v: Readdirplus3ResOk): number {
  return 8 + sizePostOpAttr(v.dirAttributes) + sizeDirlistplus3(v.reply);
}

/** Encoded size in bytes. */
export function sizeDirlistplus3(v: Dirlistplus3): number {
  return 4 + sizeEntryplus3List(v.entries);
}

function sizeEntryplus3List(items: readonly Entryplus3[]): number {
  let sum = 4;
  for (const item of items) sum += 4 + sizeEntryplus3(item);
  return sum;
}

/** Encoded size in bytes. */
export function sizeReaddirplus3ResFail(v: Readdirplus3ResFail): number {
  return 0 + sizePostOpAttr(v.dirAttributes);
}
