// Generated from xdr/rpc.x by tools/xdrgen.ts; do not edit.
import { type Reader, type Writer, WireError } from '@polynas/core/wire';
import { decodeCount, decodeOpaque, encodeCount, encodeOpaque } from '../codec/xdr.ts';

/** `auth_flavor`, section 8.2 */
export const AuthFlavor = {
  AUTH_NONE: 0,
  AUTH_SYS: 1,
  AUTH_SHORT: 2,
  AUTH_DH: 3,
  RPCSEC_GSS: 6,
  AUTH_TLS: 7,
} as const;
export type AuthFlavor = number;

/** `opaque_auth`, section 8.2 */
export interface OpaqueAuth {
  readonly flavor: AuthFlavor;
  readonly body: Uint8Array;
}

export function decodeOpaqueAuth(r: Reader): OpaqueAuth {
  return {
    flavor: r.i32(),
    body: decodeOpaque(r, 400),
  };
}

export function encodeOpaqueAuth(w: Writer, v: OpaqueAuth): void {
  w.i32(v.flavor);
  encodeOpaque(w, v.body, 400);
}

/** `msg_type`, section 9 */
export const MsgType = {
  CALL: 0,
  REPLY: 1,
} as const;
export type MsgType = (typeof MsgType)[keyof typeof MsgType];

export function decodeMsgType(r: Reader): MsgType {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
      return value;
    default:
      throw new WireError(`msg_type ${value}`);
  }
}

/** `reply_stat`, section 9 */
export const ReplyStat = {
  MSG_ACCEPTED: 0,
  MSG_DENIED: 1,
} as const;
export type ReplyStat = (typeof ReplyStat)[keyof typeof ReplyStat];

export function decodeReplyStat(r: Reader): ReplyStat {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
      return value;
    default:
      throw new WireError(`reply_stat ${value}`);
  }
}

/** `accept_stat`, section 9 */
export const AcceptStat = {
  SUCCESS: 0,
  PROG_UNAVAIL: 1,
  PROG_MISMATCH: 2,
  PROC_UNAVAIL: 3,
  GARBAGE_ARGS: 4,
  SYSTEM_ERR: 5,
} as const;
export type AcceptStat = (typeof AcceptStat)[keyof typeof AcceptStat];

export function decodeAcceptStat(r: Reader): AcceptStat {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return value;
    default:
      throw new WireError(`accept_stat ${value}`);
  }
}

/** `reject_stat`, section 9 */
export const RejectStat = {
  RPC_MISMATCH: 0,
  AUTH_ERROR: 1,
} as const;
export type RejectStat = (typeof RejectStat)[keyof typeof RejectStat];

export function decodeRejectStat(r: Reader): RejectStat {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
      return value;
    default:
      throw new WireError(`reject_stat ${value}`);
  }
}

/** `auth_stat`, section 9 */
export const AuthStat = {
  AUTH_OK: 0,
  AUTH_BADCRED: 1,
  AUTH_REJECTEDCRED: 2,
  AUTH_BADVERF: 3,
  AUTH_REJECTEDVERF: 4,
  AUTH_TOOWEAK: 5,
  AUTH_INVALIDRESP: 6,
  AUTH_FAILED: 7,
  AUTH_KERB_GENERIC: 8,
  AUTH_TIMEEXPIRE: 9,
  AUTH_TKT_FILE: 10,
  AUTH_DECODE: 11,
  AUTH_NET_ADDR: 12,
  RPCSEC_GSS_CREDPROBLEM: 13,
  RPCSEC_GSS_CTXPROBLEM: 14,
} as const;
export type AuthStat = (typeof AuthStat)[keyof typeof AuthStat];

export function decodeAuthStat(r: Reader): AuthStat {
  const value = r.i32();
  switch (value) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
      return value;
    default:
      throw new WireError(`auth_stat ${value}`);
  }
}

export const RPC_VERSION = 2;
/** `call_body`, section 9 */
export interface CallBody {
  readonly rpcvers: number;
  readonly prog: number;
  readonly vers: number;
  readonly proc: number;
  readonly cred: OpaqueAuth;
  readonly verf: OpaqueAuth;
}

