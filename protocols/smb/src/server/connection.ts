import type { Socket } from 'node:net';
import {
  type BudgetAccount,
  type BudgetHolder,
  type ByteBudget,
  type FrameBuffers,
  type Gathered,
  WireError,
} from '@polynas/core/wire';
import { smb1Negotiate } from '../commands/smb1-negotiate.ts';
import { Inbound, type InboundFrame } from '../connection/inbound.ts';
import { NtStatus } from '../nt-status.ts';
import { StatusError } from '../status.ts';
import { ConnectionEnded } from './connection-ended.ts';
import { Dispatcher, type DispatcherHost, type DispatcherParts } from './dispatcher.ts';
import type { CallWork } from './call.ts';
import { type Ends, Link } from './link.ts';
import { FrameOutbox } from './outbox.ts';
import type { ServerLimits } from './server-limits.ts';
import type { SessionTable } from './session-table.ts';

/** What a server's connections have in common. */
export interface ConnectionContextParts extends DispatcherParts {
  readonly limits: ServerLimits;
  readonly budget: ByteBudget;
  /** For frames that come in. */
  readonly buffers: FrameBuffers;
  readonly sessions: SessionTable;
  /** The connection is closed, and nothing of it is left. */
  readonly onClose: (connection: Connection) => void;
}

/** Milliseconds that a connection which we ended waits for its peer to close. */
const LINGER = 1_000;
/** What a request that waits for somebody else still costs, its frame being let go. */
const WAITING_BYTES = 4096;

/** One client's connection: bytes in, frames worked on within bounds, bytes out. */
export class Connection implements BudgetHolder, DispatcherHost {
  readonly link: Link;
  private readonly socket: Socket;
  private readonly context: ConnectionContextParts;
  private readonly inbound: Inbound;
  private readonly dispatcher: Dispatcher;
  private readonly account: BudgetAccount;
  private readonly outbox: FrameOutbox;
  private inFlight = 0;
  private waiting = 0;
  private promisedBytes = 0;
  private partialBytes = 0;
  /** A frame that waits for memory; nothing behind it is begun. */
  private parked: CallWork | undefined;
  private pumping = false;
  private paused = false;
  private ending = false;
  private ended = false;
  private closed = false;
  private authenticated = false;
  private readonly onFlushed = (): void => this.endIfDone();
  private readonly openedAt: number;
  private heardAt: number;

  constructor(socket: Socket, id: number, ends: Ends, context: ConnectionContextParts) {
    this.socket = socket;
    this.context = context;
    const { parts, limits, budget, sessions } = context;
    this.link = new Link(id, ends, limits, sessions);
    this.inbound = new Inbound(limits, context.buffers);
    this.dispatcher = new Dispatcher(context, this.link, this.inbound, this);
    this.account = budget.open(this);
    const { account } = this;
    this.outbox = new FrameOutbox({ socket, account, clock: parts.clock, onSent: () => this.onSent() });
    this.openedAt = parts.clock.monotonic();
    this.heardAt = this.openedAt;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('end', () => this.onEnd());
    // The close that follows an error is what counts; resets are every day's business.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.onClose());
  }

  /** Begins nothing further, answers what runs, then closes. */
  finish(): void {
    this.stopReceiving();
    // What waits for somebody else would wait for ever.
    this.dispatcher.cancel('waiting');
    this.endIfDone();
  }

  /** Closes at once. What runs is told by its signal; what it answers is dropped. */
  drop(why: unknown): void {
    if (this.closed) return;
    const { observer } = this.context.parts;
    let reason = typeof why === 'string' ? why : 'fault';
    if (why instanceof ConnectionEnded || why instanceof WireError) reason = why.message;
    else if (typeof why !== 'string') observer.fault(why);
    observer.dropped(this.link.client, reason);
    this.socket.destroy();
    this.onClose();
  }

