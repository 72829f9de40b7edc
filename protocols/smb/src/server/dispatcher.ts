import { type FrameBuffers, type Gathered, WireError } from '@polynas/core/wire';
import type { Inbound } from '../connection/inbound.ts';
import type { Codec } from '../messages/codec.ts';
import type { Command } from '../messages/command.ts';
import type { Header } from '../messages/header.ts';
import { bodies } from '../messages/table.ts';
import { NtStatus } from '../nt-status.ts';
import { StatusError, statusOfError } from '../status.ts';
import { admit } from './admit.ts';
import type { Call, CallWork, Reply, Rows } from './call.ts';
import { ConnectionEnded } from './connection-ended.ts';
import type { Link } from './link.ts';
import type { SmbParts } from './parts.ts';
import { type ReceivedFrame, Receiver, type ReceiverHost } from './receiver.ts';
import { errorReply, type ReplyFrames } from './reply-frame.ts';

/** What a connection does for its dispatcher. */
export interface DispatcherHost {
  /** @param release run when the frame has left, or the connection is gone */
  send(frame: Gathered, release?: () => void): void;
  /** The frame's requests are answered. */
  finished(work: CallWork): void;
  /** The last request of a frame waits for somebody else; throws `StatusError` when too many do. */
  waits(work: CallWork): void;
  /** The connection has to be closed. */
  drop(error: unknown): void;
}

/** What the dispatchers of a server have in common. */
export interface DispatcherParts {
  readonly parts: SmbParts;
  readonly rows: Rows;
  /** For what is read. */
  readonly payloads: FrameBuffers;
  readonly frames: ReplyFrames;
}

/** Has the requests of one connection carried out and answered (MS-SMB2 3.3.5.2, 3.3.4). */
export class Dispatcher implements ReceiverHost {
  readonly parts: SmbParts;
  readonly link: Link;
  private readonly host: DispatcherHost;
  private readonly receiver: Receiver;
  readonly buffers: FrameBuffers;
  private readonly frames: ReplyFrames;
  /** Requests that run, by MessageId, in the order in which they began. */
  private readonly running = new Map<bigint, Call>();
  private readonly asynchronous = new Map<bigint, Call>();
  private lastAsyncId = 0n;
  private watching: { cancel(): void } | undefined;
  private closed = false;

  constructor(shared: DispatcherParts, link: Link, inbound: Inbound, host: DispatcherHost) {
    this.parts = shared.parts;
    this.link = link;
    this.receiver = new Receiver(link, inbound, shared.rows, this);
    this.buffers = shared.payloads;
    this.host = host;
    this.frames = shared.frames;
  }

  /** Requests that are not answered. */
  get active(): number {
    return this.running.size;
  }

  /** As `Receiver.receive`. */
  receive(frame: ReceivedFrame): CallWork | undefined {
    return this.receiver.receive(frame);
  }

  /** Carries out what `receive` gave. */
  run(work: CallWork): void {
    if (work.calls.length === 1) this.runOnly(work, work.calls[0]!);
    else this.runCompound(work).catch((error: unknown) => this.host.drop(error));
  }

  wait(call: Call): void {
    if (call.row?.needs === 'connection' || this.closed) return;
    // As Windows does it: what stands behind would wait as well, the CLOSE that ends the waiting for one.
    if (call !== call.work.calls.at(-1)) throw new StatusError(NtStatus.INTERNAL_ERROR);
    this.host.waits(call.work);
    call.detach();
    // It may have taken long before it began to wait.
    if (call.asyncId === undefined) this.interim(call);
  }

  /** The connection is gone: what runs is told, and what it answers is dropped. */
  close(): void {
    this.closed = true;
    this.watching?.cancel();
    this.cancel('all');
  }

  /** Aborts the request that a CANCEL means (MS-SMB2 3.3.5.16); it is that one which is answered. */
  cancelOne({ asyncId, messageId, sessionId }: Header): void {
    const call = asyncId === undefined ? this.running.get(messageId) : this.asynchronous.get(asyncId);
    if (call !== undefined && call.sessionId === sessionId) call.cancel();
  }

  /** Aborts what runs, or only what waits for somebody else. */
  cancel(which: 'all' | 'waiting'): void {
    for (const call of this.running.values()) if (which === 'all' || call.asyncId !== undefined) call.cancel();
  }

  private runOnly(work: CallWork, call: Call): void {
    const reply = this.perform(call);
    if (!(reply instanceof Promise)) {
      this.finish(work, [reply]);
      return;
    }
    reply.then((settled) => this.finish(work, [settled])).catch((error: unknown) => this.host.drop(error));
  }

