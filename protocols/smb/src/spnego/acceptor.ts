import { timingSafeEqual } from 'node:crypto';
import { WireError } from '@polynas/core/wire';
import { type NtlmOutcome, NtlmServer, type NtlmServerOptions } from '../ntlm/server.ts';
import { MessageSigner } from '../ntlm/session-security.ts';
import { NegState, type NegTokenInit, negTokenResp, Oid, readNegToken } from './tokens.ts';

export type AcceptStep =
  /** Answer STATUS_MORE_PROCESSING_REQUIRED with this token. */
  | { readonly kind: 'continue'; readonly token: Uint8Array }
  /** The authentication is over; the token goes into the final answer. */
  | { readonly kind: 'done'; readonly token: Uint8Array; readonly outcome: NtlmOutcome };

type State = 'first' | 'negotiate' | 'authenticate' | 'done';

const NTLM_SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const NOTHING = new Uint8Array(0);

/**
 * The server's side of one SESSION_SETUP exchange: SPNEGO with NTLM as its only mechanism (RFC 4178 §4, MS-SPNG 3.3), or NTLM
 * bare, as the Linux kernel's client sends it. A malformed token is a {@link WireError}.
 */
export class Acceptor {
  private readonly ntlm: NtlmServer;
  private state: State = 'first';
  private bare = false;
  private init: NegTokenInit | undefined;
  /** NTLM was not the client's first choice: both sides must prove that nobody changed the list (RFC 4178 §5). */
  private micRequired = false;

  constructor(options: NtlmServerOptions) {
    this.ntlm = new NtlmServer(options);
  }

  async step(token: Uint8Array): Promise<AcceptStep> {
    const { state } = this;
    if (state === 'done') throw new WireError('token after the end of authentication');
    if (state === 'first' && startsWith(token, NTLM_SIGNATURE)) {
      this.bare = true;
      this.state = 'authenticate';
      return { kind: 'continue', token: this.ntlm.challenge(token) };
    }
    if (this.bare) {
      this.state = 'done';
      return { kind: 'done', token: NOTHING, outcome: await this.ntlm.authenticate(token) };
    }
    return state === 'first' ? this.first(token) : this.next(token);
  }

  private first(token: Uint8Array): AcceptStep {
    const init = readNegToken(token);
    if (init.kind !== 'init') throw new WireError('SPNEGO begins with NegTokenInit');
    if (!init.mechTypes.includes(Oid.NTLMSSP)) throw new WireError('client without NTLM');
    // Kept beyond the frame that it came in.
    this.init = { ...init, mechTypesEncoded: Uint8Array.from(init.mechTypesEncoded) };
    this.micRequired = init.mechTypes[0] !== Oid.NTLMSSP;
    if (!this.micRequired && init.mechToken !== undefined) return this.challenge(init.mechToken);
    // A token for another mechanism is not looked at.
    this.state = 'negotiate';
    return {
      kind: 'continue',
      token: negTokenResp({
        negState: this.micRequired ? NegState.REQUEST_MIC : NegState.ACCEPT_INCOMPLETE,
        supportedMech: Oid.NTLMSSP,
        responseToken: undefined,
        mechListMic: undefined,
      }),
    };
  }

  private async next(token: Uint8Array): Promise<AcceptStep> {
    const resp = readNegToken(token);
    if (resp.kind !== 'resp' || resp.responseToken === undefined) throw new WireError('NegTokenResp without a token');
    if (this.state === 'negotiate') return this.challenge(resp.responseToken);
    this.state = 'done';
    const outcome = await this.ntlm.authenticate(resp.responseToken);
    return this.finish(outcome, resp.mechListMic);
  }

  private challenge(negotiate: Uint8Array): AcceptStep {
    const responseToken = this.ntlm.challenge(negotiate);
    const first = this.state === 'first';
    this.state = 'authenticate';
    return {
      kind: 'continue',
      token: negTokenResp({
        negState: NegState.ACCEPT_INCOMPLETE,
        supportedMech: first ? Oid.NTLMSSP : undefined,
        responseToken,
        mechListMic: undefined,
      }),
    };
  }

  private finish(outcome: NtlmOutcome, givenMic: Uint8Array | undefined): AcceptStep {
    const none = { supportedMech: undefined, responseToken: undefined, mechListMic: undefined };
    const completed = { ...none, negState: NegState.ACCEPT_COMPLETED };
    if (outcome.kind === 'anonymous') return { kind: 'done', token: negTokenResp(completed), outcome };
    const rejected = negTokenResp({ ...none, negState: NegState.REJECT });
    if (outcome.kind === 'refused') return { kind: 'done', token: rejected, outcome };
    if (givenMic === undefined && !this.micRequired) return { kind: 'done', token: negTokenResp(completed), outcome };
    const list = this.init!.mechTypesEncoded;
    const { negotiateFlags, exportedSessionKey } = outcome;
    const expected = new MessageSigner(negotiateFlags, exportedSessionKey, 'client').sign(list);
    if (givenMic === undefined || !same(givenMic, expected)) {
      return { kind: 'done', token: rejected, outcome: { kind: 'refused', userName: outcome.userName } };
    }
    const mechListMic = new MessageSigner(negotiateFlags, exportedSessionKey, 'server').sign(list);
    return { kind: 'done', token: negTokenResp({ ...completed, mechListMic }), outcome };
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return same(bytes.subarray(0, prefix.length), prefix);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
