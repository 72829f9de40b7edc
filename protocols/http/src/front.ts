import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Place } from './admission.ts';
import { Admission } from './admission.ts';
import { ByteBudget } from './byte-budget.ts';
import type { Clock } from '@polynas/core/wire';
import { HttpFault } from './fault.ts';
import type { RawHeaders } from './headers.ts';
import { collectHeaders } from './headers.ts';
import { linger } from './linger.ts';
import { readRequest } from './read-request.ts';
import type { Reply, StreamedBody } from './reply.ts';
import { isStreamed, sendReply } from './send.ts';
import type { ByteSource } from './source.ts';
import { Turns } from './turns.ts';

export interface HttpLimits {
  /** Requests worked on at once, those that wait for their client not counted; default 512. */
  readonly requests: number;
  /** Requests that may wait for one of these places; default 1024. */
  readonly waiting: number;
  /** Requests of one connection that may wait behind each other (pipelining); default 16. */
  readonly pipelined: number;
  /** Bytes of larger request and answer documents that are held at once, all connections together; default 64 MiB. */
  readonly documents: number;
  /** Bytes of objects that are held at once for clients that read, beside 16 KiB a connection; default 64 MiB. */
  readonly replies: number;
  /** Milliseconds without a byte of a request body; default 30,000. */
  readonly bodyIdle: number;
  /** Bytes a second that an upload makes at least, over 30 seconds of waiting for the client; default 1 KiB. */
  readonly uploadRate: number;
  /** Milliseconds without progress of a client that does not read its answer; default 30,000. */
  readonly stall: number;
}

export const defaultHttpLimits: HttpLimits = {
  requests: 512,
  waiting: 1024,
  pipelined: 16,
  documents: 64 * 1024 ** 2,
  replies: 64 * 1024 ** 2,
  bodyIdle: 30_000,
  uploadRate: 1024,
  stall: 30_000,
};

/** One request and its answer, as a dialect sees it. */
export interface Exchange {
  readonly method: string;
  /** The request target as it came. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly clientAddress: string;
  /** The connection is encrypted. */
  readonly encrypted: boolean;
  /** Aborted when the client goes away or the server stops for good. */
  readonly signal: AbortSignal;
  /** The body without HTTP's own framing, pulled from the socket. `100 Continue` is sent when it is first read. To be called once. */
  body(): ByteSource;
  /** Counts a document against the budget until the exchange is over. Throws `overloaded`. */
  hold(bytes: number): void;
}

/** How an exchange ended. */
export interface Outcome {
  readonly status: number;
  /** What was thrown, where something was. */
  readonly error?: unknown;
  readonly milliseconds: number;
}

/** What a dialect says in one exchange. */
export interface Conversation {
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  answer(): Promise<Reply>;
  /** What the client is told of what `answer` or the sending has thrown. Must not throw. */
  failed(error: unknown): Reply;
  /** Told once, at the end; must not throw. */
  done(outcome: Outcome): void;
}

export interface FrontOptions {
  readonly dialect: (exchange: Exchange) => Conversation;
  readonly clock: Clock;
  readonly limits: HttpLimits;
}

interface Connection {
  last: Promise<void>;
  pending: number;
  /** The request that came last. */
  latest: IncomingMessage;
}

/** Documents up to this many bytes are too small to be counted. */
const smallDocument = 16 * 1024;

/** Holds each exchange within its bounds. Mount `handle` on any `node:http` or `node:https` server. */
export class HttpFront {
  readonly #options: FrontOptions;
  readonly #admission: Admission;
  readonly #documents: ByteBudget;
  readonly #replies: ByteBudget;
  readonly #connections = new WeakMap<object, Connection>();
  /** 1 MiB: a fraction of a millisecond of copying, or a few in a small guest. */
  readonly #turns = new Turns(1024 ** 2);
  #draining = false;

  constructor(options: FrontOptions) {
    const { limits } = options;
    this.#options = options;
    this.#admission = new Admission(limits.requests, limits.waiting);
    this.#documents = new ByteBudget(limits.documents);
    this.#replies = new ByteBudget(limits.replies);
  }

  /** To be told of each new connection of the server, so that accepting goes before writing. */
  accepted(): void {
    this.#turns.accepted();
  }

  /** Settles when what has come whole on a connection is answered; `undefined` when nothing is under way, or its body is cut off. */
  busy(socket: object): Promise<void> | undefined {
    const connection = this.#connections.get(socket);
    return connection !== undefined && connection.pending > 0 && connection.latest.complete
      ? connection.last
      : undefined;
  }

  /** From now on each answer is the last one of its connection. */
  drain(): void {
    this.#draining = true;
  }

