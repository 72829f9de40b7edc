import type { BodyReader } from './body/body-reader.ts';
import type { ChecksumAlgorithm } from './checksum/algorithms.ts';
import type { Headers } from './http/headers.ts';
import type { Query } from './http/query.ts';
import type { SupportedOperation } from './routing/table.ts';

/**
 * A routed, authenticated request whose preconditions hold: what a handler sees instead of sockets. `P` is the kind of
 * principal that the credentials lookup gives.
 */
export interface S3Request<P> {
  readonly operation: SupportedOperation;
  readonly principal: P;
  /** `undefined` for an anonymous request. */
  readonly accessKeyId: string | undefined;
  /** As the client named it, possibly `tenant:bucket`; empty at service level. Not checked for validity. */
  readonly bucket: string;
  /** At most 1,024 bytes of UTF-8, never normalised; empty at service and bucket level. */
  readonly key: string;
  /** Decoded, in the order sent. */
  readonly query: Query;
  /**
   * Lower-case names. `content-encoding` comes without `aws-chunked`; `x-amz-*` query parameters of a presigned URL
   * stand here as headers.
   */
  readonly headers: Headers;
  readonly body: BodyReader;
  /** The algorithm whose value the client sends for the body, in a header or a trailer. */
  readonly declaredChecksum: ChecksumAlgorithm | undefined;
  /** Aborted when the client goes away or the server stops for good. */
  readonly signal: AbortSignal;
  /** The client's address. */
  readonly clientAddress: string;
  /** As in `x-amz-request-id`. */
  readonly requestId: string;
}

/** Where the bytes of an answer come from, pulled at the client's pace. */
export interface ReplySource {
  /**
   * The next bytes: at least one and at most `maximum` (16 KiB … 256 KiB). Never asked for more bytes than the body's
   * length. They are not touched by anybody until the following call. When it rejects, the connection is cut, unless
   * these were to be the first bytes: then the client is told of the error, or given what `StreamedBody.renew` gives.
   */
  read(maximum: number): Promise<Uint8Array>;
  /** Called exactly once, whatever happened, also when nothing was ever read. Must not reject. */
  close(): Promise<void>;
}

/** Bytes that are pulled while they are sent. */
export interface StreamedBody {
  /** Bytes that the source gives. */
  readonly length: number;
  readonly source: ReplySource;
  /**
   * Called when the first read has rejected, with its error; nothing was sent then. Gives another reply instead of this
   * one, whose source is closed by then, or rejects with what the client is to be told.
   */
  readonly renew?: (error: unknown) => Promise<S3Reply>;
}

export interface S3Reply {
  readonly status: number;
  /** Without `content-length`, `date`, `server` and the request ids, which the front adds. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A string is an XML document unless `content-type` says otherwise. In an answer to HEAD give the body that GET would
   * have: only its length is used; its source is closed unread.
   */
  readonly body?: string | Uint8Array | StreamedBody;
}

/** Answers one operation; throws `S3Error` to answer with an error document. Anything else it throws is a 500. */
export type OperationHandler<P> = (request: S3Request<P>) => Promise<S3Reply>;

/** One handler an operation: the compiler finds the missing one. */
export type OperationHandlers<P> = Readonly<Record<SupportedOperation, OperationHandler<P>>>;
