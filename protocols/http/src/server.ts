import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '@polynas/core/wire';
import { HttpFault } from './fault.ts';
import { encodeHeaderValue } from './headers.ts';

export interface ConnectionLimits {
  /** Open connections; further ones are closed at once. Default 4096. */
  readonly connections: number;
  /** Bytes of a request's header section; default 32 KiB. */
  readonly headerBytes: number;
  /** Milliseconds that a client may take to send its header section; default 20,000. */
  readonly headersTimeout: number;
  /** Milliseconds that an idle connection stays open; default 65,000, above the clients' own limits. */
  readonly keepAlive: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  connections: 4096,
  headerBytes: 32 * 1024,
  headersTimeout: 20_000,
  keepAlive: 65_000,
};

/** What answers the exchanges of a server: `HttpFront`, or a dialect's wrapper of it. */
export interface Front {
  accepted(): void;
  drain(): void;
  busy(socket: object): Promise<void> | undefined;
  handle(request: IncomingMessage, response: ServerResponse, expectContinue: boolean): void;
}

export interface HttpServerOptions {
  readonly front: Front;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  /** The answer to what could not be parsed. */
  readonly refuse: (fault: HttpFault) => {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** A listening door. */
export interface HttpServer {
  readonly address: AddressInfo;
  /** Open connections of clients, idle ones included. */
  readonly connections: number;
  /** Takes no new requests, lets those under way finish for `grace` milliseconds, then cuts what is left. */
  stop(grace: number): Promise<void>;
}

/** Starts a server. Rejects when the address cannot be bound. */
export async function listenHttp(
  options: HttpServerOptions,
  listen: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const { front, limits, clock } = options;
  const server = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveTimeout: limits.keepAlive,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeout,
    // A body may rightly take hours; that it moves at all is watched where it is read.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeout),
    // A request without Host gets its answer from the dialect.
    requireHostHeader: false,
  });
  server.maxConnections = limits.connections;
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => (connections -= 1));
    front.accepted();
  });
  server.on('request', (request, response) => front.handle(request, response, false));
  server.on('checkContinue', (request, response) => front.handle(request, response, true));
  // RFC 9110 §10.1.1: an expectation that is not known may be ignored.
  server.on('checkExpectation', (request, response) => front.handle(request, response, false));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket as Socket, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // A burst of connections beyond the backlog would wait for the clients' SYN retransmission, a second and more.
    server.listen({ ...listen, backlog: limits.connections }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: server.address() as AddressInfo,
    get connections() {
      return connections;
    },
    stop: (grace) => stop(server, front, grace, clock),
  };
}

async function stop(server: Server, front: Front, grace: number, clock: Clock): Promise<void> {
  front.drain();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = clock.after(grace, () => server.closeAllConnections());
  await closed;
  timer.cancel();
}

/** Answers what node:http could not parse. */
function refuse(error: NodeJS.ErrnoException, socket: Socket, options: HttpServerOptions): void {
  // After a response has begun on this connection, a second one would corrupt it; who never asked would take an answer for that to
  // the next question (clients open connections in advance).
  const unasked = socket.bytesRead === 0;
  if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0 || unasked) {
    socket.destroy();
    return;
  }
  const busy = options.front.busy(socket);
  if (busy !== undefined) {
    // What cannot be parsed came behind a request, which gets its answer: it may be a body that nothing had announced.
    void busy.finally(() => socket.destroy());
    return;
  }
  const { status, headers, body } = options.refuse(faultOf(error));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${encodeHeaderValue(value)}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nServer: Polynas\r\n${lines.join('')}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // What still comes is thrown away, so that the client gets to read the answer and its end is seen; but not for long.
  socket.on('error', () => undefined).resume();
  const timer = options.clock.after(refusedMilliseconds, () => socket.destroy());
  socket.once('close', () => timer.cancel());
}

/** What a connection that was refused may live on. */
const refusedMilliseconds = 2000;

function faultOf(error: NodeJS.ErrnoException): HttpFault {
  if (error.code === 'HPE_HEADER_OVERFLOW') return new HttpFault('headersTooLarge', { cause: error });
  return new HttpFault(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timedOut' : 'malformed', { cause: error });
}