  /** Closes a connection that is idle or whose peer does not move. Called now and then. */
  sweep(now: number): void {
    if (this.closed) return;
    const { idle, stall, unauthenticated } = this.context.limits;
    const unread = this.outbox.unsent > 0;
    const busy = unread || this.inFlight > 0 || this.waiting > 0;
    if (unread && now - this.outbox.lastMoved > stall) this.drop('does not read its responses');
    else if (this.inbound.midFrame && !this.paused && now - this.heardAt > stall) {
      this.drop('does not complete its frame');
    } else if (!this.authenticated && now - this.openedAt > unauthenticated) {
      this.drop('not authenticated');
    } else if (!busy && !this.hasOpens() && now - this.heardAt > idle) this.drop('idle');
  }

  stalledSince(): number | undefined {
    if (this.outbox.unsent > 0) return this.outbox.lastMoved;
    return this.inbound.midFrame ? this.heardAt : undefined;
  }

  resume(): void {
    this.pump();
  }

  evict(): void {
    this.drop('stalled while others wait for memory');
  }

  send(frame: Gathered, release?: () => void): void {
    if (this.closed) {
      release?.();
      return;
    }
    this.outbox.add(frame, release);
    if (!this.authenticated && this.link.sessions.size > 0) {
      this.authenticated = true;
      this.inbound.authenticated();
    }
    if (!this.pumping) this.flushSoon();
  }

  finished(work: CallWork): void {
    if (work.waiting) this.waiting--;
    else {
      this.inFlight--;
      this.promisedBytes -= work.responseBytes;
    }
    this.account.give(work.heldBytes);
    this.giveBack(work);
    if (this.closed || this.pumping) return;
    if (this.paused) this.pump();
    else this.flushSoon();
  }

  waits(work: CallWork): void {
    if (this.waiting >= this.context.limits.maxWaiting) throw new StatusError(NtStatus.INSUFFICIENT_RESOURCES);
    work.waiting = true;
    this.waiting++;
    this.inFlight--;
    this.promisedBytes -= work.responseBytes;
    const kept = Math.min(work.heldBytes, WAITING_BYTES);
    this.account.give(work.heldBytes - kept);
    work.heldBytes = kept;
    if (this.paused && !this.pumping) this.pump();
  }

  private onData(chunk: Buffer): void {
    if (this.ending || this.closed) return;
    this.heardAt = this.context.parts.clock.monotonic();
    this.inbound.push(chunk);
    this.pump();
  }

  /** The peer sends no more. It is gone, since SMB has no use for a half-closed connection; what settles all the same is answered. */
  private onEnd(): void {
    this.stopReceiving();
    this.dispatcher.cancel('all');
    this.endIfDone();
  }

  private stopReceiving(): void {
    this.ending = true;
    if (this.parked !== undefined) this.giveBack(this.parked);
    this.parked = undefined;
  }

  private onSent(): void {
    if (this.closed) return;
    if (this.paused) this.pump();
    this.endIfDone();
  }

  /** Begins frames until the bytes that are here are used up, or a bound is met. */
  private pump(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    try {
      while (!this.closed && this.unpark() && !this.full() && !this.ending) {
        const frame = this.inbound.take();
        this.countPartial();
        if (frame === undefined) break;
        this.receive(frame, this.inbound.takeBorrowed());
      }
    } catch (error) {
      this.drop(error);
    } finally {
      this.pumping = false;
    }
    if (this.closed) return;
    this.steer();
    this.flushSoon();
  }

  private receive(frame: InboundFrame, buffer: Uint8Array | undefined): void {
    let work: CallWork | undefined;
    try {
      if (frame.kind === 'smb1') this.send(smb1Negotiate(this.link, this.context.parts, frame.bytes));
      else work = this.dispatcher.receive(frame);
    } finally {
      // What was sealed has been opened in its place.
      if (work !== undefined) work.buffer = buffer;
      else if (buffer !== undefined) this.context.buffers.give(buffer);
    }
    if (work !== undefined) this.beginOrPark(work);
  }

