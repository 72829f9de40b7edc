import { MAX_CONTEXTS, MAX_FRAG, MIN_FRAG } from './limits.ts';
import type { Bind, ContextElement } from './pdu/bind.ts';
import { type BindAck, type ContextAnswer, ContextResult, RejectReason } from './pdu/bind-ack.ts';
import { isFeatureNegotiation, NDR, NO_SYNTAX, type Syntax } from './pdu/syntax.ts';
import type { RpcInterface } from './rpc-interface.ts';

/** An id for clients that ask for a new association group. Handles end with their pipe, so that no group has anything to share. */
const GROUP = 0x0000_1057;

/** What bind and alter_context have agreed on (C706 12.6.3.1, MS-RPCE 3.3.1.5). */
export class Association {
  /** Octets of the longest fragment that the client takes. */
  readonly maxXmitFrag: number;
  private readonly maxRecvFrag: number;
  private readonly group: number;
  private readonly service: RpcInterface;
  private readonly contexts = new Set<number>();

  constructor(service: RpcInterface, request: Bind) {
    this.service = service;
    this.maxXmitFrag = Math.min(MAX_FRAG, Math.max(MIN_FRAG, request.maxRecvFrag));
    this.maxRecvFrag = Math.min(MAX_FRAG, Math.max(MIN_FRAG, request.maxXmitFrag));
    this.group = request.assocGroupId === 0 ? GROUP : request.assocGroupId;
  }

  has(contextId: number): boolean {
    return this.contexts.has(contextId);
  }

  /** @param address empty in the answer to alter_context */
  negotiate(elements: readonly ContextElement[], address: string): BindAck {
    return {
      maxXmitFrag: this.maxXmitFrag,
      maxRecvFrag: this.maxRecvFrag,
      assocGroupId: this.group,
      address,
      results: elements.map((element) => this.context(element)),
    };
  }

  private context({ contextId, abstractSyntax, transferSyntaxes }: ContextElement): ContextAnswer {
    // MS-RPCE 3.3.1.5.3: the answer names the features in common, which are none.
    if (transferSyntaxes.some(isFeatureNegotiation)) {
      return { result: ContextResult.NEGOTIATE_ACK, reason: 0, transferSyntax: NO_SYNTAX };
    }
    if (!serves(this.service.syntax, abstractSyntax)) return rejected(RejectReason.ABSTRACT_SYNTAX_NOT_SUPPORTED);
    if (!transferSyntaxes.some(isNdr)) return rejected(RejectReason.TRANSFER_SYNTAXES_NOT_SUPPORTED);
    if (this.contexts.size >= MAX_CONTEXTS && !this.contexts.has(contextId)) {
      return rejected(RejectReason.LOCAL_LIMIT_EXCEEDED);
    }
    this.contexts.add(contextId);
    return { result: ContextResult.ACCEPTANCE, reason: 0, transferSyntax: NDR };
  }
}

function rejected(reason: number): ContextAnswer {
  return { result: ContextResult.PROVIDER_REJECTION, reason, transferSyntax: NO_SYNTAX };
}

/** C706 chapter 6.1.2: the same major version, and at least the minor one that the client wants. */
function serves(ours: Syntax, wanted: Syntax): boolean {
  return wanted.uuid === ours.uuid && wanted.major === ours.major && wanted.minor <= ours.minor;
}

function isNdr(value: Syntax): boolean {
  return value.uuid === NDR.uuid && value.major === NDR.major && value.minor === NDR.minor;
}