export function decodeCallBody(r: Reader): CallBody {
  return {
    rpcvers: r.u32(),
    prog: r.u32(),
    vers: r.u32(),
    proc: r.u32(),
    cred: decodeOpaqueAuth(r),
    verf: decodeOpaqueAuth(r),
  };
}

export function encodeCallBody(w: Writer, v: CallBody): void {
  w.u32(v.rpcvers);
  w.u32(v.prog);
  w.u32(v.vers);
  w.u32(v.proc);
  encodeOpaqueAuth(w, v.cred);
  encodeOpaqueAuth(w, v.verf);
}

/** `accepted_reply_reply_data_mismatch_info`, section 9 */
export interface AcceptedReplyReplyDataMismatchInfo {
  readonly low: number;
  readonly high: number;
}

export function decodeAcceptedReplyReplyDataMismatchInfo(r: Reader): AcceptedReplyReplyDataMismatchInfo {
  return {
    low: r.u32(),
    high: r.u32(),
  };
}

export function encodeAcceptedReplyReplyDataMismatchInfo(w: Writer, v: AcceptedReplyReplyDataMismatchInfo): void {
  w.u32(v.low);
  w.u32(v.high);
}

/** `accepted_reply_reply_data`, section 9 */
export type AcceptedReplyReplyData =
  | { readonly stat: typeof AcceptStat.SUCCESS }
  | { readonly stat: typeof AcceptStat.PROG_MISMATCH; readonly mismatchInfo: AcceptedReplyReplyDataMismatchInfo }
  | { readonly stat: Exclude<AcceptStat, typeof AcceptStat.SUCCESS | typeof AcceptStat.PROG_MISMATCH> };

export function decodeAcceptedReplyReplyData(r: Reader): AcceptedReplyReplyData {
  const stat = decodeAcceptStat(r);
  switch (stat) {
    case AcceptStat.SUCCESS:
      return { stat };
    case AcceptStat.PROG_MISMATCH:
      return { stat, mismatchInfo: decodeAcceptedReplyReplyDataMismatchInfo(r) };
    default:
      return { stat };
  }
}

export function encodeAcceptedReplyReplyData(w: Writer, v: AcceptedReplyReplyData): void {
  w.i32(v.stat);
  switch (v.stat) {
    case AcceptStat.SUCCESS:
      return;
    case AcceptStat.PROG_MISMATCH:
      encodeAcceptedReplyReplyDataMismatchInfo(w, v.mismatchInfo);
      return;
    default:
      return;
  }
}

/** `accepted_reply`, section 9 */
export interface AcceptedReply {
  readonly verf: OpaqueAuth;
  readonly replyData: AcceptedReplyReplyData;
}

export function decodeAcceptedReply(r: Reader): AcceptedReply {
  return {
    verf: decodeOpaqueAuth(r),
    replyData: decodeAcceptedReplyReplyData(r),
  };
}

export function encodeAcceptedReply(w: Writer, v: AcceptedReply): void {
  encodeOpaqueAuth(w, v.verf);
  encodeAcceptedReplyReplyData(w, v.replyData);
}

/** `rejected_reply_mismatch_info`, section 9 */
export interface RejectedReplyMismatchInfo {
  readonly low: number;
  readonly high: number;
}

export function decodeRejectedReplyMismatchInfo(r: Reader): RejectedReplyMismatchInfo {
  return {
    low: r.u32(),
    high: r.u32(),
  };
}

export function encodeRejectedReplyMismatchInfo(w: Writer, v: RejectedReplyMismatchInfo): void {
  w.u32(v.low);
  w.u32(v.high);
}

/** `rejected_reply`, section 9 */
export type RejectedReply =
  | { readonly stat: typeof RejectStat.RPC_MISMATCH; readonly mismatchInfo: RejectedReplyMismatchInfo }
  | { readonly stat: typeof RejectStat.AUTH_ERROR; readonly authStat: AuthStat };

export function decodeRejectedReply(r: Reader): RejectedReply {
  const stat = decodeRejectStat(r);
  switch (stat) {
    case RejectStat.RPC_MISMATCH:
      return { stat, mismatchInfo: decodeRejectedReplyMismatchInfo(r) };
    case RejectStat.AUTH_ERROR:
      return { stat, authStat: decodeAuthStat(r) };
  }
}

