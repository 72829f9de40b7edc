import { Reader, WireError } from '@polynas/core/wire';
import type { Inbound, InboundFrame } from '../connection/inbound.ts';
import { requiredCharge } from '../connection/sequence-window.ts';
import { Command } from '../messages/command.ts';
import type { MessageSpan } from '../messages/compound.ts';
import { type Header, header as headerCodec, HeaderFlag } from '../messages/header.ts';
import { bodies, isCommand } from '../messages/table.ts';
import { transformHeader } from '../messages/transform-header.ts';
import { NtStatus } from '../nt-status.ts';
import { type AnyRow, Call, type CallHost, type CallWork, type Rows } from './call.ts';
import { ConnectionEnded } from './connection-ended.ts';
import { FrameWork } from './frame-work.ts';
import type { Link } from './link.ts';
import type { LiveSession } from './live-session.ts';

/** A frame of SMB2. */
export type ReceivedFrame = Exclude<InboundFrame, { kind: 'smb1' }>;

export interface ReceiverHost extends CallHost {
  /** Obeys a CANCEL. */
  cancelOne(header: Header): void;
}

/** Bytes set aside for a response of a row that names no bound. */
const SMALL_RESPONSE = 1024;
/** What one compound may be answered with: the transport's lengths have 24 bits. */
const MAX_RESPONSE_BYTES = 15 * 1024 * 1024;

/** Takes the frames of one connection apart into requests, and says what is wrong with them before anything is done (MS-SMB2 3.3.5.2.1 to 3.3.5.2.7). */
export class Receiver {
  private readonly link: Link;
  private readonly inbound: Inbound;
  private readonly rows: Rows;
  private readonly host: ReceiverHost;

  constructor(link: Link, inbound: Inbound, rows: Rows, host: ReceiverHost) {
    this.link = link;
    this.inbound = inbound;
    this.rows = rows;
    this.host = host;
  }

  /**
   * Takes a frame apart: ids, signatures and bodies are checked, nothing is done yet but CANCEL. `undefined` when nothing is left to
   * do. A {@link WireError} or {@link ConnectionEnded} means that the connection is to be closed.
   */
  receive(frame: ReceivedFrame): CallWork | undefined {
    if (frame.kind === 'messages') return this.split(frame.bytes, frame.messages, undefined);
    const { sessionId } = transformHeader.read(new Reader(frame.bytes));
    const session = this.link.sessions.get(sessionId);
    // MS-SMB2 3.3.5.2.1.1: whatever cannot be opened ends the connection.
    const plain = session?.encryption?.open(frame.bytes);
    if (session === undefined || plain === undefined) throw new ConnectionEnded('a sealed frame that cannot be opened');
    return this.split(plain, this.inbound.splitMessages(plain), session);
  }

  private split(bytes: Uint8Array, spans: readonly MessageSpan[], sealedFor: LiveSession | undefined) {
    const work: CallWork = new FrameWork(bytes.length, sealedFor);
    const r = new Reader(bytes);
    for (const span of spans) this.message(work, r.frame(span.start, span.end), bytes.subarray(span.start, span.end));
    return work.calls.length === 0 ? undefined : work;
  }

  private message(work: CallWork, r: Reader, message: Uint8Array): void {
    const header = headerCodec.read(r);
    if ((header.flags & HeaderFlag.SERVER_TO_REDIR) !== 0) throw new ConnectionEnded('a response from a client');
    if (this.link.phase !== 'negotiated' && header.command !== Command.NEGOTIATE) {
      throw new ConnectionEnded('a request before the negotiation');
    }
    if (header.command === Command.CANCEL) {
      // One that cannot be trusted is not obeyed.
      if (this.untrusted(work, header, header.sessionId, message) === undefined) this.host.cancelOne(header);
      return;
    }
    const charge = this.link.multiCredit ? header.creditCharge : 1;
    if (!this.link.window.take(header.messageId, charge)) throw new ConnectionEnded('a MessageId out of the window');
    const related = (header.flags & HeaderFlag.RELATED_OPERATIONS) !== 0;
    const sessionId = related && work.calls.length > 0 ? work.calls.at(-1)!.sessionId : header.sessionId;
    const signer = this.link.sessions.get(sessionId);
    const refused = this.untrusted(work, header, sessionId, message);
    const body = refused === undefined ? this.body(work, header, r) : { refused };
    const call = new Call(this.host, work, { header, message }, body);
    call.sessionId = sessionId;
    call.signer = signer;
    if (refused === undefined) call.proven = work.sealedFor ?? signer;
    work.calls.push(call);
  }

  /** What is wrong with the message's signature (MS-SMB2 3.3.5.2.4), if anything. */
  private untrusted(work: CallWork, header: Header, sessionId: bigint, message: Uint8Array): NtStatus | undefined {
    if (work.sealedFor !== undefined) {
      if (work.sealedFor.id === sessionId) return undefined;
      throw new ConnectionEnded('a message sealed for another session');
    }
    if (header.command === Command.NEGOTIATE) return undefined;
    const session = this.link.sessions.get(sessionId);
    // Without a session there is no key; the row says whether one is needed.
    if (session === undefined) return undefined;
    const signed = (header.flags & HeaderFlag.SIGNED) !== 0;
    return signed && session.signing.verify(message, 'client') ? undefined : NtStatus.ACCESS_DENIED;
  }

  private body(
    work: CallWork,
    header: Header,
    r: Reader,
  ): { readonly row?: AnyRow; readonly request?: unknown; readonly refused?: NtStatus } {
    const { command } = header;
    if (!isCommand(command) || header.asyncId !== undefined) return { refused: NtStatus.INVALID_PARAMETER };
    const row = this.rows[command];
    if (row === undefined) return { refused: NtStatus.NOT_SUPPORTED };
    let request: unknown;
    try {
      request = bodies[command].request.read(r);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return { refused: NtStatus.INVALID_PARAMETER };
    }
    const { send, response } = row.payload?.(request) ?? { send: 0, response: 0 };
    if (this.link.multiCredit && requiredCharge(send, response) > Math.max(header.creditCharge, 1)) {
      return { refused: NtStatus.INVALID_PARAMETER };
    }
    const bytes = Math.min(response, this.link.serverLimits.maxReadSize) + SMALL_RESPONSE;
    if (work.responseBytes + bytes > MAX_RESPONSE_BYTES) return { refused: NtStatus.INSUFFICIENT_RESOURCES };
    work.responseBytes += bytes;
    return { row, request };
  }
}
