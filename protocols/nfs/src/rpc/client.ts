import { createConnection, type Socket } from 'node:net';
import { Reader, Writer } from '@polynas/core/wire';
import type { ProcedureCodec } from '../codec/procedure-codec.ts';
import {
  AcceptStat,
  AuthFlavor,
  decodeReplyBody,
  encodeAuthsysParms,
  encodeRpcMsg,
  MsgType,
  type OpaqueAuth,
  type ReplyBody,
  ReplyStat,
  RPC_VERSION,
} from '../xdr/rpc.ts';
import type { Credentials } from './credentials.ts';
import { RecordAssembler } from './record-assembler.ts';

/** The server did not execute the call; `reply` says why. */
export class RpcCallError extends Error {
  override readonly name = 'RpcCallError';
  readonly reply: ReplyBody;

  constructor(reply: ReplyBody) {
    super(
      `call refused: ${JSON.stringify(reply, (_key, value: unknown) => (value instanceof Uint8Array ? undefined : value))}`,
    );
    this.reply = reply;
  }
}

/** Where a server listens: a TCP port or the path of a Unix socket. */
export type RpcEndpoint = { readonly host: string; readonly port: number } | { readonly path: string };

export interface RpcClientOptions {
  readonly credentials?: Credentials;
  /** The first call's xid; each further one counts up. */
  readonly firstXid?: number;
  /** Bytes of the largest reply. */
  readonly maxRecord?: number;
}

interface Pending {
  readonly resolve: (results: Reader) => void;
  readonly reject: (error: Error) => void;
}

const NO_AUTH: OpaqueAuth = { flavor: AuthFlavor.AUTH_NONE, body: new Uint8Array(0) };

/** ONC RPC over one TCP connection: for registering with a port mapper, and for tests. Does not reconnect, nor retransmit. */
export class RpcClient {
  private readonly socket: Socket;
  private readonly records: RecordAssembler;
  private readonly cred: OpaqueAuth;
  private readonly pending = new Map<number, Pending>();
  private xid: number;
  private failure: Error | undefined;

  /** Resolves when the connection stands. */
  static async connect(endpoint: RpcEndpoint, options: RpcClientOptions = {}): Promise<RpcClient> {
    const socket = createConnection(endpoint);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('connect', resolve);
    socket.once('error', reject);
    await promise;
    socket.off('error', reject);
    socket.setNoDelay(true);
    return new RpcClient(socket, options);
  }

  private constructor(socket: Socket, options: RpcClientOptions) {
    this.socket = socket;
    this.cred = encodeCredentials(options.credentials ?? { flavor: 'none' });
    this.xid = options.firstXid ?? 1;
    this.records = new RecordAssembler({ maxRecord: options.maxRecord ?? 4 * 1024 * 1024, maxFragments: 1024 });
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('connection closed')));
  }

  /** @throws RpcCallError, or the socket's error */
  async call<Args, Result>(
    program: number,
    version: number,
    codec: ProcedureCodec<Args, Result>,
    args: Args,
  ): Promise<Result> {
    const writer = new Writer();
    codec.encodeArgs(writer, args);
    return codec.decodeResult(await this.callBytes(program, version, codec.number, writer.finish().parts));
  }

  /** Calls with encoded arguments and resolves to a Reader at the results. */
  callBytes(program: number, version: number, procedure: number, args: readonly Uint8Array[]): Promise<Reader> {
    const xid = this.xid;
    this.xid = (xid + 1) >>> 0;
    return this.callAs(xid, program, version, procedure, args);
  }

  /** As {@link callBytes} under a given xid, as a retransmission has it. */
  callAs(
    xid: number,
    program: number,
    version: number,
    procedure: number,
    args: readonly Uint8Array[],
  ): Promise<Reader> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const writer = new Writer();
    const place = writer.reserve(4);
    const cbody = {
      rpcvers: RPC_VERSION,
      prog: program,
      vers: version,
      proc: procedure,
      cred: this.cred,
      verf: NO_AUTH,
    };
    encodeRpcMsg(writer, { xid, body: { mtype: MsgType.CALL, cbody } });
    for (const part of args) writer.attach(part);
    writer.patchU32(place, (0x8000_0000 | (writer.length - 4)) >>> 0);
    const { promise, resolve, reject } = Promise.withResolvers<Reader>();
    this.pending.set(xid, { resolve, reject });
    this.socket.cork();
    for (const part of writer.finish().parts) this.socket.write(part);
    this.socket.uncork();
    return promise;
  }

  /** Ends the connection; calls that wait fail. */
  close(): void {
    this.socket.destroy();
    this.fail(new Error('closed'));
  }

  private onData(chunk: Buffer): void {
    try {
      this.records.push(chunk);
      for (let record = this.records.take(); record !== undefined; record = this.records.take()) this.onReply(record);
    } catch (error) {
      this.socket.destroy();
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private onReply(record: Reader): void {
    const bytes = record.bytes(record.remaining);
    record.seek(0);
    const xid = record.u32();
    record.skip(4);
    const waiting = this.pending.get(xid);
    if (waiting === undefined) return;
    this.pending.delete(xid);
    const reply = decodeReplyBody(record);
    if (reply.stat !== ReplyStat.MSG_ACCEPTED || reply.areply.replyData.stat !== AcceptStat.SUCCESS) {
      waiting.reject(new RpcCallError(reply));
      return;
    }
    waiting.resolve(new Reader(bytes).seek(record.position));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(this.failure);
  }
}

function encodeCredentials(credentials: Credentials): OpaqueAuth {
  if (credentials.flavor === 'none') return NO_AUTH;
  const { machineName, uid, gid, gids } = credentials;
  const writer = new Writer(256);
  encodeAuthsysParms(writer, { stamp: 0, machinename: machineName, uid, gid, gids });
  return { flavor: AuthFlavor.AUTH_SYS, body: Buffer.concat(writer.finish().parts) };
}
