import type { Socket } from 'node:net';
import {
  type BudgetAccount,
  type BudgetHolder,
  type ByteBudget,
  type Clock,
  type FrameBuffers,
  type Reader,
  WireError,
  Writer,
} from '@polynas/core/wire';
import { AuthStat } from '../xdr/rpc.ts';
import { Call } from './call.ts';
import { type CallHeader, decodeCallHeader } from './call-header.ts';
import { CredentialDecoder } from './credentials.ts';
import { readDirectly } from './direct-reads.ts';
import type { RpcLimits } from './limits.ts';
import { RecordOutbox } from './outbox.ts';
import type { CallContext, Peer, Procedure, ProgramTable } from './program.ts';
import { RecordAssembler, RecordError } from './record-assembler.ts';
import { encodeRefusal, encodeSuccess, type Refusal, RpcAuthError } from './refusal.ts';
import type { ReplayCache } from './replay-cache.ts';

/** What a server tells about; nothing of it needs an answer. */
export interface RpcObserver {
  /** A handler threw, or its result could not be encoded: a mistake of ours, answered with SYSTEM_ERR. Without a call, the connection was closed. */
  fault(error: unknown, call: CallContext | undefined): void;
  /**
   * A call was executed: what is answered (`undefined` when that is a refusal) and the milliseconds that it took, for logs and
   * metrics. Called for each call: it has to be quick.
   */
  answered?(call: CallContext, procedure: string, result: unknown, milliseconds: number): void;
  /** A connection was closed by us, for this reason. */
  dropped(client: Peer, reason: string): void;
}

/** What a server's connections have in common. */
export interface ConnectionContext {
  readonly programs: ProgramTable;
  readonly limits: RpcLimits;
  readonly budget: ByteBudget;
  readonly replays: ReplayCache;
  readonly buffers: FrameBuffers;
  readonly clock: Clock;
  readonly observer: RpcObserver;
  /** Aborted when the server gives up its running calls. */
  readonly stopping: AbortSignal;
  /** The connection is closed and none of its calls runs any more. */
  readonly onClose: (connection: Connection) => void;
}

/** Milliseconds that a connection which we ended waits for its peer to close. */
const LINGER = 1_000;
/** Bytes set aside for a reply of a procedure that names no bound. */
const SMALL_REPLY = 1024;

/** Bytes of memory for what is read where no large record is under way, and how few of them are still worth a read. */
const SLAB = 64 * 1024;
const LEAST_SLAB = 16 * 1024;
const NOTHING = new Uint8Array(0);

/** One client's connection: records in, calls, replies out, within its bounds. */
export class Connection implements BudgetHolder {
  readonly client: Peer;
  private readonly local: Peer;
  private readonly socket: Socket;
  private readonly context: ConnectionContext;
  private readonly records: RecordAssembler;
  private readonly credentials = new CredentialDecoder();
  private readonly account: BudgetAccount;
  private readonly outbox: RecordOutbox;
  private readonly onFlushed = (): void => this.endIfDone();
  private readonly abort = new AbortController();
  /** For replies that the duplicate-request cache keeps. */
  private readonly scratch = new Writer(1024);
  private inFlight = 0;
  private promisedBytes = 0;
  private heldBytes = 0;
  /** A call that waits for memory; nothing behind it is begun. */
  private parked: Call | undefined;
  /** The borrowed buffer of the record that is looked at, until a call has it. */
  private borrowed: Uint8Array | undefined;
  /** Whether reads go where the connection says: from its first large record on. */
  private direct = false;
  /** Of a large record, where the next read goes to. */
  private room: Uint8Array | undefined;
  /** Where other reads go to; never the same bytes twice, since what was decoded from them stays good. */
  private slab: Uint8Array = NOTHING;
  private pumping = false;
  private paused = false;
  private ending = false;
  private peerEnded = false;
  private ended = false;
  private closed = false;
  private heardAt: number;

  constructor(socket: Socket, client: Peer, local: Peer, context: ConnectionContext) {
    this.socket = socket;
    this.client = client;
    this.local = local;
    this.context = context;
    this.records = new RecordAssembler(context.limits, context.buffers);
    this.account = context.budget.open(this);
    const { account } = this;
    this.outbox = new RecordOutbox({ socket, account, clock: context.clock, onSent: () => this.onSent() });
    this.heardAt = context.clock.monotonic();
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('end', () => this.onEnd());
    // The close that follows an error is what counts; resets are every day's business.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.onClose());
  }

  /** Begins no further calls, answers those that run, then closes. */
  finish(): void {
    this.ending = true;
    this.endIfDone();
  }

  /** Closes at once. Calls that run are told by their signal; what they answer is dropped. */
  drop(reason: string): void {
    if (this.closed) return;
    this.context.observer.dropped(this.client, reason);
    this.socket.destroy();
    this.onClose();
  }

