import type { Credentials } from './credentials.ts';
import type { CallHeader } from './call-header.ts';
import type { CallContext, Peer, Procedure } from './program.ts';
import type { Ticket } from './replay-cache.ts';

/** A call that is being worked on. */
export class Call implements CallContext {
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credentials: Credentials;
  readonly client: Peer;
  readonly local: Peer;
  readonly signal: AbortSignal;
  readonly row: Procedure;
  readonly args: unknown;
  /** Bytes set aside for the request and the reply while the call runs. */
  readonly bytes: number;
  /** The reply's part of `bytes`. */
  readonly replyBytes: number;
  /** Present when the procedure is replay-cached. */
  ticket: Ticket | undefined;
  releases: (() => void)[] | undefined;
  /** The borrowed buffer that the arguments lie in. */
  buffer: Uint8Array | undefined;
  /** Monotonic milliseconds, where somebody wants to know. */
  begunAt: number;

  constructor(
    header: CallHeader,
    row: Procedure,
    args: unknown,
    ends: { readonly client: Peer; readonly local: Peer; readonly signal: AbortSignal },
    requestBytes: number,
    replyBytes: number,
  ) {
    this.xid = header.xid;
    this.program = header.program;
    this.version = header.version;
    this.procedure = header.procedure;
    this.credentials = header.credentials;
    this.client = ends.client;
    this.local = ends.local;
    this.signal = ends.signal;
    this.row = row;
    this.args = args;
    this.bytes = requestBytes + replyBytes;
    this.replyBytes = replyBytes;
    this.ticket = undefined;
    this.releases = undefined;
    this.buffer = undefined;
    this.begunAt = 0;
  }

  onSent(release: () => void): void {
    (this.releases ??= []).push(release);
  }
}
