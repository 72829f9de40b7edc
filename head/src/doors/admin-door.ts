import { chmodSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AdminContext } from '@polynas/admin';
import { bearerMatches, createAdminApi } from '@polynas/admin';
import { PlatformExpress } from '@tsed/platform-express';
import { exitCode } from '../cli/exit-code.ts';
import type { Settings } from '../config/settings.ts';
import { HeadError } from '../head-error.ts';
import { socketPath } from '../state/socket-path.ts';
import { messageOf, systemCode } from '../system-error.ts';
import { loadAdminToken } from './admin-token.ts';
import type { RunningDoor } from './door.ts';
import { listenError } from './door.ts';

const limits = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 5000, maxHeaderSize: 16_384 };

/** A socket file that nobody listens on, left by a head that did not end in order. */
async function removeStaleSocket(path: string): Promise<void> {
  const address = socketPath(path);
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(address.path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.on('error', (error) => resolve(systemCode(error)));
  }).finally(() => address.release());
  if (code === 'ENOENT') return;
  if (code === 'ECONNREFUSED') {
    await unlink(path);
    return;
  }
  throw new HeadError(`admin.socket: something else is at ${path}`, exitCode.inUse);
}

async function listenUnix(listener: RequestListener, path: string): Promise<Server> {
  await removeStaleSocket(path);
  const server = createServer(limits, listener);
  const address = socketPath(path);
  // The socket must not be open to others for a moment either: the mode at its birth comes from the mask, and binding is synchronous.
  const mask = process.umask(0o177);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.path, resolve);
  });
  process.umask(mask);
  try {
    await listening;
    chmodSync(path, 0o600);
  } catch (error) {
    address.release();
    throw new HeadError(`admin.socket: cannot listen at ${path}: ${messageOf(error)}`, exitCode.listen, {
      cause: error,
    });
  }
  server.once('close', () => address.release());
  return server;
}

function requireBearer(listener: RequestListener, token: string): RequestListener {
  return (request, response) => {
    if (bearerMatches(request.headers.authorization, token)) {
      listener(request, response);
      return;
    }
    const problem = {
      type: 'urn:polynas:problem:unauthorized',
      title: 'Unauthorized',
      status: 401,
      code: 'unauthorized',
      detail: 'A bearer token is needed: the one in admin.token of the data directory',
    };
    response.writeHead(401, {
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer',
      connection: 'close',
    });
    response.end(JSON.stringify(problem));
  };
}

async function listenTcp(
  listener: RequestListener,
  settings: Settings,
  random: (length: number) => Uint8Array,
): Promise<Server | undefined> {
  const { listen } = settings.admin;
  if (!listen) return undefined;
  const token = await loadAdminToken(settings.dataDirectory, random);
  const server = createServer(limits, requireBearer(listener, token));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError('admin.listen', listen.address, listen.port, error)));
    server.listen(listen.port, listen.address, resolve);
  });
  return server;
}

/** The admin API on its Unix socket and, where configured, on loopback TCP behind a bearer token. */
export class AdminDoor {
  readonly #servers: readonly Server[];
  readonly #close: () => Promise<void>;
  /** There when it listens on TCP. */
  readonly tcp?: RunningDoor;

  private constructor(servers: readonly Server[], close: () => Promise<void>, tcp?: RunningDoor) {
    this.#servers = servers;
    this.#close = close;
    if (tcp) this.tcp = tcp;
  }

  static async open(
    settings: Settings,
    context: AdminContext,
    random: (length: number) => Uint8Array,
  ): Promise<AdminDoor> {
    const api = await createAdminApi(context, PlatformExpress);
    const unix = await listenUnix(api.listener, settings.admin.socket);
    const tcp = await listenTcp(api.listener, settings, random);
    if (!tcp) return new AdminDoor([unix], api.close);
    let connections = 0;
    tcp.on('connection', (socket) => {
      connections += 1;
      socket.once('close', () => (connections -= 1));
    });
    const { address = '127.0.0.1', port = 0 } = settings.admin.listen ?? {};
    const status = () => ({ name: 'admin', address, port, connections, detail: 'bearer token in admin.token' });
    return new AdminDoor([unix, tcp], api.close, { status });
  }

  async stop(grace: number): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const server of this.#servers) server.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
    }, grace);
    await Promise.all(closed);
    clearTimeout(timer);
    await this.#close();
  }
}
