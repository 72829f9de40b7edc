import type { Writer } from '@polynas/core/wire';
import { AcceptStat, AuthFlavor, type AuthStat, MsgType, RejectStat, ReplyStat, RPC_VERSION } from '../xdr/rpc.ts';

/** Every answer of RFC 5531 §9 but SUCCESS. */
export type Refusal =
  | { readonly kind: 'rpcMismatch' }
  | { readonly kind: 'auth'; readonly stat: AuthStat }
  | { readonly kind: 'programMismatch'; readonly low: number; readonly high: number }
  | { readonly kind: 'programUnavailable' | 'procedureUnavailable' | 'garbageArguments' | 'systemError' };

/** Thrown by a handler whose caller must authenticate otherwise (RFC 5531 §9, `auth_stat`). */
export class RpcAuthError extends Error {
  override readonly name = 'RpcAuthError';
  readonly stat: AuthStat;

  constructor(stat: AuthStat) {
    super(`authentication refused: auth_stat ${stat}`);
    this.stat = stat;
  }
}

/** Begins a successful reply; the results follow. The verifier is AUTH_NONE, as AUTH_SYS wants it. */
export function encodeSuccess(w: Writer, xid: number): void {
  encodeAccepted(w, xid, AcceptStat.SUCCESS);
}

export function encodeRefusal(w: Writer, xid: number, refusal: Refusal): void {
  switch (refusal.kind) {
    case 'rpcMismatch':
      encodeDenied(w, xid, RejectStat.RPC_MISMATCH);
      w.u32(RPC_VERSION);
      w.u32(RPC_VERSION);
      return;
    case 'auth':
      encodeDenied(w, xid, RejectStat.AUTH_ERROR);
      w.u32(refusal.stat);
      return;
    case 'programMismatch':
      encodeAccepted(w, xid, AcceptStat.PROG_MISMATCH);
      w.u32(refusal.low);
      w.u32(refusal.high);
      return;
    case 'programUnavailable':
      encodeAccepted(w, xid, AcceptStat.PROG_UNAVAIL);
      return;
    case 'procedureUnavailable':
      encodeAccepted(w, xid, AcceptStat.PROC_UNAVAIL);
      return;
    case 'garbageArguments':
      encodeAccepted(w, xid, AcceptStat.GARBAGE_ARGS);
      return;
    case 'systemError':
      encodeAccepted(w, xid, AcceptStat.SYSTEM_ERR);
      return;
  }
}

function encodeAccepted(w: Writer, xid: number, stat: AcceptStat): void {
  w.u32(xid);
  w.u32(MsgType.REPLY);
  w.u32(ReplyStat.MSG_ACCEPTED);
  w.u32(AuthFlavor.AUTH_NONE);
  w.u32(0);
  w.u32(stat);
}

function encodeDenied(w: Writer, xid: number, stat: RejectStat): void {
  w.u32(xid);
  w.u32(MsgType.REPLY);
  w.u32(ReplyStat.MSG_DENIED);
  w.u32(stat);
}
