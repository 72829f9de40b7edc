import type { IncomingMessage, ServerResponse } from 'node:http';
import { readRequest } from '../body/read-request.ts';
import type { BodyRule } from '../body/request-body.ts';
import { declaredChecksum, openBody, withoutAwsChunked } from '../body/request-body.ts';
import type { Clock } from '../clock.ts';
import { S3Error } from '../errors.ts';
import type { OperationHandlers, S3Reply, S3Request, StreamedBody } from '../operation.ts';
import { refuseHeaders } from '../routing/refused-headers.ts';
import { expectSupported, isSigning, notImplemented, route } from '../routing/route.ts';
import type { Level, Row } from '../routing/table.ts';
import type { Authentication, Credential } from '../signature/authenticate.ts';
import { authenticate } from '../signature/authenticate.ts';
import { SigningKeyCache } from '../signature/signing-key.ts';
import { toS3Error } from '../status.ts';
import { errorDocument } from '../xml/error-document.ts';
import type { Place } from './admission.ts';
import { Admission } from './admission.ts';
import { ByteBudget } from './byte-budget.ts';
import type { RawHeaders } from './headers.ts';
import { collectHeaders, decodeHeaders, firstValue } from './headers.ts';
import { linger } from './linger.ts';
import type { Query } from './query.ts';
import { RequestIdSource } from './request-ids.ts';
import { isStreamed, sendReply } from './send.ts';
import type { Target } from './target.ts';
import { parseTarget } from './target.ts';
import { Turns } from './turns.ts';

export interface S3FrontOptions<P> {
  /** An operation without a handler answers NotImplemented. */
  readonly handlers: Partial<OperationHandlers<P>>;
  readonly credentials: (accessKeyId: string) => Promise<Credential<P> | undefined>;
  /** See `AuthenticationOptions.anonymous`; absent, anonymous requests are refused. */
  readonly anonymous?: () => Promise<P | undefined>;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Accept signatures for any region; default false. */
  readonly anyRegion?: boolean;
  /** Hosts below which the first label is the bucket, for example `s3.example.org`. Without a port. */
  readonly baseDomains?: readonly string[];
  readonly clock: Clock;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly limits?: Partial<S3Limits>;
  /** Told of every answered request; must not throw. */
  readonly onAnswer?: (answer: S3Answer) => void;
}

export interface S3Limits {
  /** Requests worked on at once, those that wait for their client not counted; default 512. */
  readonly requests: number;
  /** Requests that may wait for one of these places; default 1024. */
  readonly waiting: number;
  /** Requests of one connection that may wait behind each other (pipelining); default 16. */
  readonly pipelined: number;
  /** Bytes of an object or part in one request; default 5 GiB, S3's own limit. */
  readonly payload: number;
  /** Bytes of an XML request document; default 4 MiB: 10,000 parts with checksums, or 1,000 long keys. */
  readonly document: number;
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

export const defaultLimits: S3Limits = {
  requests: 512,
  waiting: 1024,
  pipelined: 16,
  payload: 5 * 1024 ** 3,
  document: 4 * 1024 ** 2,
  documents: 64 * 1024 ** 2,
  replies: 64 * 1024 ** 2,
  bodyIdle: 30_000,
  uploadRate: 1024,
  stall: 30_000,
};

/** What the log and the metrics learn of a request. */
export interface S3Answer {
  readonly requestId: string;
  readonly method: string;
  /** `undefined` when it could not be parsed. */
  readonly path: string | undefined;
  readonly operation: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly clientAddress: string;
  readonly status: number;
  /** What was thrown; the cause of an InternalError stands here and nowhere in the answer. */
  readonly error?: unknown;
  readonly milliseconds: number;
}

interface Connection {
  last: Promise<void>;
  pending: number;
}

/** What is known of a request so far, for the error document and the log. */
interface Progress {
  target?: Target;
  operation?: string;
  accessKeyId?: string | undefined;
  /** Bytes taken from the budget of documents. */
  held: number;
}

/** Documents up to this many bytes are too small to be counted. */
const smallDocument = 16 * 1024;

/** Turns HTTP exchanges into operations. Mount `handle` on any `node:http` or `node:https` server. */
export class S3Front<P> {
  readonly #options: S3FrontOptions<P>;
  readonly #limits: S3Limits;
  readonly #admission: Admission;
  readonly #documents: ByteBudget;
  readonly #replies: ByteBudget;
  readonly #keys = new SigningKeyCache();
  readonly #ids: RequestIdSource;
  readonly #baseDomains: readonly string[];
  readonly #connections = new WeakMap<object, Connection>();
  /** 1 MiB: a fraction of a millisecond of copying, or a few in a small guest. */
  readonly #turns = new Turns(1024 ** 2);
  #draining = false;

