import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { S3Error } from '../errors.ts';
import { errorDocument } from '../xml/error-document.ts';
import type { S3FrontOptions } from './front.ts';
import { S3Front } from './front.ts';
import { RequestIdSource } from './request-ids.ts';

export interface S3ServerOptions<P> extends S3FrontOptions<P> {
  readonly connections?: Partial<S3ConnectionLimits>;
}

export interface S3ConnectionLimits {
  /** Open connections; further ones are closed at once. Default 4096. */
  readonly connections: number;
  /** Bytes of a request's header section; default 32 KiB, room for a key of 1,024 bytes in a presigned URL. */
  readonly headerBytes: number;
  /** Milliseconds that a client may take to send its header section; default 20,000. */
  readonly headersTimeout: number;
  /** Milliseconds that an idle connection stays open; default 65,000, above the clients' own limits. */
  readonly keepAlive: number;
}

export const defaultConnectionLimits: S3ConnectionLimits = {
  connections: 4096,
  headerBytes: 32 * 1024,
  headersTimeout: 20_000,
  keepAlive: 65_000,
};

/** A listening S3 door. */
export interface S3Server {
  readonly address: AddressInfo;
  /** Open connections of clients, idle ones included. */
  readonly connections: number;
  /** Takes no new requests, lets those under way finish for `grace` milliseconds, then cuts what is left. */
  stop(grace: number): Promise<void>;
}

/** Starts the door. Rejects when the address cannot be bound. */
export async function listenS3<P>(
  options: S3ServerOptions<P>,
  listen: { readonly host: string; readonly port: number },
): Promise<S3Server> {
  const limits = { ...defaultConnectionLimits, ...options.connections };
  const front = new S3Front(options);
  const server = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveTimeout: limits.keepAlive,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeout,
    // A body may rightly take hours; that it moves at all is watched where it is read.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeout),
    // S3 signs Host: a request without one gets its answer from us.
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
    stop: (grace) => stop(server, front, grace, options.clock),
  };
}

async function stop<P>(server: Server, front: S3Front<P>, grace: number, clock: Clock): Promise<void> {
  front.drain();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = clock.after(grace, () => server.closeAllConnections());
  await closed;
  timer.cancel();
}

/** Answers what node:http could not parse. */
function refuse<P>(error: NodeJS.ErrnoException, socket: Socket, options: S3ServerOptions<P>): void {
  // After a response has begun on this connection, a second one would corrupt it; who never asked would take an answer for that to
  // the next question (clients open connections in advance).
  const unasked = socket.bytesRead === 0;
  if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0 || unasked) {
    socket.destroy();
    return;
  }
  const s3Error = new S3Error(
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'RequestHeaderSectionTooLarge'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'RequestTimeout'
        : 'BadRequest',
  );
  const { requestId, hostId } = new RequestIdSource(options.random).next();
  const body = errorDocument(s3Error, '', requestId, hostId);
  socket.end(
    `HTTP/1.1 ${s3Error.status} Bad Request\r\nServer: Polynas\r\nx-amz-request-id: ${requestId}\r\nx-amz-id-2: ${hostId}\r\n` +
      `Content-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
