import type { Services } from '@polynas/core/service';
import { FrameBuffers, type Gathered, Reader, Writer } from '@polynas/core/wire';
import { Inbound } from '../connection/inbound.ts';
import { Signing } from '../crypto/signing.ts';
import { HEADER_SIZE } from '../messages/codec.ts';
import { type Command, Dialect } from '../messages/command.ts';
import { encodeMessage, messageSpans } from '../messages/compound.ts';
import { type Header, header as headerCodec, HeaderFlag, NO_SIGNATURE } from '../messages/header.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { bodies } from '../messages/table.ts';
import { decode } from '../messages/whole.ts';
import type { CallWork, Rows } from '../server/call.ts';
import { Dispatcher, type DispatcherHost } from '../server/dispatcher.ts';
import { Link } from '../server/link.ts';
import { LogonGuard } from '../server/logon-guard.ts';
import type { LiveSession } from '../server/live-session.ts';
import type { SmbParts } from '../server/parts.ts';
import { ReplyFrames } from '../server/reply-frame.ts';
import { DEFAULT_LIMITS, type ServerLimits } from '../server/server-limits.ts';
import { SessionTable } from '../server/session-table.ts';
import { StatusError } from '../status.ts';
import { NtStatus } from '../nt-status.ts';
import { TestClock } from '@polynas/core/testing';

const KEY = new Uint8Array(16).fill(9);
export const SESSION = 77n;
export const TREE = 5;

/** A response as it was sent. */
export interface Sent {
  readonly header: Header;
  readonly status: number;
  readonly signed: boolean;
  readonly bytes: Uint8Array;
}

export interface Asked {
  readonly command: Exclude<Command, 12>;
  readonly body: object;
  readonly header?: Partial<Header>;
}

/** A dispatcher over rows of the test's own, without a socket: one session, one tree on IPC$, a clock that stands. */
export class DispatcherBench implements DispatcherHost {
  readonly clock = new TestClock();
  readonly link: Link;
  readonly session: LiveSession;
  readonly dispatcher: Dispatcher;
  readonly faults: unknown[] = [];
  readonly dropped: unknown[] = [];
  /** Frames that were sent, cut into messages. */
  readonly sent: Sent[][] = [];
  readonly released: string[] = [];
  readonly signing: Signing;
  finishedFrames = 0;
  waiting = 0;
  private readonly limits: ServerLimits;
  private readonly inbound: Inbound;
  private nextMessageId = 0n;

  constructor(
    rows: Rows,
    limits: Partial<ServerLimits> = {},
    signingAlgorithm: SigningAlgorithm = SigningAlgorithm.AES_CMAC,
  ) {
    this.signing = new Signing(signingAlgorithm, KEY);
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    const user = { id: 'u1', tenant: 'default', name: 'alice' };
    const principal = { userId: 'u1', name: 'alice', tenant: 'default', uid: 1, gid: 1, groups: [], superuser: false };
    const services = {
      accounts: { userByName: () => user },
      state: { releaseClient: (client: string) => Promise.resolve(void this.released.push(client)) },
    } as unknown as Services;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(1);
    const parts: SmbParts = {
      ...{ services, clock: this.clock, random, serverName: 'TEST', serverGuid: random(16) },
      observer: { fault: (error) => void this.faults.push(error), dropped: () => undefined },
      pipes: { open: () => undefined },
      logons: new LogonGuard(this.clock),
      ...{ defaultTenant: 'default', encryption: 'offered' },
    };
    const table = new SessionTable(random);
    this.link = new Link(1, { client: 'client', local: '192.0.2.1' }, this.limits, table);
    this.link.settle({
      ...{ dialect: Dialect.SMB_3_1_1, limits: this.limits, clientGuid: random(16), clientDialects: [0x0311] },
      ...{ clientCapabilities: 0, clientSecurityMode: 1, cipher: undefined, capabilities: 0 },
      signingAlgorithm,
    });
    this.link.window.grant(this.limits.maxCredits - 1);
    this.session = this.link.begin({
      ...{ id: SESSION, state: services.state, observer: parts.observer },
      ...{ user: user as never, principal, encryption: undefined, encryptData: false },
      signing: new Signing(signingAlgorithm, KEY),
    });
    this.session.trees.set(TREE, { kind: 'pipe', id: TREE, maximalAccess: 0 });
    this.inbound = new Inbound(this.limits);
    this.inbound.authenticated();
    const frames = new ReplyFrames((error) => void this.faults.push(error));
    const shared = { parts, rows, payloads: new FrameBuffers(1 << 20, 2), frames };
    this.dispatcher = new Dispatcher(shared, this.link, this.inbound, this);
  }

