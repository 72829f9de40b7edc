import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

const LAST_FRAGMENT = 0x8000_0000;
const AUTH_SYS = 1;
/** Bytes of an accepted reply before its results, behind the record mark: xid … accept_stat with an empty verifier. */
const REPLY_HEADER = 24;

interface Waiting {
  readonly resolve: (results: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The load generator's own ONC RPC (RFC 5531) client over one TCP connection: as many calls at once as are made,
 * those of one turn of the event loop written together. It shares no code with the server that is measured, and leaves
 * out what costs and does not matter here (retransmission, reconnecting, most checks), so that it is the server which is
 * measured on a machine of few cores.
 */
export class RpcConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  /** Everything of a call between the xid and the program number, and between the procedure number and the arguments. */
  readonly #credentials: Buffer;
  #xid = 1;
  #corked = false;
  #failure: Error | undefined;
  /** Bytes of a record that is not here in whole. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #needed = 4;

  static async connect(port: number, uid: number, gid: number): Promise<RpcConnection> {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new RpcConnection(socket, uid, gid);
  }

  private constructor(socket: Socket, uid: number, gid: number) {
    this.#socket = socket;
    this.#credentials = authSys(uid, gid);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Resolves to the results' bytes; they may share memory with other replies. `payload` goes last, padded, uncopied. */
  call(program: number, version: number, procedure: number, args: Buffer, payload?: Buffer): Promise<Buffer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const xid = this.#xid;
    this.#xid = (xid + 1) >>> 0;
    const fixed = 4 + 24 + this.#credentials.length;
    const padding = payload === undefined ? 0 : -payload.length & 3;
    const head = Buffer.allocUnsafe(fixed + args.length);
    const total = head.length - 4 + (payload?.length ?? 0) + padding;
    head.writeUInt32BE((LAST_FRAGMENT | total) >>> 0, 0);
    head.writeUInt32BE(xid, 4);
    head.writeUInt32BE(0, 8); // CALL
    head.writeUInt32BE(2, 12); // RPC version
    head.writeUInt32BE(program, 16);
    head.writeUInt32BE(version, 20);
    head.writeUInt32BE(procedure, 24);
    this.#credentials.copy(head, 28);
    args.copy(head, fixed);
    return new Promise((resolve, reject) => {
      this.#waiting.set(xid, { resolve, reject });
      if (!this.#corked) {
        this.#corked = true;
        this.#socket.cork();
        setImmediate(() => {
          this.#corked = false;
          this.#socket.uncork();
        });
      }
      this.#socket.write(head);
      if (payload !== undefined) this.#socket.write(payload);
      if (padding > 0) this.#socket.write(Buffer.alloc(padding));
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#fail(new Error('closed'));
  }

  #onData(chunk: Buffer): void {
    if (this.#partialBytes + chunk.length < this.#needed) {
      this.#partial.push(chunk);
      this.#partialBytes += chunk.length;
      return;
    }
    let bytes = chunk;
    if (this.#partialBytes > 0) {
      this.#partial.push(chunk);
      bytes = Buffer.concat(this.#partial);
      this.#partial = [];
      this.#partialBytes = 0;
    }
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      this.#needed = 4;
      if (left < 4) break;
      const mark = bytes.readUInt32BE(at);
      if (mark < LAST_FRAGMENT) return this.#fail(new Error('a reply in several fragments'));
      this.#needed = 4 + (mark & ~LAST_FRAGMENT);
      if (left < this.#needed) break;
      this.#onReply(bytes.subarray(at + 4, at + this.#needed));
      at += this.#needed;
    }
    if (at < bytes.length) {
      this.#partial.push(bytes.subarray(at));
      this.#partialBytes = bytes.length - at;
    }
  }

  #onReply(reply: Buffer): void {
    const xid = reply.readUInt32BE(0);
    const waiting = this.#waiting.get(xid);
    if (waiting === undefined) return;
    this.#waiting.delete(xid);
    const accepted = reply.readUInt32BE(8) === 0;
    const verifier = accepted ? reply.readUInt32BE(16) : 0;
    const results = REPLY_HEADER + verifier;
    if (accepted && reply.readUInt32BE(results - 4) === 0) waiting.resolve(reply.subarray(results));
    else waiting.reject(new Error(`the server refused a call: ${reply.subarray(0, 32).toString('hex')}`));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** RFC 5531 §8.2 and appendix A: AUTH_SYS credentials and an empty verifier. */
function authSys(uid: number, gid: number): Buffer {
  const machine = Buffer.from('bench\0\0\0');
  const body = Buffer.alloc(8 + machine.length + 12);
  body.writeUInt32BE(5, 4);
  machine.copy(body, 8);
  body.writeUInt32BE(uid, 8 + machine.length);
  body.writeUInt32BE(gid, 12 + machine.length);
  const both = Buffer.alloc(8 + body.length + 8);
  both.writeUInt32BE(AUTH_SYS, 0);
  both.writeUInt32BE(body.length, 4);
  body.copy(both, 8);
  return both;
}
