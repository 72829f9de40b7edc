import { Reader, WireError } from '@polynas/core/wire';
import { element, readElement, readTagged, Tag } from './der.ts';

/** Contents of object identifiers, as hex. */
export const Oid = {
  /** 1.3.6.1.5.5.2 */
  SPNEGO: '2b0601050502',
  /** 1.3.6.1.4.1.311.2.2.10 */
  NTLMSSP: '2b06010401823702020a',
} as const;

/** negState (RFC 4178 §4.2.2). */
export const NegState = { ACCEPT_COMPLETED: 0, ACCEPT_INCOMPLETE: 1, REJECT: 2, REQUEST_MIC: 3 } as const;

/** NegTokenInit (RFC 4178 §4.2.1), or NegTokenInit2 (MS-SPNG 2.2.1) with hints. */
export interface NegTokenInit {
  readonly kind: 'init';
  /** Object identifiers as hex, the most wanted first. */
  readonly mechTypes: readonly string[];
  /** The encoded list: what mechListMIC is made over. */
  readonly mechTypesEncoded: Uint8Array;
  readonly mechToken: Uint8Array | undefined;
  readonly mechListMic: Uint8Array | undefined;
}

/** NegTokenResp (RFC 4178 §4.2.2). */
export interface NegTokenResp {
  readonly kind: 'resp';
  readonly negState: number | undefined;
  /** Object identifier as hex. */
  readonly supportedMech: string | undefined;
  readonly responseToken: Uint8Array | undefined;
  readonly mechListMic: Uint8Array | undefined;
}

/** More than any client offers. */
const MAX_MECHANISMS = 32;
const HINT = Buffer.from('not_defined_in_RFC4178@please_ignore', 'latin1');

/** Reads either token; what is malformed is a {@link WireError}. */
export function readNegToken(bytes: Uint8Array): NegTokenInit | NegTokenResp {
  const outer = readElement(new Reader(bytes));
  if (outer.tag === Tag.CONTEXT_0 + 1) return readResp(new Reader(readTagged(new Reader(outer.content), Tag.SEQUENCE)));
  if (outer.tag !== Tag.APPLICATION_0) throw new WireError('not a SPNEGO token');
  const r = new Reader(outer.content);
  if (hex(readTagged(r, Tag.OBJECT_IDENTIFIER)) !== Oid.SPNEGO) throw new WireError('not a SPNEGO token');
  const inner = new Reader(readTagged(r, Tag.CONTEXT_0));
  return readInit(new Reader(readTagged(inner, Tag.SEQUENCE)));
}

function readInit(r: Reader): NegTokenInit {
  const mechTypesEncoded = readTagged(r, Tag.CONTEXT_0);
  const list = new Reader(readTagged(new Reader(mechTypesEncoded), Tag.SEQUENCE));
  const mechTypes: string[] = [];
  while (list.remaining > 0) {
    if (mechTypes.length === MAX_MECHANISMS) throw new WireError('too many mechanisms');
    mechTypes.push(hex(readTagged(list, Tag.OBJECT_IDENTIFIER)));
  }
  let mechToken: Uint8Array | undefined;
  let mechListMic: Uint8Array | undefined;
  while (r.remaining > 0) {
    const { tag, content } = readElement(r);
    if (tag === Tag.CONTEXT_0 + 2) mechToken = readTagged(new Reader(content), Tag.OCTET_STRING);
    else if (tag === Tag.CONTEXT_0 + 3 || tag === Tag.CONTEXT_0 + 4) {
      // [3] is the MIC of RFC 4178 or the hints of MS-SPNG, which are a sequence; there the MIC is [4].
      const inner = readElement(new Reader(content));
      if (inner.tag === Tag.OCTET_STRING) mechListMic = inner.content;
    }
  }
  return { kind: 'init', mechTypes, mechTypesEncoded, mechToken, mechListMic };
}

function readResp(r: Reader): NegTokenResp {
  let negState: number | undefined;
  let supportedMech: string | undefined;
  let responseToken: Uint8Array | undefined;
  let mechListMic: Uint8Array | undefined;
  while (r.remaining > 0) {
    const { tag, content } = readElement(r);
    const inner = new Reader(content);
    if (tag === Tag.CONTEXT_0) negState = new Reader(readTagged(inner, Tag.ENUMERATED)).u8();
    else if (tag === Tag.CONTEXT_0 + 1) supportedMech = hex(readTagged(inner, Tag.OBJECT_IDENTIFIER));
    else if (tag === Tag.CONTEXT_0 + 2) responseToken = readTagged(inner, Tag.OCTET_STRING);
    else if (tag === Tag.CONTEXT_0 + 3) mechListMic = readTagged(inner, Tag.OCTET_STRING);
  }
  return { kind: 'resp', negState, supportedMech, responseToken, mechListMic };
}

/** The NegTokenInit2 of a NEGOTIATE response: mechanisms and the hint that says nothing (MS-SPNG 3.2.5.2). */
export function negTokenInit2(mechTypes: readonly string[]): Uint8Array {
  return initToken([
    encodeMechTypes(mechTypes),
    element(Tag.CONTEXT_0 + 3, element(Tag.SEQUENCE, element(Tag.CONTEXT_0, element(Tag.GENERAL_STRING, HINT)))),
  ]);
}

/** A client's NegTokenInit. */
export function negTokenInit(mechTypes: readonly string[], mechToken: Uint8Array): Uint8Array {
  return initToken([encodeMechTypes(mechTypes), element(Tag.CONTEXT_0 + 2, element(Tag.OCTET_STRING, mechToken))]);
}

function encodeMechTypes(mechTypes: readonly string[]): Uint8Array {
  const oids = mechTypes.map((oid) => element(Tag.OBJECT_IDENTIFIER, Buffer.from(oid, 'hex')));
  return element(Tag.CONTEXT_0, element(Tag.SEQUENCE, ...oids));
}

function initToken(fields: readonly Uint8Array[]): Uint8Array {
  return element(
    Tag.APPLICATION_0,
    element(Tag.OBJECT_IDENTIFIER, Buffer.from(Oid.SPNEGO, 'hex')),
    element(Tag.CONTEXT_0, element(Tag.SEQUENCE, ...fields)),
  );
}

/** Encodes a NegTokenResp; fields that are `undefined` are left out. */
export function negTokenResp(token: Omit<NegTokenResp, 'kind'>): Uint8Array {
  const fields: Uint8Array[] = [];
  if (token.negState !== undefined) {
    fields.push(element(Tag.CONTEXT_0, element(Tag.ENUMERATED, Uint8Array.of(token.negState))));
  }
  if (token.supportedMech !== undefined) {
    const oid = Buffer.from(token.supportedMech, 'hex');
    fields.push(element(Tag.CONTEXT_0 + 1, element(Tag.OBJECT_IDENTIFIER, oid)));
  }
  if (token.responseToken !== undefined) {
    fields.push(element(Tag.CONTEXT_0 + 2, element(Tag.OCTET_STRING, token.responseToken)));
  }
  if (token.mechListMic !== undefined) {
    fields.push(element(Tag.CONTEXT_0 + 3, element(Tag.OCTET_STRING, token.mechListMic)));
  }
  return element(Tag.CONTEXT_0 + 1, element(Tag.SEQUENCE, ...fields));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
