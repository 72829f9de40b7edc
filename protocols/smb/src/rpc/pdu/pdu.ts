import { Reader, WireError, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';
import { PDU_HEADER_SIZE, PduFlag, type PduHeader, pduHeader } from './header.ts';

/** sec_trailer without the token (MS-RPCE 2.2.2.11). */
const AUTH_TRAILER_SIZE = 8;

/** One fragment in its parts. */
export interface Pdu {
  readonly header: PduHeader;
  /** What is between the header and the verifier, if there is one. */
  readonly body: Uint8Array;
}

/** @param fragment exactly one PDU */
export function readPdu(fragment: Uint8Array): Pdu {
  const r = new Reader(fragment);
  const header = pduHeader.read(r);
  if (header.fragLength !== fragment.length)
    throw new WireError(`fragment of ${fragment.length} octets says ${header.fragLength}`);
  const trailer = header.authLength === 0 ? 0 : header.authLength + AUTH_TRAILER_SIZE;
  return { header, body: r.bytes(r.remaining - trailer) };
}

/** A whole PDU around what `body` writes. */
export function encodePdu<T>(
  type: number,
  callId: number,
  body: Codec<T>,
  value: T,
  flags = PduFlag.FIRST_FRAG | PduFlag.LAST_FRAG,
): Uint8Array {
  const inner = new Writer(256);
  body.write(inner, value);
  const { parts, length } = inner.finish();
  const w = new Writer(PDU_HEADER_SIZE + length);
  pduHeader.write(w, { type, flags, fragLength: PDU_HEADER_SIZE + length, authLength: 0, callId });
  for (const part of parts) w.bytes(part);
  return w.finish().parts[0]!;
}
