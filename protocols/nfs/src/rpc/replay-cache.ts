import { crc32 } from 'node:zlib';
import type { Clock } from '@polynas/core/wire';

export interface ReplayCacheOptions {
  /** Finished calls remembered. */
  readonly entries: number;
  /** Bytes of their replies. */
  readonly bytes: number;
  /** Milliseconds that a finished call is remembered. */
  readonly age: number;
  readonly clock: Clock;
}

/** What makes a call the same call. The port is no part of it: a client that reconnects comes from another one. */
export interface CallIdentity {
  readonly address: string;
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

/** The first execution of a call; it is to be `settle`d or `abandon`ed, whatever happens. */
export interface Ticket {
  readonly key: string;
  readonly waiters: ((reply: Uint8Array) => void)[];
}

export type Seen =
  | { readonly state: 'new'; readonly ticket: Ticket }
  /** The first execution still runs: `join` it. */
  | { readonly state: 'busy'; readonly ticket: Ticket }
  | { readonly state: 'done'; readonly reply: Uint8Array };

interface Done {
  readonly reply: Uint8Array;
  readonly at: number;
}

/** Bytes of arguments that are compared whole, by their checksum; of longer ones so much at either end, and the length. */
const WHOLE = 4096;
const END = 512;
const MAX_WAITERS = 4;
/** What an entry costs beside its reply, roughly, counted against `bytes`. */
const ENTRY_OVERHEAD = 256;

/**
 * The duplicate-request cache: a call that is not idempotent is executed once, however often it arrives (RFC 1813 §4.6 on
 * retransmission; RFC 5531 §4 gives the xid that purpose).
 */
export class ReplayCache {
  private readonly options: ReplayCacheOptions;
  private readonly busy = new Map<string, Ticket>();
  /** In order of completion. */
  private readonly done = new Map<string, Done>();
  private doneBytes = 0;

  constructor(options: ReplayCacheOptions) {
    this.options = options;
  }

  /** Finished calls remembered. */
  get size(): number {
    return this.done.size;
  }

  /** @param args the call's arguments as they came; an xid used again for another call is told apart by them */
  begin(identity: CallIdentity, args: Uint8Array): Seen {
    this.expire();
    const key = keyOf(identity, args);
    const done = this.done.get(key);
    if (done !== undefined) return { state: 'done', reply: done.reply };
    const running = this.busy.get(key);
    if (running !== undefined) return { state: 'busy', ticket: running };
    const ticket: Ticket = { key, waiters: [] };
    this.busy.set(key, ticket);
    return { state: 'new', ticket };
  }

  /**
   * Has `answer` called with the reply of the running execution.
   * @returns false when enough retransmissions wait already; this one is dropped
   */
  join(ticket: Ticket, answer: (reply: Uint8Array) => void): boolean {
    if (ticket.waiters.length >= MAX_WAITERS) return false;
    ticket.waiters.push(answer);
    return true;
  }

  /** The call was executed: remembers the reply and gives it to the retransmissions that wait. */
  settle(ticket: Ticket, reply: Uint8Array): void {
    this.busy.delete(ticket.key);
    this.done.set(ticket.key, { reply, at: this.options.clock.monotonic() });
    this.doneBytes += reply.length + ENTRY_OVERHEAD;
    this.expire();
    for (const answer of ticket.waiters) answer(reply);
  }

  /** The call failed before it was executed: the retransmissions that wait get the same answer, later ones are executed. */
  abandon(ticket: Ticket, reply: Uint8Array): void {
    this.busy.delete(ticket.key);
    for (const answer of ticket.waiters) answer(reply);
  }

  private expire(): void {
    const { entries, bytes, age, clock } = this.options;
    const oldest = clock.monotonic() - age;
    for (const [key, { at, reply }] of this.done) {
      if (at > oldest && this.done.size <= entries && this.doneBytes <= bytes) return;
      this.done.delete(key);
      this.doneBytes -= reply.length + ENTRY_OVERHEAD;
    }
  }
}

function keyOf({ address, xid, program, version, procedure }: CallIdentity, args: Uint8Array): string {
  const checksum = args.length <= WHOLE ? crc32(args) : crc32(args.subarray(-END), crc32(args.subarray(0, END)));
  return `${address} ${xid} ${program} ${version} ${procedure} ${args.length} ${checksum}`;
}
