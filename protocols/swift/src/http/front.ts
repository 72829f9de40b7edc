import type { Conversation, Exchange, Outcome, Reply } from '@polynas/http';
import { decodeHeaders } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Request } from '../request/request.ts';
import { answer } from '../operations/operations.ts';
import { openBody } from '../request/body.ts';
import type { DoorContext } from '../request/context.ts';
import type { CorsPolicy } from '../request/cors.ts';
import { corsPolicy, withCors } from '../request/cors.ts';
import { identify } from '../request/identity.ts';
import { refuse } from '../routing/refused-headers.ts';
import { route } from '../routing/route.ts';
import type { Target } from '../routing/target.ts';
import { parseTarget } from '../routing/target.ts';
import { toSwiftError } from '../status.ts';

/** What the log and the metrics learn of a request. */
export interface SwiftAnswer {
  readonly transactionId: string;
  readonly method: string;
  /** `undefined` when it could not be parsed. */
  readonly path: string | undefined;
  readonly operation: string | undefined;
  /** `tenant:user` of the token. */
  readonly user: string | undefined;
  readonly clientAddress: string;
  readonly status: number;
  /** What was thrown; the cause of an InternalError stands here and nowhere in the answer. */
  readonly error?: unknown;
  readonly milliseconds: number;
}

export interface SwiftConversationOptions {
  readonly context: DoorContext;
  /** Where clients reach the door, without a path; absent: what their `Host` header says. */
  readonly publicUrl: string | undefined;
  readonly onAnswer: ((answer: SwiftAnswer) => void) | undefined;
}

export class SwiftConversation implements Conversation {
  readonly headers: Readonly<Record<string, string>>;
  readonly #options: SwiftConversationOptions;
  readonly #exchange: Exchange;
  readonly #transactionId: string;
  // What is known of the request so far, for the log.
  #target: Target | undefined = undefined;
  #operation: string | undefined = undefined;
  #user: string | undefined = undefined;
  /** What a browser is told beside the answer. */
  #cors: CorsPolicy | undefined = undefined;

  constructor(options: SwiftConversationOptions, exchange: Exchange, transactionId: string) {
    this.#options = options;
    this.#exchange = exchange;
    this.#transactionId = transactionId;
    this.headers = { 'x-trans-id': transactionId, 'x-openstack-request-id': transactionId };
  }

  async answer(): Promise<Reply> {
    const { context } = this.#options;
    const { method, signal, clientAddress } = this.#exchange;
    const headers = decodeHeaders(this.#exchange.headers);
    const target = parseTarget(this.#exchange.target);
    this.#target = target;
    const row = route(method, target, headers);
    this.#operation = row.operation;
    // Who asks for a token may still show an old one.
    const identity = row.access === 'anyone' ? {} : identify(context, headers);
    const { token } = identity;
    this.#user = token && `${token.user.tenant}:${token.user.name}`;
    const publicUrl = (): string => this.#baseUrl(headers.get('host'));
    const request: Request = {
      operation: row.operation,
      method,
      target,
      headers,
      identity,
      body: openBody(this.#exchange, headers),
      signal,
      clientAddress,
      transactionId: this.#transactionId,
      // Only answers that name a place need it, and only their requests need a Host header.
      get baseUrl() {
        return publicUrl();
      },
    };
    if (row.level !== 'service') refuse(headers, target.query);
    // The question before a request is answered by its operation.
    this.#cors = row.operation === 'Options' ? undefined : corsPolicy(context, target, headers);
    const reply = await answer(context, request, row);
    return { ...reply, headers: withCors(this.#cors, reply.headers ?? {}) };
  }

  /** Of a fault of ours the client learns nothing but the transaction id. */
  failed(thrown: unknown): Reply {
    const error = toSwiftError(thrown);
    const headers = withCors(this.#cors, error.headers);
    if (this.#exchange.method === 'HEAD' || error.status === 304) return { status: error.status, headers };
    return {
      status: error.status,
      headers: { ...headers, 'content-type': error.contentType },
      body: error.body,
    };
  }

  done(outcome: Outcome): void {
    this.#options.onAnswer?.({
      transactionId: this.#transactionId,
      method: this.#exchange.method,
      path: this.#target?.path,
      operation: this.#operation,
      user: this.#user,
      clientAddress: this.#exchange.clientAddress,
      ...outcome,
    });
  }

  #baseUrl(host: string | undefined): string {
    const { publicUrl } = this.#options;
    if (publicUrl !== undefined) return publicUrl;
    // It goes back to the client in a URL, so it has to look like a host.
    if (host === undefined || !/^[A-Za-z0-9._~-]+(:\d+)?$|^\[[0-9A-Fa-f:.]+\](:\d+)?$/.test(host)) {
      throw new SwiftError('BadRequest', { message: 'A Host header is needed' });
    }
    return `${this.#exchange.encrypted ? 'https' : 'http'}://${host}`;
  }
}