  private giveBack(work: CallWork): void {
    if (work.buffer === undefined) return;
    if (work.lingers) this.context.buffers.leave();
    else this.context.buffers.give(work.buffer);
    work.buffer = undefined;
  }

  /** Begins the frame that waits for memory, if there is one and memory as well. */
  private unpark(): boolean {
    const { parked } = this;
    if (parked === undefined) return true;
    if (!this.hasRoom(parked)) return false;
    this.parked = undefined;
    this.begin(parked);
    return true;
  }

  private beginOrPark(work: CallWork): void {
    if (this.hasRoom(work)) this.begin(work);
    else this.parked = work;
  }

  private begin(work: CallWork): void {
    this.inFlight++;
    this.promisedBytes += work.responseBytes;
    work.heldBytes = work.bytes;
    this.account.take(work.heldBytes);
    this.dispatcher.run(work);
  }

  private full(): boolean {
    const { maxInFlight, maxReplyBytes } = this.context.limits;
    return this.inFlight >= maxInFlight || this.outbox.unsent + this.promisedBytes > maxReplyBytes;
  }

  /** Whether memory for the frame is there; if not, `resume` is called when it is. */
  private hasRoom(work: CallWork): boolean {
    const due = this.outbox.unsent + this.promisedBytes;
    // A connection with nothing due may always have one frame, however large its bound.
    if (due > 0 && due + work.responseBytes > this.context.limits.maxReplyBytes) return false;
    if (this.account.fits(work.bytes)) return true;
    this.account.wait(work.bytes);
    return false;
  }

  /**
   * Stops reading while a bound is met, and reads again when none is: a request that settles, bytes that the peer takes, memory that
   * becomes free, each leads to `pump` and here again.
   */
  private steer(): void {
    const starved = this.parked === undefined && !this.account.fits(1);
    if (starved) this.account.wait(1);
    const blocked = starved || this.parked !== undefined || this.full();
    if (blocked === this.paused) return;
    this.paused = blocked;
    if (blocked) this.socket.pause();
    else {
      this.heardAt = this.context.parts.clock.monotonic();
      this.socket.resume();
    }
  }

  private countPartial(): void {
    const { held } = this.inbound;
    if (held > this.partialBytes) this.account.take(held - this.partialBytes);
    else if (held < this.partialBytes) this.account.give(this.partialBytes - held);
    this.partialBytes = held;
  }

  private flushSoon(): void {
    this.outbox.flushSoon(this.inFlight === 0, this.onFlushed);
  }

  private endIfDone(): void {
    if (this.closed || this.ended || !this.ending) return;
    if (this.inFlight > 0 || this.waiting > 0 || this.outbox.gathered > 0) return;
    this.ended = true;
    this.socket.end();
    // The peer closes in its turn. Closing first could cost it the last responses: bytes of its that nobody read reset the connection.
    const timer = this.context.parts.clock.after(LINGER, () => this.socket.destroy());
    this.socket.on('close', () => timer.cancel());
    if (this.paused) this.socket.resume();
  }

  private hasOpens(): boolean {
    for (const session of this.link.sessions.values()) if (session.opens.size > 0) return true;
    return false;
  }

  private onClose(): void {
    if (this.closed) return;
    this.closed = true;
    this.dispatcher.close();
    this.outbox.discard();
    this.account.give(this.partialBytes);
    this.partialBytes = 0;
    this.inbound.abandon();
    if (this.parked !== undefined) this.giveBack(this.parked);
    this.parked = undefined;
    this.account.close();
    void this.release();
  }

  /** Opens, locks and sessions end with their connection (MS-SMB2 3.3.7.1). */
  private async release(): Promise<void> {
    const { link } = this;
    for (const id of link.exchanges.keys()) link.table.release(id);
    link.exchanges.clear();
    const ended = await Promise.allSettled([...link.sessions.values()].map((session) => session.end()));
    for (const result of ended) {
      if (result.status === 'rejected') this.context.parts.observer.fault(result.reason);
    }
    this.context.onClose(this);
  }
}
