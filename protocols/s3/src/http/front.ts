import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@polynas/core/wire';
import type { Conversation, Exchange, HttpLimits, Outcome, Query, RawHeaders, Reply } from '@polynas/http';
import { decodeHeaders, defaultHttpLimits, firstValue, HttpFront } from '@polynas/http';
import type { BodyRule } from '../body/request-body.ts';
import { declaredChecksum, openBody, withoutAwsChunked } from '../body/request-body.ts';
import type { OperationHandlers, S3Request } from '../operation.ts';
import { refuseHeaders } from '../routing/refused-headers.ts';
import { expectSupported, isSigning, notImplemented, route } from '../routing/route.ts';
import type { Level, Row } from '../routing/table.ts';
import type { Authentication, Credential } from '../signature/authenticate.ts';
import { authenticate } from '../signature/authenticate.ts';
import { SigningKeyCache } from '../signature/signing-key.ts';
import { toS3Error } from '../status.ts';
import { errorDocument } from '../xml/error-document.ts';
import type { RequestIds } from './request-ids.ts';
import { RequestIdSource } from './request-ids.ts';
import type { Target } from './target.ts';
import { parseTarget } from './target.ts';

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

export interface S3Limits extends HttpLimits {
  /** Bytes of an object or part in one request; default 5 GiB, S3's own limit. */
  readonly payload: number;
  /** Bytes of an XML request document; default 4 MiB: 10,000 parts with checksums, or 1,000 long keys. */
  readonly document: number;
}

export const defaultLimits: S3Limits = {
  ...defaultHttpLimits,
  payload: 5 * 1024 ** 3,
  document: 4 * 1024 ** 2,
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

/** What all exchanges of a door share. */
interface Door<P> {
  readonly options: S3FrontOptions<P>;
  readonly limits: S3Limits;
  readonly keys: SigningKeyCache;
  readonly baseDomains: readonly string[];
}

/** Turns HTTP exchanges into operations. Mount `handle` on any `node:http` or `node:https` server. */
export class S3Front<P> {
  readonly #http: HttpFront;

  constructor(options: S3FrontOptions<P>) {
    const limits = { ...defaultLimits, ...options.limits };
    const ids = new RequestIdSource(options.random);
    const door: Door<P> = {
      options,
      limits,
      keys: new SigningKeyCache(),
      baseDomains: (options.baseDomains ?? []).map((domain) => domain.toLowerCase()),
    };
    this.#http = new HttpFront({
      dialect: (exchange) => new S3Conversation(door, exchange, ids.next()),
      clock: options.clock,
      limits,
    });
  }

  /** To be told of each new connection of the server, so that accepting goes before writing. */
  accepted(): void {
    this.#http.accepted();
  }

  /** From now on each answer is the last one of its connection. */
  drain(): void {
    this.#http.drain();
  }

  /** See `HttpFront.busy`. */
  busy(socket: object): Promise<void> | undefined {
    return this.#http.busy(socket);
  }

  /** See `HttpFront.handle`. */
  handle(request: IncomingMessage, response: ServerResponse, expectContinue: boolean): void {
    this.#http.handle(request, response, expectContinue);
  }
}

class S3Conversation<P> implements Conversation {
  readonly headers: Readonly<Record<string, string>>;
  readonly #door: Door<P>;
  readonly #exchange: Exchange;
  readonly #ids: RequestIds;
  // What is known of the request so far, for the error document and the log.
  #target: Target | undefined = undefined;
  #operation: string | undefined = undefined;
  #accessKeyId: string | undefined = undefined;

  constructor(door: Door<P>, exchange: Exchange, ids: RequestIds) {
    this.#door = door;
    this.#exchange = exchange;
    this.#ids = ids;
    this.headers = { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.hostId };
  }

  async answer(): Promise<Reply> {
    const { method, headers: raw } = this.#exchange;
    const { options, limits, baseDomains } = this.#door;
    const target = parseTarget(this.#exchange.target, firstValue(raw, 'host'), baseDomains);
    this.#target = target;
    const headers = withQueryHeaders(decodeHeaders(raw), target.query);

    const row = route(method, levelOf(target), target.query, headers);
    this.#operation = row.operation;
    if (row.signedOtherwise === true) expectSupported(row, target.query);
    const authentication = await this.#authenticate(target, raw);
    this.#accessKeyId = authentication.accessKeyId;
    expectSupported(row, target.query);
    refuseHeaders(headers);
    const handler = options.handlers[row.operation];
    if (handler === undefined) throw notImplemented(`The operation ${row.operation} is not implemented.`);

    const body = openBody(this.#exchange.body(), headers, authentication, bodyRule(row, limits));
    if (row.body === 'document') this.#exchange.hold(body.length);
    // Also where no content is allowed, the client may have promised a hash or a checksum of it.
    if (row.body === undefined) await body.bytes(0);

    const declared = row.checksumsOfObject === true ? undefined : declaredChecksum(headers);
    const request: S3Request<P> = {
      operation: row.operation,
      principal: authentication.principal,
      accessKeyId: authentication.accessKeyId,
      bucket: target.bucket ?? '',
      key: target.key ?? '',
      query: target.query,
      headers: withoutFraming(headers),
      body,
      declaredChecksum: declared,
      signal: this.#exchange.signal,
      clientAddress: this.#exchange.clientAddress,
      requestId: this.#ids.requestId,
    };
    return asXml(await handler(request));
  }

  /** Of a fault of ours the client learns nothing but the request id. */
  failed(thrown: unknown): Reply {
    const error = toS3Error(thrown);
    if (this.#exchange.method === 'HEAD' || error.status === 304) {
      return { status: error.status, headers: error.headers };
    }
    const { requestId, hostId } = this.#ids;
    return {
      status: error.status,
      headers: { ...error.headers, 'content-type': 'application/xml' },
      body: errorDocument(error, this.#target?.path ?? '', requestId, hostId),
    };
  }

  done(outcome: Outcome): void {
    this.#door.options.onAnswer?.({
      requestId: this.#ids.requestId,
      method: this.#exchange.method,
      path: this.#target?.path,
      operation: this.#operation,
      accessKeyId: this.#accessKeyId,
      clientAddress: this.#exchange.clientAddress,
      ...outcome,
    });
  }

  #authenticate(target: Target, headers: RawHeaders): Promise<Authentication<P>> {
    const { credentials, anonymous, region, anyRegion, clock } = this.#door.options;
    return authenticate(
      { method: this.#exchange.method, path: target.path, query: target.query, headers },
      {
        credentials,
        ...(anonymous === undefined ? {} : { anonymous }),
        region: region ?? 'us-east-1',
        anyRegion: anyRegion ?? false,
        now: () => clock.now(),
        keys: this.#door.keys,
      },
    );
  }
}

function bodyRule(row: Row, limits: S3Limits): BodyRule {
  const kind = row.body ?? 'none';
  return {
    kind,
    maximum: kind === 'payload' ? limits.payload : limits.document,
    checksums: row.checksumsOfObject !== true,
  };
}

/** A string is an XML document unless it says otherwise. */
function asXml(reply: Reply): Reply {
  if (typeof reply.body !== 'string') return reply;
  return { ...reply, headers: { 'content-type': 'application/xml', ...reply.headers } };
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