  constructor(options: S3FrontOptions<P>) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#admission = new Admission(this.#limits.requests, this.#limits.waiting);
    this.#documents = new ByteBudget(this.#limits.documents);
    this.#replies = new ByteBudget(this.#limits.replies);
    this.#ids = new RequestIdSource(options.random);
    this.#baseDomains = (options.baseDomains ?? []).map((domain) => domain.toLowerCase());
  }

  /** To be told of each new connection of the server, so that accepting goes before writing. */
  accepted(): void {
    this.#turns.accepted();
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
    const connection = this.#connections.get(socket) ?? { last: Promise.resolve(), pending: 0 };
    this.#connections.set(socket, connection);
    if (connection.pending >= this.#limits.pipelined) {
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
    const started = this.#options.clock.now();
    const { requestId, hostId } = this.#ids.next();
    response.setHeader('x-amz-request-id', requestId);
    response.setHeader('x-amz-id-2', hostId);
    response.setHeader('server', 'Polynas');
    // The socket's own error is seen by node:http; without a listener here it would be an uncaught event.
    request.on('error', ignore);
    response.on('error', ignore);
    const gone = new AbortController();
    const onClose = (): void => {
      if (!response.writableFinished) gone.abort();
    };
    response.once('close', onClose);

    const progress: Progress = { held: 0 };
    let failure: unknown;
    let reply: S3Reply;
    let place: Place | undefined;
    try {
      place = await this.#admission.enter(gone.signal);
      reply = await this.#answer(request, response, expectContinue, requestId, gone.signal, progress, place);
      if (typeof reply.body === 'string') this.#hold(progress, reply.body.length);
    } catch (error) {
      failure = error;
      reply = errorReply(error, request.method ?? '', progress.target?.path ?? '', requestId, hostId);
    } finally {
      // A slow reader of an answer does not keep others from being worked on.
      place?.end();
    }
    // A body that was not read ends the connection: what follows on it could not be told from the rest of the body.
    if (!request.complete || this.#draining) response.setHeader('connection', 'close');
    try {
      reply = await this.#send(response, reply, gone.signal, (error) => {
        failure = error;
        return errorReply(error, request.method ?? '', progress.target?.path ?? '', requestId, hostId);
      });
    } catch (error) {
      failure ??= error;
      response.destroy();
    }
    this.#documents.give(progress.held);
    response.off('close', onClose);
    this.#options.onAnswer?.({
      requestId,
      method: request.method ?? '',
      path: progress.target?.path,
      operation: progress.operation,
      accessKeyId: progress.accessKeyId,
      clientAddress: request.socket.remoteAddress ?? '',
      status: reply.status,
      ...(failure === undefined ? {} : { error: failure }),
      milliseconds: this.#options.clock.now() - started,
    });
    await linger(request, response, this.#options.clock);
  }

  /** Gives the reply that was sent: another one where the first bytes of this one could not be read. */
  async #send(
    response: ServerResponse,
    first: S3Reply,
    signal: AbortSignal,
    failed: (error: unknown) => S3Reply,
  ): Promise<S3Reply> {
    const { clock } = this.#options;
    const patience = { clock, stall: this.#limits.stall, budget: this.#replies, turns: this.#turns };
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

  async #renew({ renew }: StreamedBody, error: unknown, signal: AbortSignal): Promise<S3Reply> {
    if (renew === undefined) throw error;
    const place = await this.#admission.enter(signal);
    try {
      return await renew(error);
    } finally {
      place.end();
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    expectContinue: boolean,
    requestId: string,
    signal: AbortSignal,
    progress: Progress,
    place: Place,
  ): Promise<S3Reply> {
    const method = request.method ?? '';
    const raw = collectHeaders(request.rawHeaders);
    const target = parseTarget(request.url ?? '/', firstValue(raw, 'host'), this.#baseDomains);
    progress.target = target;
    const headers = withQueryHeaders(decodeHeaders(raw), target.query);

    const row = route(method, levelOf(target), target.query, headers);
    progress.operation = row.operation;
    if (row.signedOtherwise === true) expectSupported(row, target.query);
    const authentication = await this.#authenticate(method, target, raw);
    progress.accessKeyId = authentication.accessKeyId;
    expectSupported(row, target.query);
    refuseHeaders(headers);
    const handler = this.#options.handlers[row.operation];
    if (handler === undefined) throw notImplemented(`The operation ${row.operation} is not implemented.`);

    const source = readRequest(request, {
      onFirstRead: () => {
        if (expectContinue) response.writeContinue();
      },
      idleTimeout: this.#limits.bodyIdle,
      minimumRate: this.#limits.uploadRate,
      clock: this.#options.clock,
      place,
    });
    const body = openBody(source, headers, authentication, this.#bodyRule(row));
    if (row.body === 'document') this.#hold(progress, body.length);
    // Also where no content is allowed, the client may have promised a hash or a checksum of it.
    if (row.body === undefined) await body.bytes(0);

    const declared = row.checksumsOfObject === true ? undefined : declaredChecksum(headers);
    const handed: S3Request<P> = {
      operation: row.operation,
      principal: authentication.principal,
      accessKeyId: authentication.accessKeyId,
      bucket: target.bucket ?? '',
      key: target.key ?? '',
      query: target.query,
      headers: withoutFraming(headers),
      body,
      declaredChecksum: declared,
      signal,
      clientAddress: request.socket.remoteAddress ?? '',
      requestId,
    };
    return handler(handed);
  }

  /** Counts a document against the budget until the exchange is over. Throws `SlowDown`. */
  #hold(progress: Progress, bytes: number): void {
    if (bytes <= smallDocument) return;
    if (!this.#documents.take(bytes)) throw new S3Error('SlowDown');
    progress.held += bytes;
  }

  #authenticate(method: string, target: Target, headers: RawHeaders): Promise<Authentication<P>> {
    const { credentials, anonymous, region, anyRegion, clock } = this.#options;
    return authenticate(
      { method, path: target.path, query: target.query, headers },
      {
        credentials,
        ...(anonymous === undefined ? {} : { anonymous }),
        region: region ?? 'us-east-1',
        anyRegion: anyRegion ?? false,
        now: () => clock.now(),
        keys: this.#keys,
      },
    );
  }

  #bodyRule(row: Row): BodyRule {
    const kind = row.body ?? 'none';
    return {
      kind,
      maximum: kind === 'payload' ? this.#limits.payload : this.#limits.document,
      checksums: row.checksumsOfObject !== true,
    };
  }
}

function ignore(): void {
  // Nothing to do: 'close' follows and ends what is under way.
}

function levelOf(target: Target): Level {
  if (target.bucket === undefined) return 'service';
  return target.key === undefined ? 'bucket' : 'object';
}

/** Presigners move `x-amz-*` headers into the query, where AWS reads them as headers: so must we, or drop an ACL. */
function withQueryHeaders(headers: Map<string, string>, query: Query): Map<string, string> {
  for (const { name, value } of query.parameters) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-amz-') && !isSigning(lower) && !headers.has(lower)) headers.set(lower, value);
  }
  return headers;
}

function withoutFraming(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const encoding = headers.get('content-encoding');
  if (encoding === undefined) return headers;
  const changed = new Map(headers);
  const kept = withoutAwsChunked(encoding);
  if (kept === undefined) changed.delete('content-encoding');
  else changed.set('content-encoding', kept);
  return changed;
}

/** Of a fault of ours the client learns nothing but the request id. */
function errorReply(thrown: unknown, method: string, path: string, requestId: string, hostId: string): S3Reply {
  const error = toS3Error(thrown);
  if (method === 'HEAD' || error.status === 304) return { status: error.status, headers: error.headers };
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/xml' },
    body: errorDocument(error, path, requestId, hostId),
  };
}