  /** Closes a connection that is idle or whose peer does not move. Called now and then. */
  sweep(now: number): void {
    if (this.closed) return;
    const { idle, stall } = this.context.limits;
    const unread = this.outbox.unsent > 0;
    if (unread && now - this.outbox.lastMoved > stall) this.drop('does not read its replies');
    else if (this.records.midRecord && !this.paused && now - this.heardAt > stall)
      this.drop('does not complete its record');
    else if (!unread && this.inFlight === 0 && now - this.heardAt > idle) this.drop('idle');
  }

  stalledSince(): number | undefined {
    if (this.outbox.unsent > 0) return this.outbox.lastMoved;
    return this.records.midRecord ? this.heardAt : undefined;
  }

  resume(): void {
    this.pump();
  }

  evict(): void {
    this.drop('stalled while others wait for memory');
  }

  private onData(chunk: Buffer): void {
    if (this.ending) return;
    this.heardAt = this.context.clock.monotonic();
    this.records.push(chunk);
    this.pump();
    // A stream that is paused goes on reading until it is full, and the socket would not know that it is to stop.
    if (!this.direct && !this.closed && !this.paused && this.records.room() !== undefined) this.readDirectly();
  }

  /**
   * Large records are read to where they are gathered: in chunks of 64 KiB, each fresh memory, a WRITE of 1 MiB took twice the CPU. Connections without any keep no
   * memory for it.
   */
  private readDirectly(): void {
    const first = this.slabForRead();
    const got = (bytes: number, into: Uint8Array): void => this.onRead(bytes, into);
    this.direct = readDirectly(this.socket, { first, next: () => this.memoryForRead(), got });
  }

  private memoryForRead(): Uint8Array {
    this.room = this.closed ? undefined : this.records.room();
    return this.room ?? this.slabForRead();
  }

  private slabForRead(): Uint8Array {
    if (this.slab.length < LEAST_SLAB) this.slab = Buffer.allocUnsafeSlow(SLAB);
    return this.slab;
  }

  private onRead(bytes: number, into: Uint8Array): void {
    if (this.room === undefined) this.slab = into.subarray(bytes);
    if (this.ending || this.closed) return;
    this.heardAt = this.context.clock.monotonic();
    if (this.room === undefined) this.records.push(into.subarray(0, bytes));
    else this.records.filled(bytes);
    this.pump();
  }

  /**
   * The peer sends no more: it is gone, or (hardly ever) has shut down its sending side only. So calls are told that nobody may
   * wait, and what settles all the same is answered.
   */
  private onEnd(): void {
    this.peerEnded = true;
    this.abort.abort();
    this.endIfDone();
  }

  private onSent(): void {
    if (this.closed) return;
    if (this.paused) this.pump();
    this.endIfDone();
  }

  /** Begins calls until the bytes that are here are used up, or a bound is met. */
  private pump(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    try {
      while (this.unpark() && !this.full() && !this.ending) {
        const record = this.records.take();
        this.countPartial();
        if (record === undefined) break;
        this.borrowed = this.records.takeBorrowed();
        this.receive(record);
        this.giveBackBorrowed();
      }
    } catch (error) {
      const malformed = error instanceof RecordError || error instanceof WireError;
      if (!malformed) this.context.observer.fault(error, undefined);
      this.drop(malformed ? error.message : 'fault');
      return;
    } finally {
      this.pumping = false;
    }
    this.steer();
    this.flushSoon();
  }

  /** Begins the call that waits for memory, if there is one and memory as well. */
  private unpark(): boolean {
    const parked = this.parked;
    if (parked === undefined) return true;
    if (!this.hasRoom(parked)) return false;
    this.parked = undefined;
    this.begin(parked);
    return true;
  }

  private full(): boolean {
    const { maxInFlight, maxReplyBytes } = this.context.limits;
    return this.inFlight >= maxInFlight || this.outbox.unsent + this.promisedBytes > maxReplyBytes;
  }

  /**
   * Stops reading while a bound is met, and reads again when none is: a call that settles, bytes that the peer takes, memory that
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
      this.heardAt = this.context.clock.monotonic();
      this.socket.resume();
    }
  }

  private countPartial(): void {
    const held = this.records.held;
    if (held > this.heldBytes) this.account.take(held - this.heldBytes);
    else if (held < this.heldBytes) this.account.give(this.heldBytes - held);
    this.heldBytes = held;
  }

  /** Whether memory for the call is there; if not, `resume` is called when it is. */
  private hasRoom(call: Call): boolean {
    const { maxReplyBytes } = this.context.limits;
    const due = this.outbox.unsent + this.promisedBytes;
    // A connection with nothing due may always have one call, however large its bound.
    if (due > 0 && due + call.replyBytes > maxReplyBytes) return false;
    if (this.account.fits(call.bytes)) return true;
    this.account.wait(call.bytes);
    return false;
  }

