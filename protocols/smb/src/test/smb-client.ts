import { createHmac } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { Reader, Writer } from '@polynas/core/wire';
import { FrameAssembler } from '../connection/frame-assembler.ts';
import { Encryption } from '../crypto/encryption.ts';
import { sessionKeys } from '../crypto/key-derivation.ts';
import { PreauthIntegrity } from '../crypto/preauth-integrity.ts';
import { Signing } from '../crypto/signing.ts';
import { HEADER_SIZE } from '../messages/codec.ts';
import { Command, Dialect } from '../messages/command.ts';
import { encodeMessage, messageSpans } from '../messages/compound.ts';
import type { FileId } from '../messages/file-id.ts';
import {
  type Header,
  header as headerCodec,
  HeaderFlag,
  NO_SIGNATURE,
  TRANSFORM_PROTOCOL_ID,
} from '../messages/header.ts';
import { Cipher, encryptionCapabilities } from '../messages/negotiate-contexts/encryption.ts';
import {
  findNegotiateContext,
  type NegotiateContext,
  negotiateContext,
  NegotiateContextType,
} from '../messages/negotiate-contexts/list.ts';
import { preauthIntegrityCapabilities, SHA_512 } from '../messages/negotiate-contexts/preauth-integrity.ts';
import { SigningAlgorithm, signingCapabilities } from '../messages/negotiate-contexts/signing.ts';
import { Capability, type NegotiateRequest, type NegotiateResponse } from '../messages/negotiate.ts';
import { bodies, isCommand, type ValueOf } from '../messages/table.ts';
import { decode, encode } from '../messages/whole.ts';
import { NtStatus } from '../nt-status.ts';
import { NtlmFlag } from '../ntlm/flags.ts';
import { ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from '../ntlm/messages.ts';
import { ntHash } from '../ntlm/nt-hash.ts';
import { responseKey } from '../ntlm/v2.ts';
import { negTokenInit, negTokenResp, Oid, readNegToken } from '../spnego/tokens.ts';

type Bodies = typeof bodies;
type Asked = Exclude<Command, typeof Command.CANCEL>;
export type RequestOf<C extends Asked> = ValueOf<Bodies[C]['request']>;
export type ResponseOf<C extends Asked> = ValueOf<Bodies[C]['response']>;

/** A response: its body, or none where the status is an error without one. */
export interface Response<C extends Asked> {
  readonly status: number;
  readonly header: Header;
  readonly body: ResponseOf<C> | undefined;
  /** The interim response that came before. */
  readonly interim: Header | undefined;
  /** The body as it came. */
  readonly bytes: Uint8Array;
}

/** What a request may have that is not as usual. */
export interface Unusual {
  readonly flags?: number;
  readonly treeId?: number;
  readonly sessionId?: bigint;
  readonly creditCharge?: number;
  readonly credits?: number;
  readonly messageId?: bigint;
  /** Neither signed nor sealed. */
  readonly bare?: boolean;
}

export interface ConnectOptions {
  readonly dialects?: readonly number[];
  readonly ciphers?: readonly number[];
  readonly signing?: readonly number[];
  readonly contexts?: readonly NegotiateContext[];
}

interface Waiter {
  readonly command: Asked;
  interim: Header | undefined;
  readonly onInterim: (header: Header) => void;
  readonly resolve: (response: never) => void;
  readonly reject: (error: Error) => void;
}

const ALL_DIALECTS = [0x0202, 0x0210, 0x0300, 0x0302, 0x0311];
const NTLM_FLAGS =
  NtlmFlag.UNICODE | NtlmFlag.NTLM | NtlmFlag.SIGN | NtlmFlag.EXTENDED_SESSIONSECURITY | NtlmFlag.KEY_128;

/** A small client for tests, made of the server's own codecs. */
export class SmbClient {
  readonly socket: Socket;
  negotiated!: NegotiateResponse;
  sessionId = 0n;
  treeId = 0;
  credits = 1;
  closed = false;
  /** Seal what is sent. */
  sealing = false;
  /** Change the last byte of what is sent. */
  damage = false;
  /** Take responses that nobody asked for, and bodies that are others'. */
  lenient = false;
  /** Changes each message before it is signed. */
  tamper: ((message: Uint8Array) => void) | undefined;
  /** Called with each frame sent, without its transport header. */
  onFrame: (frame: Uint8Array) => void = () => undefined;
  /** How the frames that came were cut: messages of each. */
  readonly frames: number[] = [];
  private readonly assembler = new FrameAssembler();
  private readonly waiters = new Map<bigint, Waiter>();
  private nextMessageId = 0n;
  private preauth = new PreauthIntegrity();
  private sessionPreauth = new PreauthIntegrity();
  private cipher: Cipher | undefined;
  private signingAlgorithm: SigningAlgorithm = SigningAlgorithm.HMAC_SHA256;
  private signing: Signing | undefined;
  private encryption: Encryption | undefined;
  private lastBytes: Uint8Array = NO_SIGNATURE;
  private whenClosed: (() => void)[] = [];

  static async open(port: number): Promise<SmbClient> {
    const socket = createConnection({ host: '127.0.0.1', port });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new SmbClient(socket);
  }

  /** Connected, negotiated, and logged on. */
  static async logOn(port: number, user: string, password: string, options: ConnectOptions = {}): Promise<SmbClient> {
    const client = await SmbClient.open(port);
    await client.negotiate(options);
    const { status } = await client.sessionSetup(user, password);
    if (status !== NtStatus.SUCCESS) throw new Error(`SESSION_SETUP 0x${status.toString(16)}`);
    return client;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
      for (const waiter of this.waiters.values()) waiter.reject(new Error('closed'));
      this.waiters.clear();
      for (const resolve of this.whenClosed) resolve();
    });
  }

  get dialect(): number {
    return this.negotiated.dialectRevision;
  }

  /** Whether a cipher was negotiated. */
  get encrypts(): boolean {
    return this.cipher !== undefined;
  }

  /** So that the next SESSION_SETUP begins another session. */
  forgetKeys(): void {
    this.signing = undefined;
    this.encryption = undefined;
  }

  async untilClosed(): Promise<void> {
    if (!this.closed) await new Promise<void>((resolve) => this.whenClosed.push(resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  async negotiate(options: ConnectOptions = {}): Promise<Response<typeof Command.NEGOTIATE>> {
    const { dialects = ALL_DIALECTS, ciphers, signing } = options;
    const request: NegotiateRequest = {
      securityMode: 1,
      capabilities: Capability.LARGE_MTU | Capability.ENCRYPTION,
      clientGuid: new Uint8Array(16).fill(7),
      dialects,
      negotiateContextList: dialects.includes(0x0311)
        ? (options.contexts ?? contextsOf(ciphers ?? [Cipher.AES_128_GCM], signing ?? [SigningAlgorithm.AES_GMAC]))
        : [],
    };
    const sent = this.preauthOf((frame) => this.preauth.add(frame));
    const response = await this.request(Command.NEGOTIATE, request);
    sent();
    if (response.body === undefined) return response;
    this.preauth.add(this.lastBytes);
    this.negotiated = response.body;
    const contexts = response.body.negotiateContextList;
    const cipher = findNegotiateContext(contexts, NegotiateContextType.ENCRYPTION_CAPABILITIES, encryptionCapabilities);
    const algorithm = findNegotiateContext(contexts, NegotiateContextType.SIGNING_CAPABILITIES, signingCapabilities);
    if (this.dialect === Dialect.SMB_3_1_1) {
      this.cipher = (cipher?.[0] || undefined) as Cipher | undefined;
      this.signingAlgorithm = (algorithm?.[0] ?? SigningAlgorithm.AES_CMAC) as SigningAlgorithm;
    } else if (this.dialect >= Dialect.SMB_3_0) {
      this.signingAlgorithm = SigningAlgorithm.AES_CMAC;
      this.cipher = (response.body.capabilities & Capability.ENCRYPTION) === 0 ? undefined : Cipher.AES_128_CCM;
    }
    return response;
  }

  /** Logs on, or authenticates again. */
  async sessionSetup(
    userName: string,
    password: string,
    how: { readonly previousSessionId?: bigint; readonly flags?: number } = {},
  ): Promise<Response<typeof Command.SESSION_SETUP>> {
    const again = this.signing !== undefined;
    const request = (securityBuffer: Uint8Array): RequestOf<typeof Command.SESSION_SETUP> => ({
      ...{ flags: how.flags ?? 0, securityMode: 1, capabilities: 0, channel: 0 },
      ...{ previousSessionId: how.previousSessionId ?? 0n, securityBuffer },
    });
    this.sessionPreauth = this.preauth.fork();
    const stop = this.preauthOf((frame) => this.sessionPreauth.add(frame));
    const hello = encode(ntlmNegotiate, { negotiateFlags: NTLM_FLAGS });
    const first = await this.request(Command.SESSION_SETUP, request(negTokenInit([Oid.NTLMSSP], hello)));
    if (first.status !== NtStatus.MORE_PROCESSING_REQUIRED) {
      stop();
      return first;
    }
    this.sessionId = first.header.sessionId;
    this.sessionPreauth.add(this.lastBytes);
    const token = readNegToken(first.body!.securityBuffer);
    if (token.kind !== 'resp') throw new Error('NegTokenResp is due');
    const { message, key } = await authenticate(token.responseToken!, userName, password);
    const none = { negState: undefined, supportedMech: undefined, mechListMic: undefined };
    const last = this.request(Command.SESSION_SETUP, request(negTokenResp({ ...none, responseToken: message })));
    stop();
    if (!again) this.protect(key);
    const answer = await last;
    if (answer.status !== NtStatus.SUCCESS && !again) {
      this.signing = undefined;
      this.encryption = undefined;
    }
    return answer;
  }

  async treeConnect(share: string): Promise<Response<typeof Command.TREE_CONNECT>> {
    const path = `\\\\server\\${share}`;
    const response = await this.request(
      Command.TREE_CONNECT,
      { flags: 0, path, treeConnectContexts: [] },
      { treeId: 0 },
    );
    if (response.status === NtStatus.SUCCESS && response.header.asyncId === undefined) {
      this.treeId = response.header.treeId;
    }
    return response;
  }

  /** One request and its final response. */
  request<C extends Asked>(command: C, body: RequestOf<C>, unusual: Unusual = {}): Promise<Response<C>> {
    return this.begin(command, body, unusual).response;
  }

  /** The response to a MessageId that was used otherwise. */
  expect<C extends Asked>(messageId: bigint, command: C): { readonly response: Promise<Response<C>> } {
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    const onInterim = (): void => undefined;
    this.waiters.set(messageId, { command, interim: undefined, onInterim, resolve, reject });
    if (messageId >= this.nextMessageId) this.nextMessageId = messageId + 1n;
    return { response: promise };
  }

  /** One request: its MessageId, its interim response if there is one, its final response. */
  begin<C extends Asked>(command: C, body: RequestOf<C>, unusual: Unusual = {}) {
    const [begun] = this.compound([{ command, body, unusual }]);
    return begun as unknown as {
      readonly messageId: bigint;
      readonly interim: Promise<Header>;
      readonly response: Promise<Response<C>>;
    };
  }

  /** Several requests in one frame. */
  compound(
    requests: readonly { readonly command: Asked; readonly body: object; readonly unusual?: Unusual }[],
  ): { readonly messageId: bigint; readonly interim: Promise<Header>; readonly response: Promise<Response<Asked>> }[] {
    const parts: Uint8Array[] = [];
    const begun = requests.map(({ command, body, unusual = {} }, index) => {
      const head = this.headerOf(command, unusual);
      const codec = bodies[command].request;
      const bare = unusual.bare === true || this.signing === undefined;
      const signed = !bare && !this.sealing;
      const flags = head.flags | (signed ? HeaderFlag.SIGNED : 0);
      const message = encodeMessage(
        new Writer(512),
        { ...head, flags },
        codec as never,
        body as never,
        index < requests.length - 1,
      );
      const sent = this.tamper === undefined ? message.parts : [Buffer.concat(message.parts)];
      this.tamper?.(sent[0]!);
      if (signed) this.signing!.sign(sent, 'client');
      parts.push(...sent);
      const response = Promise.withResolvers<never>();
      const interim = Promise.withResolvers<Header>();
      this.waiters.set(head.messageId, {
        command,
        interim: undefined,
        onInterim: interim.resolve,
        resolve: response.resolve,
        reject: response.reject,
      });
      return { messageId: head.messageId, interim: interim.promise, response: response.promise };
    });
    const sealed = this.sealing && requests.every(({ unusual }) => unusual?.bare !== true);
    this.sendFrame(Buffer.concat(parts), sealed);
    return begun;
  }

  /** CANCEL of a request, by the AsyncId of its interim response or by its MessageId. */
  cancel(what: { readonly messageId: bigint; readonly asyncId?: bigint }): void {
    const base = {
      ...this.headerOf(Command.CANCEL, { messageId: what.messageId, credits: 0 }),
      flags: HeaderFlag.SIGNED,
    };
    const head: Header =
      what.asyncId === undefined
        ? base
        : { ...base, flags: base.flags | HeaderFlag.ASYNC_COMMAND, asyncId: what.asyncId };
    const message = encodeMessage(new Writer(128), head, bodies[Command.CANCEL].request, {}, false);
    this.signing!.sign(message.parts, 'client');
    this.sendFrame(Buffer.concat(message.parts), false);
  }

  /** Bytes as they are, with a transport header before them. */
  sendFrame(frame: Uint8Array, sealed = false): void {
    const { parts, length } = sealed
      ? this.encryption!.seal({ parts: [frame], length: frame.length })
      : { parts: [frame], length: frame.length };
    this.onFrame(frame);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    const bytes = Buffer.concat([head, ...parts]);
    if (this.damage) bytes[bytes.length - 1]! ^= 1;
    this.socket.write(bytes);
  }

  private headerOf(command: number, unusual: Unusual): Header & { readonly asyncId?: undefined } {
    const creditCharge = unusual.creditCharge ?? 1;
    const messageId = unusual.messageId ?? this.nextMessageId;
    if (unusual.messageId === undefined) this.nextMessageId += BigInt(Math.max(creditCharge, 1));
    return {
      ...{
        creditCharge,
        status: 0,
        command,
        credits: unusual.credits ?? 64,
        flags: unusual.flags ?? 0,
        nextCommand: 0,
      },
      ...{ messageId, sessionId: unusual.sessionId ?? this.sessionId, signature: NO_SIGNATURE, reserved: 0 },
      treeId: unusual.treeId ?? this.treeId,
    };
  }

  private protect(key: Uint8Array): void {
    const preauth = this.dialect === Dialect.SMB_3_1_1 ? this.sessionPreauth.value : undefined;
    const keys = sessionKeys(this.dialect, key, preauth, this.cipher ?? 0);
    this.signing = new Signing(this.signingAlgorithm, keys.signingKey);
    if (this.cipher === undefined) return;
    // The server's keys, seen from the other side.
    this.encryption = new Encryption(this.cipher, this.sessionId, keys.decryptionKey, keys.encryptionKey);
  }

  private preauthOf(add: (frame: Uint8Array) => void): () => void {
    const before = this.onFrame;
    this.onFrame = (frame) => {
      before(frame);
      add(frame);
    };
    return () => {
      this.onFrame = before;
    };
  }

  private receive(chunk: Uint8Array): void {
    this.assembler.push(chunk);
    for (let frame = this.assembler.take(1 << 24); frame !== undefined; frame = this.assembler.take(1 << 24)) {
      this.frame(frame);
    }
  }

  private frame(frame: Uint8Array): void {
    const sealed = new Reader(frame).u32le() === TRANSFORM_PROTOCOL_ID;
    const plain = sealed ? this.encryption!.open(frame) : frame;
    if (plain === undefined) throw new Error('a response that cannot be opened');
    const spans = messageSpans(new Reader(plain), 0, plain.length, 64);
    this.frames.push(spans.length);
    for (const { start, end } of spans) this.message(plain.subarray(start, end), sealed);
  }

  private message(bytes: Uint8Array, sealed: boolean): void {
    const head = decode(headerCodec, bytes);
    this.lastBytes = bytes;
    this.credits += head.credits;
    const waiter = this.waiters.get(head.messageId);
    if (waiter === undefined && this.lenient) return;
    if (waiter === undefined) throw new Error(`a response to nothing, MessageId ${head.messageId}`);
    if (head.status === NtStatus.PENDING) {
      waiter.interim = head;
      waiter.onInterim(head);
      return;
    }
    this.waiters.delete(head.messageId);
    const signed = (head.flags & HeaderFlag.SIGNED) !== 0;
    // A session that is gone has no key.
    const free = waiter.command === Command.SESSION_SETUP || head.status === NtStatus.USER_SESSION_DELETED;
    if (signed && head.status !== NtStatus.USER_SESSION_DELETED && this.signing?.verify(bytes, 'server') === false) {
      waiter.reject(new Error('wrong signature'));
      return;
    }
    if (this.signing !== undefined && !signed && !sealed && !free) {
      waiter.reject(new Error('a response that is not signed'));
      return;
    }
    const { status } = head;
    // Of the warnings, only this one comes with what was asked for.
    const withBody =
      status >>> 30 < 2 || status === NtStatus.BUFFER_OVERFLOW || status === NtStatus.MORE_PROCESSING_REQUIRED;
    const command = this.lenient && isCommand(head.command) ? head.command : waiter.command;
    const codec = bodies[command].response;
    const body = withBody ? codec?.read(new Reader(bytes).seek(HEADER_SIZE)) : undefined;
    waiter.resolve({
      status,
      header: head,
      body,
      interim: waiter.interim,
      bytes: bytes.subarray(HEADER_SIZE),
    } as never);
  }
}

export function contextsOf(ciphers: readonly number[], signing: readonly number[]): NegotiateContext[] {
  const Type = NegotiateContextType;
  return [
    negotiateContext(Type.PREAUTH_INTEGRITY_CAPABILITIES, preauthIntegrityCapabilities, {
      hashAlgorithms: [SHA_512],
      salt: new Uint8Array(32).fill(3),
    }),
    ...(ciphers.length > 0 ? [negotiateContext(Type.ENCRYPTION_CAPABILITIES, encryptionCapabilities, ciphers)] : []),
    ...(signing.length > 0 ? [negotiateContext(Type.SIGNING_CAPABILITIES, signingCapabilities, signing)] : []),
  ];
}

/** The client's half of NTLMv2 (MS-NLMP 3.1.5.1.2), without MIC and key exchange. No name: anonymous. */
async function authenticate(challengeMessage: Uint8Array, userName: string, password: string) {
  const challenge = decode(ntlmChallenge, challengeMessage);
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
    const made = createHmac('md5', key);
    for (const part of parts) made.update(part);
    return made.digest();
  };
  const head = Buffer.alloc(28);
  head.set([1, 1]);
  const temp = Buffer.concat([head, challenge.targetInfo, Buffer.alloc(4)]);
  const key = responseKey(await ntHash(password), userName, '');
  const proof = hmac(key, challenge.serverChallenge, temp);
  const anonymous = userName === '';
  const message = encode(ntlmAuthenticate, {
    negotiateFlags: NTLM_FLAGS,
    lmChallengeResponse: new Uint8Array(anonymous ? 0 : 24),
    ntChallengeResponse: anonymous ? new Uint8Array(0) : Buffer.concat([proof, temp]),
    ...{ domainName: '', userName, workstation: 'TEST', encryptedRandomSessionKey: new Uint8Array(0) },
    ...{ version: new Uint8Array(8), mic: new Uint8Array(16) },
  });
  return { message, key: hmac(key, proof) };
}

/** FileId of a CREATE response. */
export function fileIdOf(response: Response<Asked>): FileId {
  return (response.body as ResponseOf<typeof Command.CREATE>).fileId;
}