  /** Sends one frame of requests, whose MessageIds it returns. What the dispatcher throws is thrown. */
  ask(...asked: readonly Asked[]): bigint[] {
    const ids: bigint[] = [];
    const messages = asked.map(({ command, body, header = {} }, index) => {
      const charge = header.creditCharge ?? 1;
      const messageId = header.messageId ?? this.nextMessageId;
      this.nextMessageId = messageId + BigInt(Math.max(1, charge));
      ids.push(messageId);
      const head: Header = {
        ...{ creditCharge: charge, status: 0, command, credits: 10, nextCommand: 0, messageId, sessionId: SESSION },
        ...{ signature: NO_SIGNATURE, reserved: 0, treeId: TREE, flags: 0, asyncId: undefined },
        ...(header as object),
      };
      return this.encode(head, bodies[command].request, body, index < asked.length - 1);
    });
    this.receive(Buffer.concat(messages));
    return ids;
  }

  cancel(messageId: bigint, asyncId?: bigint): void {
    const common = { creditCharge: 0, status: 0, command: 12, credits: 0, nextCommand: 0, messageId };
    const ids = { sessionId: SESSION, signature: NO_SIGNATURE };
    const head: Header =
      asyncId === undefined
        ? { ...common, ...ids, flags: 0, reserved: 0, treeId: 0 }
        : { ...common, ...ids, flags: HeaderFlag.ASYNC_COMMAND, asyncId };
    this.receive(this.encode(head, bodies[12].request, {}, false));
  }

  /** Takes a frame as a connection would. */
  receive(frame: Uint8Array): void {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(frame.length);
    this.inbound.push(Buffer.concat([head, frame]));
    const taken = this.inbound.take();
    if (taken === undefined || taken.kind === 'smb1') throw new Error('a frame of SMB2 is due');
    const work = this.dispatcher.receive(taken);
    if (work !== undefined) this.dispatcher.run(work);
  }

  /** All responses so far, one after the other. */
  get responses(): readonly Sent[] {
    return this.sent.flat();
  }

  send(frame: Gathered, release?: () => void): void {
    release?.();
    const bytes = Buffer.concat(frame.parts);
    const spans = messageSpans(new Reader(bytes), 0, bytes.length, 100);
    this.sent.push(
      spans.map(({ start, end }) => {
        const message = bytes.subarray(start, end);
        const header = decode(headerCodec, message);
        const signed = (header.flags & HeaderFlag.SIGNED) !== 0;
        const gone = !this.link.sessions.has(header.sessionId);
        if (signed && !gone && !this.signing.verify(message, 'server')) throw new Error('wrong signature');
        return { header, status: header.status, signed, bytes: message.subarray(HEADER_SIZE) };
      }),
    );
  }

  finished(work: CallWork): void {
    this.finishedFrames += 1;
    if (work.waiting) this.waiting -= 1;
  }

  waits(work: CallWork): void {
    if (this.waiting >= this.limits.maxWaiting) throw new StatusError(NtStatus.INSUFFICIENT_RESOURCES);
    work.waiting = true;
    this.waiting += 1;
  }

  drop(error: unknown): void {
    this.dropped.push(error);
    this.dispatcher.close();
  }

  private encode(head: Header, codec: unknown, body: object, follows: boolean): Buffer {
    const signed = { ...head, flags: head.flags | HeaderFlag.SIGNED };
    const message = encodeMessage(new Writer(512), signed, codec as never, body as never, follows);
    this.signing.sign(message.parts, 'client');
    return Buffer.concat(message.parts);
  }
}
