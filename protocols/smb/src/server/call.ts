import type { Caller } from '@polynas/core/service';
import type { FrameBuffers } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';
import type { Command } from '../messages/command.ts';
import { type FileId, isRelatedFileId } from '../messages/file-id.ts';
import { type Header, HeaderFlag, NO_SIGNATURE } from '../messages/header.ts';
import { NtStatus } from '../nt-status.ts';
import { StatusError } from '../status.ts';
import type { CommandRow, ConnectionContext, OpenContext } from './command-row.ts';
import type { FrameWork } from './frame-work.ts';
import type { Link } from './link.ts';
import type { LiveSession, SessionCall } from './live-session.ts';
import type { SmbOpen } from './open.ts';
import type { SmbParts } from './parts.ts';
import type { Tree } from './tree.ts';

/** A row whose request and response types are those of its command. */
export type AnyRow = CommandRow<unknown, object>;

/** The commands that are served; what is absent answers NOT_SUPPORTED. */
export type Rows = Readonly<Partial<Record<Command, AnyRow>>>;

/** What is answered: encoded once it is known what follows it. */
export interface Reply {
  readonly call: Call;
  readonly status: number;
  readonly codec: Codec<never>;
  readonly body: object;
}

export type CallWork = FrameWork<Call, Reply>;

/** Sends interim responses for the calls of a connection. */
export interface CallHost {
  readonly parts: SmbParts;
  readonly link: Link;
  /** The call waits for somebody else: tells the client so, and gives back what is set aside for it. */
  wait(call: Call): void;
  /** For payloads. */
  readonly buffers: FrameBuffers;
}

const NOTHING = new Uint8Array(0);
/** Up to here fresh memory is as good. */
const WORTH_BORROWING = 64 * 1024;
const settledAlready = Promise.resolve();

/** One request, from its header to its response: every context that rows ask for, as far as their preconditions go. */
export class Call implements OpenContext, ConnectionContext, SessionCall {
  readonly work: CallWork;
  readonly row: AnyRow | undefined;
  readonly request: unknown;
  /** What was wrong with it before its turn came. */
  readonly refused: NtStatus | undefined;
  header: Header;
  message: Uint8Array;
  session!: LiveSession;
  tree!: Tree;
  open!: SmbOpen;
  /** Of the request, as resolved in a compound, and of the response. */
  sessionId: bigint;
  treeId: number;
  /** The session that it came from for certain: its signature or seal was that session's. */
  proven: LiveSession | undefined;
  /** Whose key signs the response. */
  signer: LiveSession | undefined;
  /** Given by the interim response. */
  asyncId: bigint | undefined;
  startedAt = 0;
  /** Payload buffers that are lent to it. */
  borrowed: Uint8Array[] | undefined;
  private readonly host: CallHost;
  private encoded: ((parts: readonly Uint8Array[]) => void) | undefined;
  private controller: AbortController | undefined;
  private cancelled = false;
  private done = false;
  private ends: PromiseWithResolvers<void> | undefined;
  private acting: Caller | undefined;
  private named: FileId | undefined;

  constructor(
    host: CallHost,
    work: CallWork,
    head: { readonly header: Header; readonly message: Uint8Array },
    body: { readonly row?: AnyRow; readonly request?: unknown; readonly refused?: NtStatus },
  ) {
    this.host = host;
    this.work = work;
    this.header = head.header;
    this.message = head.message;
    this.sessionId = head.header.sessionId;
    this.treeId = head.header.asyncId === undefined ? head.header.treeId : 0;
    this.row = body.row;
    this.request = body.request;
    this.refused = body.refused;
  }

  get parts(): SmbParts {
    return this.host.parts;
  }

  get link(): Link {
    return this.host.link;
  }

  get connection(): Link {
    return this.host.link;
  }

  get related(): boolean {
    return (this.header.flags & HeaderFlag.RELATED_OPERATIONS) !== 0;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled) this.controller.abort();
    }
    return this.controller.signal;
  }

  get aborted(): boolean {
    return this.cancelled;
  }

  /** The FileId that the request meant, for those related to it. */
  get fileId(): FileId | undefined {
    return this.named;
  }

  get settled(): Promise<void> {
    if (this.done) return settledAlready;
    this.ends ??= Promise.withResolvers();
    return this.ends.promise;
  }

  cancel(): void {
    this.cancelled = true;
    this.controller?.abort();
  }

  settle(): void {
    this.done = true;
    this.ends?.resolve();
  }

  pending(): void {
    if (this.done || this.work.waiting) return;
    this.host.wait(this);
  }

  borrow(length: number): Uint8Array | undefined {
    const { buffers } = this.host;
    if (length <= WORTH_BORROWING || length > buffers.size) return undefined;
    const buffer = buffers.take();
    if (buffer !== undefined) (this.borrowed ??= []).push(buffer);
    return buffer;
  }

  /** It failed: whoever fills the buffers may be at it still. */
  leaveBorrowed(): void {
    for (const _ of this.borrowed ?? []) this.host.buffers.leave();
    this.borrowed = undefined;
  }

  /** Lets go of the frame that the request came in, which may wait for long. */
  detach(): void {
    this.message = NOTHING;
    this.header = { ...this.header, signature: NO_SIGNATURE };
  }

  onEncoded(look: (parts: readonly Uint8Array[]) => void): void {
    this.encoded = look;
  }

  showEncoded(parts: readonly Uint8Array[]): void {
    this.encoded?.(parts);
  }

  signWith(session: LiveSession): void {
    this.signer = session;
  }

  caller(): Caller {
    if (this.acting !== undefined) return this.acting;
    const { tree, session } = this;
    const share = tree.kind === 'disk' ? tree.share : undefined;
    this.acting = {
      principal: session.principal,
      door: 'smb',
      client: this.link.client,
      patience: 'wait',
      stateless: false,
      readOnly: share !== undefined && (share.readOnly || share.doors.smb?.readOnly === true),
      foldNames: true,
      signal: this.signal,
    };
    return this.acting;
  }

  openOf(fileId: FileId): SmbOpen {
    const meant = this.related && isRelatedFileId(fileId) ? this.work.relatedFileId() : fileId;
    this.named = meant;
    const open = this.session.opens.get(meant.volatile);
    if (open === undefined || open.fileId.persistent !== meant.persistent || open.treeId !== this.tree.id) {
      throw new StatusError(NtStatus.FILE_CLOSED);
    }
    return open;
  }
}
