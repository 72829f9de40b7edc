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
  readonly renew?: (error: unknown) => Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  /** Without `content-length`, `date`, `server` and what the dialect sets on every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * In an answer to HEAD give the body that GET would have: only its length is used; its source is closed unread. A string
   * or bytes without a `content-type` are `application/octet-stream`.
   */
  readonly body?: string | Uint8Array | StreamedBody;
}
