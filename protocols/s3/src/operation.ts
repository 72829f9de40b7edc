import type { Headers, Query, Reply } from '@polynas/http';
import type { BodyReader } from './body/body-reader.ts';
import type { ChecksumAlgorithm } from './checksum/algorithms.ts';
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

/**
 * A string is an XML document unless `content-type` says otherwise. In an answer to HEAD give the body that GET would have.
 */
export type S3Reply = Reply;

/** Answers one operation; throws `S3Error` to answer with an error document. Anything else it throws is a 500. */
export type OperationHandler<P> = (request: S3Request<P>) => Promise<S3Reply>;

/** One handler an operation: the compiler finds the missing one. */
export type OperationHandlers<P> = Readonly<Record<SupportedOperation, OperationHandler<P>>>;
