import type { Reader, Writer } from '@polynas/core/wire';
import type { Codec } from '../../messages/codec.ts';
import { type Syntax, syntax } from './syntax.ts';

/** p_cont_elem_t: an interface, under the number that requests name it by, with the transfer syntaxes that the client speaks. */
export interface ContextElement {
  readonly contextId: number;
  readonly abstractSyntax: Syntax;
  readonly transferSyntaxes: readonly Syntax[];
}

/** Body of bind and of alter_context, one shape (C706 12.6.4.3, 12.6.4.1). */
export interface Bind {
  /** Longest fragments, in octets, that the client sends and takes. */
  readonly maxXmitFrag: number;
  readonly maxRecvFrag: number;
  /** 0: a new association group. */
  readonly assocGroupId: number;
  readonly contexts: readonly ContextElement[];
}

const element: Codec<ContextElement> = {
  read(r: Reader): ContextElement {
    const contextId = r.u16le();
    const count = r.u8();
    r.skip(1);
    const abstractSyntax = syntax.read(r);
    const transferSyntaxes: Syntax[] = [];
    for (let index = 0; index < count; index++) transferSyntaxes.push(syntax.read(r));
    return { contextId, abstractSyntax, transferSyntaxes };
  },
  write(w: Writer, value: ContextElement): void {
    w.u16le(value.contextId);
    w.u8(value.transferSyntaxes.length);
    w.u8(0);
    syntax.write(w, value.abstractSyntax);
    for (const one of value.transferSyntaxes) syntax.write(w, one);
  },
};

export const bind: Codec<Bind> = {
  read(r: Reader): Bind {
    const [maxXmitFrag, maxRecvFrag, assocGroupId] = [r.u16le(), r.u16le(), r.u32le()];
    const count = r.u8();
    r.skip(3);
    const contexts: ContextElement[] = [];
    for (let index = 0; index < count; index++) contexts.push(element.read(r));
    return { maxXmitFrag, maxRecvFrag, assocGroupId, contexts };
  },
  write(w: Writer, value: Bind): void {
    w.u16le(value.maxXmitFrag);
    w.u16le(value.maxRecvFrag);
    w.u32le(value.assocGroupId);
    w.u8(value.contexts.length);
    w.zeros(3);
    for (const one of value.contexts) element.write(w, one);
  },
};
