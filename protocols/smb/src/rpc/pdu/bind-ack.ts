import { type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';
import { type Syntax, syntax } from './syntax.ts';

/** p_cont_def_result_t (C706 12.6.3.1, MS-RPCE 2.2.2.4). */
export const ContextResult = { ACCEPTANCE: 0, USER_REJECTION: 1, PROVIDER_REJECTION: 2, NEGOTIATE_ACK: 3 } as const;

/** p_provider_reason_t (C706 12.6.3.1). */
export const RejectReason = {
  NOT_SPECIFIED: 0,
  ABSTRACT_SYNTAX_NOT_SUPPORTED: 1,
  TRANSFER_SYNTAXES_NOT_SUPPORTED: 2,
  LOCAL_LIMIT_EXCEEDED: 3,
} as const;

/** p_result_t. */
export interface ContextAnswer {
  readonly result: number;
  /** With NEGOTIATE_ACK the features in common. */
  readonly reason: number;
  readonly transferSyntax: Syntax;
}

/** Body of bind_ack and of alter_context_resp, one shape (C706 12.6.4.4, 12.6.4.2). */
export interface BindAck {
  readonly maxXmitFrag: number;
  readonly maxRecvFrag: number;
  readonly assocGroupId: number;
  /** Secondary address, as `\PIPE\srvsvc`; empty in alter_context_resp. */
  readonly address: string;
  readonly results: readonly ContextAnswer[];
}

/** The address is padded so that what follows it is aligned in the PDU, whose header (16 octets) keeps the alignment of its body. */
const ALIGNMENT = 4;

export const bindAck: Codec<BindAck> = {
  read(r: Reader): BindAck {
    const [maxXmitFrag, maxRecvFrag, assocGroupId] = [r.u16le(), r.u16le(), r.u32le()];
    const length = r.u16le();
    const text = r.utf8(length);
    if (length > 0 && !text.endsWith('\0')) throw new WireError('address without its end');
    r.align(ALIGNMENT);
    const count = r.u8();
    r.skip(3);
    const results: ContextAnswer[] = [];
    for (let index = 0; index < count; index++) {
      results.push({ result: r.u16le(), reason: r.u16le(), transferSyntax: syntax.read(r) });
    }
    return { maxXmitFrag, maxRecvFrag, assocGroupId, address: text.slice(0, -1), results };
  },
  write(w: Writer, value: BindAck): void {
    const start = w.length;
    w.u16le(value.maxXmitFrag);
    w.u16le(value.maxRecvFrag);
    w.u32le(value.assocGroupId);
    const address = value.address === '' ? '' : `${value.address}\0`;
    w.u16le(Buffer.byteLength(address));
    w.utf8(address);
    w.align(ALIGNMENT, start);
    w.u8(value.results.length);
    w.zeros(3);
    for (const one of value.results) {
      w.u16le(one.result);
      w.u16le(one.reason);
      syntax.write(w, one.transferSyntax);
    }
  },
};
