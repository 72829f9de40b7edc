import { type Reader, WireError } from '@polynas/core/wire';
import { AuthFlavor, AuthStat, MsgType, RPC_VERSION } from '../xdr/rpc.ts';
import type { CredentialDecoder, Credentials } from './credentials.ts';
import type { Refusal } from './refusal.ts';

export interface CallHeader {
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credentials: Credentials;
}

/** A call that is answered without looking at its arguments. */
export interface RefusedCall {
  readonly xid: number;
  readonly refusal: Refusal;
}

const MAX_AUTH_BODY = 400;

/**
 * Decodes `rpc_msg` up to the arguments (RFC 5531 §9). By hand, since a generated decoder gives all or nothing and a malformed
 * part must be answered under the call's xid with the refusal that belongs to that part.
 * @throws WireError when there is nobody to answer: no xid, or no call
 */
export function decodeCallHeader(r: Reader, decoder: CredentialDecoder): CallHeader | RefusedCall {
  const xid = r.u32();
  const type = r.u32();
  if (type !== MsgType.CALL) throw new WireError(`message type ${type} where a call belongs`);
  if (r.remaining < 16) return { xid, refusal: { kind: 'garbageArguments' } };
  if (r.u32() !== RPC_VERSION) return { xid, refusal: { kind: 'rpcMismatch' } };
  const program = r.u32();
  const version = r.u32();
  const procedure = r.u32();

  let part: AuthStat = AuthStat.AUTH_BADCRED;
  try {
    const flavor = r.u32();
    const credentials = decoder.decode(flavor, authBody(r));
    // RFC 5531 §9: an unknown flavor is refused as a credential; RFC 9289 §4.1 wants the same for its AUTH_TLS probe.
    if (credentials === undefined) return { xid, refusal: { kind: 'auth', stat: AuthStat.AUTH_REJECTEDCRED } };
    part = AuthStat.AUTH_BADVERF;
    const verifier = r.u32();
    if (authBody(r).length > 0 || verifier !== AuthFlavor.AUTH_NONE)
      return { xid, refusal: { kind: 'auth', stat: part } };
    return { xid, program, version, procedure, credentials };
  } catch (error) {
    if (error instanceof WireError) return { xid, refusal: { kind: 'auth', stat: part } };
    throw error;
  }
}

function authBody(r: Reader): Uint8Array {
  const length = r.u32();
  if (length > MAX_AUTH_BODY) throw new WireError(`opaque_auth of ${length} bytes`);
  const body = r.bytes(length);
  r.skip(-length & 3);
  return body;
}