export function encodeRejectedReply(w: Writer, v: RejectedReply): void {
  w.i32(v.stat);
  switch (v.stat) {
    case RejectStat.RPC_MISMATCH:
      encodeRejectedReplyMismatchInfo(w, v.mismatchInfo);
      return;
    case RejectStat.AUTH_ERROR:
      w.i32(v.authStat);
      return;
  }
}

/** `reply_body`, section 9 */
export type ReplyBody =
  | { readonly stat: typeof ReplyStat.MSG_ACCEPTED; readonly areply: AcceptedReply }
  | { readonly stat: typeof ReplyStat.MSG_DENIED; readonly rreply: RejectedReply };

export function decodeReplyBody(r: Reader): ReplyBody {
  const stat = decodeReplyStat(r);
  switch (stat) {
    case ReplyStat.MSG_ACCEPTED:
      return { stat, areply: decodeAcceptedReply(r) };
    case ReplyStat.MSG_DENIED:
      return { stat, rreply: decodeRejectedReply(r) };
  }
}

export function encodeReplyBody(w: Writer, v: ReplyBody): void {
  w.i32(v.stat);
  switch (v.stat) {
    case ReplyStat.MSG_ACCEPTED:
      encodeAcceptedReply(w, v.areply);
      return;
    case ReplyStat.MSG_DENIED:
      encodeRejectedReply(w, v.rreply);
      return;
  }
}

/** `rpc_msg_body`, section 9 */
export type RpcMsgBody =
  | { readonly mtype: typeof MsgType.CALL; readonly cbody: CallBody }
  | { readonly mtype: typeof MsgType.REPLY; readonly rbody: ReplyBody };

export function decodeRpcMsgBody(r: Reader): RpcMsgBody {
  const mtype = decodeMsgType(r);
  switch (mtype) {
    case MsgType.CALL:
      return { mtype, cbody: decodeCallBody(r) };
    case MsgType.REPLY:
      return { mtype, rbody: decodeReplyBody(r) };
  }
}

export function encodeRpcMsgBody(w: Writer, v: RpcMsgBody): void {
  w.i32(v.mtype);
  switch (v.mtype) {
    case MsgType.CALL:
      encodeCallBody(w, v.cbody);
      return;
    case MsgType.REPLY:
      encodeReplyBody(w, v.rbody);
      return;
  }
}

/** `rpc_msg`, section 9 */
export interface RpcMsg {
  readonly xid: number;
  readonly body: RpcMsgBody;
}

export function decodeRpcMsg(r: Reader): RpcMsg {
  return {
    xid: r.u32(),
    body: decodeRpcMsgBody(r),
  };
}

export function encodeRpcMsg(w: Writer, v: RpcMsg): void {
  w.u32(v.xid);
  encodeRpcMsgBody(w, v.body);
}

/** `authsys_parms`, section A */
export interface AuthsysParms {
  readonly stamp: number;
  readonly machinename: Uint8Array;
  readonly uid: number;
  readonly gid: number;
  readonly gids: readonly number[];
}

export function decodeAuthsysParms(r: Reader): AuthsysParms {
  return {
    stamp: r.u32(),
    machinename: decodeOpaque(r, 255),
    uid: r.u32(),
    gid: r.u32(),
    gids: decodeUintArray(r, 16),
  };
}

export function encodeAuthsysParms(w: Writer, v: AuthsysParms): void {
  w.u32(v.stamp);
  encodeOpaque(w, v.machinename, 255);
  w.u32(v.uid);
  w.u32(v.gid);
  encodeUintArray(w, v.gids, 16);
}

function decodeUintArray(r: Reader, limit: number): number[] {
  const count = decodeCount(r, limit, 4);
  const items: number[] = [];
  for (let index = 0; index < count; index++) items.push(r.u32());
  return items;
}

function encodeUintArray(w: Writer, items: readonly number[], limit: number): void {
  encodeCount(w, items.length, limit);
  for (const item of items) w.u32(item);
}
