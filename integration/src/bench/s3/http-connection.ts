import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Expected {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly method: string;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * The load generator's own HTTP/1.1 client: one kept connection, one request at a time. It knows as much of RFC 9112
 * as S3 servers answer with (Content-Length, chunked), because a general client costs more than the servers measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #expected: Expected | undefined;
  #failure: Error | undefined;
  #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes that must be there before it is worth looking again. */
  #needed = 1;

  static async connect(port: number): Promise<HttpConnection> {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Whether the server (or we) ended it; servers do that to connections that were idle for a while. */
  get closed(): boolean {
    return this.#failure !== undefined;
  }

  /** @param head request line and header fields, each with its line end; not the empty line */
  request(method: string, head: string, body?: Buffer): Promise<HttpAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#expected = { resolve, reject, method };
      this.#socket.cork();
      this.#socket.write(`${head}\r\n`, 'latin1');
      if (body !== undefined) this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#fail(new Error('closed'));
  }

  #onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < this.#needed) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    const expected = this.#expected;
    if (expected === undefined) return this.#fail(new Error('an answer that nobody asked for'));
    const endOfHead = bytes.indexOf(END_OF_HEAD);
    if (endOfHead === -1) return;
    const head = bytes.toString('latin1', 0, endOfHead);
    const status = Number(head.slice(9, 12));
    const at = endOfHead + 4;
    let body: Buffer | undefined;
    if (expected.method === 'HEAD' || status === 204 || status === 304) {
      body = bytes.subarray(at, at);
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      body = chunkedBody(bytes, at);
    } else {
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? '0');
      this.#needed = at + length;
      if (bytes.length >= this.#needed) body = bytes.subarray(at, at + length);
    }
    if (body === undefined) return;
    this.#chunks = [];
    this.#received = 0;
    this.#needed = 1;
    this.#expected = undefined;
    expected.resolve({ status, body });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    this.#expected?.reject(this.#failure);
    this.#expected = undefined;
  }
}

/** The chunks' contents joined; undefined when the last one is not here yet. Trailers are not expected. */
function chunkedBody(bytes: Buffer, from: number): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    at = lineEnd + 2;
    if (bytes.length < at + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}