  /** One after the other; the answers go out together, unless one of them waits. */
  private async runCompound(work: CallWork): Promise<void> {
    // Related to nothing, or to no session; and so are those that are related to it.
    let astray = work.calls[0]!.related;
    for (const call of work.calls) {
      astray &&= call.related;
      if (astray) {
        work.replies.push(errorReply(call, NtStatus.INVALID_PARAMETER));
        continue;
      }
      if (call.related) {
        call.sessionId = work.sessionId;
        call.treeId = work.treeId;
      }
      const answer = this.perform(call);
      const reply = answer instanceof Promise ? await answer : answer;
      work.sessionId = call.sessionId;
      work.treeId = call.treeId;
      work.follow(reply);
      work.replies.push(reply);
      astray = reply.status === NtStatus.USER_SESSION_DELETED;
    }
    const { replies } = work;
    work.replies = [];
    this.finish(work, replies);
  }

  private finish(work: CallWork, replies: readonly Reply[]): void {
    this.reply(replies, work);
    this.host.finished(work);
  }

  private reply(replies: readonly Reply[], work: CallWork): void {
    const borrowed: Uint8Array[] = [];
    for (const { call } of replies) {
      if (call.borrowed !== undefined) borrowed.push(...call.borrowed);
      call.borrowed = undefined;
    }
    const release = (): void => {
      for (const buffer of borrowed) this.buffers.give(buffer);
    };
    if (this.closed) release();
    else
      this.host.send(this.frames.frame(replies, work.sealedFor, borrowed), borrowed.length > 0 ? release : undefined);
  }

  /** The answer to one request. Rejected, as thrown, only with what ends the connection. */
  private perform(call: Call): Reply | Promise<Reply> {
    let answer: object | Promise<object>;
    try {
      if (call.refused !== undefined) return errorReply(call, call.refused);
      admit(call);
      const row = call.row!;
      this.begin(call);
      answer = row.handle(call, call.request);
    } catch (error) {
      return this.failed(call, error);
    }
    if (!(answer instanceof Promise)) return this.answered(call, answer);
    this.watch();
    return answer.then(
      (value) => this.answered(call, value),
      (error: unknown) => this.failed(call, error),
    );
  }

  private begin(call: Call): void {
    call.startedAt = this.parts.clock.monotonic();
    this.running.set(call.header.messageId, call);
    if (call.session !== undefined) call.session.calls.add(call);
  }

  private answered(call: Call, answer: object): Reply {
    this.end(call);
    const codec = bodies[call.header.command as Command].response as Codec<never>;
    if (!('status' in answer) || !('body' in answer)) return { call, status: NtStatus.SUCCESS, codec, body: answer };
    return { call, status: answer.status as NtStatus, codec, body: answer.body as object };
  }

  private failed(call: Call, error: unknown): Reply {
    this.end(call);
    call.leaveBorrowed();
    if (error instanceof ConnectionEnded) {
      this.host.drop(error);
      return errorReply(call, NtStatus.UNSUCCESSFUL);
    }
    // What a client sent nested in a body was read by the handler.
    if (error instanceof WireError) return errorReply(call, NtStatus.INVALID_PARAMETER);
    const status = statusOfError(error);
    if (status !== undefined) return errorReply(call, status, error instanceof StatusError ? error.data : undefined);
    // Whatever it was that gave up, it did as it was told.
    if (call.aborted && error instanceof Error && error.name === 'AbortError')
      return errorReply(call, NtStatus.CANCELLED);
    this.parts.observer.fault(error);
    return errorReply(call, NtStatus.INTERNAL_ERROR);
  }

  private end(call: Call): void {
    this.running.delete(call.header.messageId);
    if (call.asyncId !== undefined) this.asynchronous.delete(call.asyncId);
    if (call.session !== undefined) call.session.calls.delete(call);
    call.settle();
  }

  /** STATUS_PENDING with an AsyncId (MS-SMB2 3.3.4.2). What is finished of the compound goes first. */
  private interim(call: Call): void {
    const { work } = call;
    if (work.replies.length > 0) {
      this.reply(work.replies, work);
      work.replies = [];
    }
    this.lastAsyncId += 1n;
    call.asyncId = this.lastAsyncId;
    this.asynchronous.set(call.asyncId, call);
    this.host.send(this.frames.frame([errorReply(call, NtStatus.PENDING)], work.sealedFor));
  }

  /** Looks after requests that take long, while there are any. */
  private watch(): void {
    if (this.watching !== undefined || this.closed) return;
    const { interimAfter } = this.link.serverLimits;
    this.watching = this.parts.clock.after(interimAfter, () => {
      this.watching = undefined;
      const before = this.parts.clock.monotonic() - interimAfter;
      let due = false;
      for (const call of this.running.values()) {
        if (call.asyncId !== undefined || call.row?.needs === 'connection' || call.row?.needs === 'session') continue;
        if (call.startedAt <= before) this.interim(call);
        else due = true;
      }
      if (due) this.watch();
    });
  }
}