  /**
   * Answers one exchange; never rejects. Exchanges of one connection are worked on in turn, so that a client which
   * pipelines cannot have many going at once.
   *
   * @param expectContinue the client waits for `100 Continue`; it is sent when the handler first reads the body
   */
  handle(request: IncomingMessage, response: ServerResponse, expectContinue: boolean): void {
    const { socket } = request;
    const connection = this.#connections.get(socket) ?? { last: Promise.resolve(), pending: 0, latest: request };
    connection.latest = request;
    this.#connections.set(socket, connection);
    if (connection.pending >= this.#options.limits.pipelined) {
      socket.destroy();
      return;
    }
    connection.pending++;
    connection.last = connection.last
      .then(() => this.#exchange(request, response, expectContinue))
      .catch(() => void socket.destroy())
      .finally(() => void connection.pending--);
  }

  async #exchange(request: IncomingMessage, response: ServerResponse, expectContinue: boolean): Promise<void> {
    if (response.destroyed) return;
    const { clock, dialect } = this.#options;
    const started = clock.now();
    // The socket's own error is seen by node:http; without a listener here it would be an uncaught event.
    request.on('error', ignore);
    response.on('error', ignore);
    const gone = new AbortController();
    const onClose = (): void => {
      if (!response.writableFinished) gone.abort();
    };
    response.once('close', onClose);

    const worked = new Worked(request, response, expectContinue, gone.signal, this.#options, this.#documents);
    const conversation = dialect(worked);
    response.setHeader('server', 'Polynas');
    for (const [name, value] of Object.entries(conversation.headers)) response.setHeader(name, value);
    let failure: unknown;
    let reply: Reply;
    try {
      worked.place = await this.#admission.enter(gone.signal);
      reply = await conversation.answer();
      if (typeof reply.body === 'string') worked.hold(reply.body.length);
    } catch (error) {
      failure = error;
      reply = conversation.failed(error);
    } finally {
      // A slow reader of an answer does not keep others from being worked on.
      worked.place?.end();
    }
    // A body that was not read ends the connection: what follows on it could not be told from the rest of the body.
    if (!request.complete || this.#draining) response.setHeader('connection', 'close');
    try {
      reply = await this.#send(response, reply, gone.signal, (error) => {
        failure = error;
        return conversation.failed(error);
      });
    } catch (error) {
      failure ??= error;
      response.destroy();
    }
    this.#documents.give(worked.held);
    response.off('close', onClose);
    conversation.done({
      status: reply.status,
      ...(failure === undefined ? {} : { error: failure }),
      milliseconds: clock.now() - started,
    });
    await linger(request, response, clock);
  }

  /** Gives the reply that was sent: another one where the first bytes of this one could not be read. */
  async #send(
    response: ServerResponse,
    first: Reply,
    signal: AbortSignal,
    failed: (error: unknown) => Reply,
  ): Promise<Reply> {
    const { clock, limits } = this.#options;
    const patience = { clock, stall: limits.stall, budget: this.#replies, turns: this.#turns };
    let reply = first;
    for (;;) {
      try {
        await sendReply(response, reply, patience);
        return reply;
      } catch (error) {
        if (response.headersSent || response.destroyed || !isStreamed(reply.body)) throw error;
        reply = await this.#renew(reply.body, error, signal).catch(failed);
      }
    }
  }

  async #renew({ renew }: StreamedBody, error: unknown, signal: AbortSignal): Promise<Reply> {
    if (renew === undefined) throw error;
    const place = await this.#admission.enter(signal);
    try {
      return await renew(error);
    } finally {
      place.end();
    }
  }
}

/** An exchange while it is worked on. */
class Worked implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: RawHeaders;
  readonly clientAddress: string;
  readonly encrypted: boolean;
  readonly signal: AbortSignal;
  /** There once the request was let in. */
  place: Place | undefined;
  /** Bytes taken from the budget of documents. */
  held = 0;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #expectContinue: boolean;
  readonly #options: FrontOptions;
  readonly #documents: ByteBudget;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    expectContinue: boolean,
    signal: AbortSignal,
    options: FrontOptions,
    documents: ByteBudget,
  ) {
    this.method = request.method ?? '';
    this.target = request.url ?? '/';
    this.headers = collectHeaders(request.rawHeaders);
    this.clientAddress = request.socket.remoteAddress ?? '';
    this.encrypted = 'encrypted' in request.socket;
    this.signal = signal;
    this.#request = request;
    this.#response = response;
    this.#expectContinue = expectContinue;
    this.#options = options;
    this.#documents = documents;
  }

  body(): ByteSource {
    const { place } = this;
    if (place === undefined) throw new Error('HttpFront: a body was asked for before its request was let in');
    const { clock, limits } = this.#options;
    return readRequest(this.#request, {
      onFirstRead: () => {
        if (this.#expectContinue) this.#response.writeContinue();
      },
      idleTimeout: limits.bodyIdle,
      minimumRate: limits.uploadRate,
      clock,
      place,
    });
  }

  hold(bytes: number): void {
    if (bytes <= smallDocument) return;
    if (!this.#documents.take(bytes)) throw new HttpFault('overloaded');
    this.held += bytes;
  }
}

function ignore(): void {
  // Nothing to do: 'close' follows and ends what is under way.
}