  private receive(record: Reader): void {
    const size = record.remaining;
    const header = decodeCallHeader(record, this.credentials);
    if ('refusal' in header) {
      this.refuse(header.xid, header.refusal);
      return;
    }
    const found = this.context.programs.find(header.program, header.version, header.procedure);
    if (!('procedure' in found)) {
      this.refuse(header.xid, found);
      return;
    }
    const row = found.procedure;
    if (row.minimum === 'sys' && header.credentials.flavor === 'none') {
      this.refuse(header.xid, { kind: 'auth', stat: AuthStat.AUTH_TOOWEAK });
      return;
    }
    if (row.replayCached === true) this.receiveOnce(header, row, record, size);
    else this.receiveCall(header, row, record, size);
  }

  /** A call that is executed whenever it arrives. */
  private receiveCall(header: CallHeader, row: Procedure, record: Reader, size: number): void {
    const call = this.decode(header, row, record, size);
    if (call === undefined) this.refuse(header.xid, { kind: 'garbageArguments' });
    else this.beginOrPark(call);
  }

  /** A call that is executed once: a retransmission gets the answer of the first execution. */
  private receiveOnce(header: CallHeader, row: Procedure, record: Reader, size: number): void {
    const position = record.position;
    const bytes = record.bytes(record.remaining);
    record.seek(position);
    const call = this.decode(header, row, record, size);
    if (call === undefined) {
      this.refuse(header.xid, { kind: 'garbageArguments' });
      return;
    }
    const { replays } = this.context;
    const { xid, program, version, procedure } = header;
    const seen = replays.begin({ address: this.client.address, xid, program, version, procedure }, bytes);
    if (seen.state === 'new') {
      call.ticket = seen.ticket;
      this.beginOrPark(call);
      return;
    }
    this.giveBack(call);
    if (seen.state === 'done') this.repeat(seen.reply);
    else if (replays.join(seen.ticket, (reply) => this.joined(reply))) this.inFlight++;
  }

  private decode(header: CallHeader, row: Procedure, record: Reader, size: number): Call | undefined {
    let args: unknown;
    try {
      args = row.codec.decodeArgs(record);
    } catch (error) {
      if (error instanceof WireError) return undefined;
      throw error;
    }
    const signal = row.replayCached === true ? this.context.stopping : this.abort.signal;
    const ends = { client: this.client, local: this.local, signal };
    const call = new Call(header, row, args, ends, size, row.replyBytes?.(args) ?? SMALL_REPLY);
    call.buffer = this.borrowed;
    this.borrowed = undefined;
    return call;
  }

  private beginOrPark(call: Call): void {
    if (this.hasRoom(call)) this.begin(call);
    else this.parked = call;
  }

  private begin(call: Call): void {
    this.inFlight++;
    this.promisedBytes += call.replyBytes;
    this.account.take(call.bytes);
    if (this.context.observer.answered !== undefined) call.begunAt = this.context.clock.monotonic();
    let result: unknown;
    try {
      result = call.row.handle(call.args, call);
    } catch (error) {
      this.failed(call, error);
      return;
    }
    if (result instanceof Promise) {
      result.then(
        (value: unknown) => this.answered(call, value),
        (error: unknown) => this.failed(call, error),
      );
    } else this.answered(call, result);
  }

  private answered(call: Call, result: unknown): void {
    this.observe(call, result);
    if (call.ticket !== undefined) {
      this.answeredOnce(call, call.ticket, result);
      return;
    }
    this.settled(call);
    if (this.closed) {
      this.giveBack(call);
      this.released(call);
      return;
    }
    const writer = this.outbox.begin();
    try {
      encodeSuccess(writer, call.xid);
      call.row.codec.encodeResult(writer, result);
    } catch (error) {
      this.outbox.cancel();
      this.context.observer.fault(error, call);
      encodeRefusal(this.outbox.begin(), call.xid, { kind: 'systemError' });
    }
    // The result may hold a part of the arguments, and lie in the gather list uncopied. Before `end`, which may send the batch.
    if (call.buffer !== undefined) this.outbox.afterSent(() => this.giveBack(call));
    this.released(call);
    this.outbox.end();
    this.afterReply();
  }

  private answeredOnce(call: Call, ticket: NonNullable<Call['ticket']>, result: unknown): void {
    let reply: Uint8Array;
    try {
      encodeSuccess(this.scratch, call.xid);
      call.row.codec.encodeResult(this.scratch, result);
      reply = this.taken();
    } catch (error) {
      this.taken();
      this.context.observer.fault(error, call);
      reply = this.encodedRefusal(call.xid, { kind: 'systemError' });
    }
    this.settled(call);
    this.giveBack(call);
    if (call.row.asksAgain?.(result) === true) this.context.replays.abandon(ticket, reply);
    else this.context.replays.settle(ticket, reply);
    this.repeat(reply);
    this.released(call);
    this.afterReply();
  }

