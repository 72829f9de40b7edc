/**
 * What goes wrong before or beside a dialect's own words. Each dialect has one table that says what its clients are told,
 * `satisfies Record<HttpFaultCode, …>`.
 */
export type HttpFaultCode =
  /** The request target is no valid percent-encoded UTF-8, or of no form that a server has to take. */
  | 'badTarget'
  /** What came was no HTTP. */
  | 'malformed'
  /** The header section is longer than the limit. */
  | 'headersTooLarge'
  /** More requests, or bytes of documents, than may be held. The client may come again. */
  | 'overloaded'
  /** The client was too slow, or went away. */
  | 'timedOut'
  /** The body ended before its end. */
  | 'incompleteBody';

export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly code: HttpFaultCode;

  constructor(code: HttpFaultCode, options?: { readonly cause?: unknown }) {
    super(code, options);
    this.code = code;
  }
}