  private observe(call: Call, result: unknown): void {
    const { observer, clock } = this.context;
    observer.answered?.(call, call.row.codec.name, result, clock.monotonic() - call.begunAt);
  }

  private failed(call: Call, error: unknown): void {
    this.observe(call, undefined);
    let refusal: Refusal = { kind: 'systemError' };
    if (error instanceof RpcAuthError) refusal = { kind: 'auth', stat: error.stat };
    else if (!(call.signal.aborted && error === call.signal.reason)) this.context.observer.fault(error, call);
    this.settled(call);
    // What failed may have left its work to somebody who still reads the arguments.
    if (call.buffer !== undefined) this.context.buffers.leave();
    call.buffer = undefined;
    if (call.ticket !== undefined) this.context.replays.abandon(call.ticket, this.encodedRefusal(call.xid, refusal));
    if (!this.closed) this.refuse(call.xid, refusal);
    this.released(call);
    this.afterReply();
  }

  /** The call does not run any more: gives back what was set aside for it. */
  private settled(call: Call): void {
    this.inFlight--;
    this.promisedBytes -= call.replyBytes;
    this.account.give(call.bytes);
    this.leaveIfDone();
  }

  /**
   * The arguments are not looked at any more: they belonged to the service until it had settled. One that gave up early, as its
   * signal asked for, may have left its work to somebody who still reads them.
   */
  private giveBack(call: Call): void {
    if (call.buffer === undefined) return;
    if (call.signal.aborted) this.context.buffers.leave();
    else this.context.buffers.give(call.buffer);
    call.buffer = undefined;
  }

  /** The record came to no call. */
  private giveBackBorrowed(): void {
    if (this.borrowed !== undefined) this.context.buffers.give(this.borrowed);
    this.borrowed = undefined;
  }

  private released(call: Call): void {
    if (call.releases === undefined) return;
    for (const release of call.releases) {
      if (this.closed || call.ticket !== undefined) release();
      else this.outbox.afterSent(release);
    }
  }

  private joined(reply: Uint8Array): void {
    this.inFlight--;
    this.leaveIfDone();
    this.repeat(reply);
    this.afterReply();
  }

  /** Sends an encoded reply. */
  private repeat(reply: Uint8Array): void {
    if (this.closed) return;
    this.outbox.begin().bytes(reply);
    this.outbox.end();
  }

  private refuse(xid: number, refusal: Refusal): void {
    encodeRefusal(this.outbox.begin(), xid, refusal);
    this.outbox.end();
  }

  private encodedRefusal(xid: number, refusal: Refusal): Uint8Array {
    encodeRefusal(this.scratch, xid, refusal);
    return this.taken();
  }

  /** A copy of what `scratch` holds, of its own size: it may live long. */
  private taken(): Uint8Array {
    const { parts, length } = this.scratch.finish();
    const reply = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      reply.set(part, at);
      at += part.length;
    }
    return reply;
  }

  private afterReply(): void {
    if (this.closed || this.pumping) return;
    if (this.paused) this.pump();
    else this.flushSoon();
  }

  private flushSoon(): void {
    this.outbox.flushSoon(this.inFlight === 0, this.onFlushed);
  }

  private endIfDone(): void {
    if (this.closed || this.ended) return;
    if (!this.ending && !(this.peerEnded && !this.records.pending)) return;
    if (this.inFlight > 0 || this.parked !== undefined || this.outbox.gathered > 0) return;
    this.ended = true;
    this.socket.end();
    // The peer closes in its turn. Closing first could cost it the last replies: bytes of its that nobody read reset the connection.
    const timer = this.context.clock.after(LINGER, () => this.socket.destroy());
    this.socket.on('close', () => timer.cancel());
    if (this.paused) this.socket.resume();
  }

  private onClose(): void {
    if (this.closed) return;
    this.closed = true;
    this.abort.abort();
    this.outbox.discard();
    this.account.give(this.heldBytes);
    this.heldBytes = 0;
    const parked = this.parked;
    this.parked = undefined;
    this.records.abandon();
    this.giveBackBorrowed();
    if (parked !== undefined) this.giveBack(parked);
    if (parked?.ticket !== undefined) {
      this.context.replays.abandon(parked.ticket, this.encodedRefusal(parked.xid, { kind: 'systemError' }));
    }
    this.account.close();
    this.leaveIfDone();
  }

  private leaveIfDone(): void {
    if (this.closed && this.inFlight === 0) this.context.onClose(this);
  }
}
