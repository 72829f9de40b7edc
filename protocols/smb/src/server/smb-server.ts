import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ByteBudget, type Clock, ConnectionCounts, FrameBuffers, plainAddress, systemClock } from '@polynas/core/wire';
import { maxFrame } from '../connection/limits.ts';
import { rows } from '../commands/table.ts';
import { openPipe } from '../rpc/open-pipe.ts';
import { Connection, type ConnectionContextParts } from './connection.ts';
import { LogonGuard } from './logon-guard.ts';
import type { Pipes, SmbObserver, SmbParts } from './parts.ts';
import type { SmbServices } from './services.ts';
import { randomPool } from './random-pool.ts';
import { ReplyFrames } from './reply-frame.ts';
import { revoke } from './revoke.ts';
import { DEFAULT_BUDGET, DEFAULT_LIMITS, type ServerLimits } from './server-limits.ts';
import { SessionTable } from './session-table.ts';

export interface SmbServerOptions {
  readonly services: SmbServices;
  readonly observer: SmbObserver;
  /** What clients see: a NetBIOS name of at most 15 characters; `POLYNAS` when absent. */
  readonly serverName?: string;
  /** 16 bytes that stay the same in each life of the server; clients know it again by them. Random when absent. */
  readonly serverGuid?: Uint8Array;
  /** The tenant of users that name none; `default` when absent. */
  readonly defaultTenant?: string;
  /** `required`: clients below SMB 3 are refused. `offered`, where the client decides, when absent. */
  readonly encryption?: 'off' | 'offered' | 'required';
  /** Those of `srvsvc`, `wkssvc` and `lsarpc` when absent. */
  readonly pipes?: Pipes;
  /** `systemClock` when absent. */
  readonly clock?: Clock;
  /** Cryptographically random bytes; those of `node:crypto` when absent. */
  readonly random?: (length: number) => Uint8Array;
  readonly limits?: Partial<ServerLimits>;
  /** Bytes of requests and responses in memory, of all connections together; 256 MiB when absent. */
  readonly memory?: number;
  /** Whether to talk with a client at all. */
  readonly admit?: (address: string) => boolean;
}

const SWEEP_INTERVAL = 5_000;
/** Milliseconds of silence after which a client is asked whether it lives: what it has open and locked stands in the way of others. */
const KEEP_ALIVE = 120_000;
/** Bytes of a payload buffer: what Linux reads at once. */
const PAYLOAD = 4 * 1024 * 1024;

/** SMB 2.0.2 to 3.1.1 over TCP. */
export class SmbServer {
  private readonly options: SmbServerOptions;
  private readonly clock: Clock;
  private readonly context: ConnectionContextParts;
  private readonly server: Server;
  private readonly counts: ConnectionCounts;
  private readonly open = new Set<Connection>();
  private sweeping: { cancel(): void } | undefined;
  private whenEmpty: (() => void) | undefined;
  private lastId = 0;

  constructor(options: SmbServerOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    const parts = partsOf(options, this.clock);
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.context = {
      parts,
      limits,
      budget: new ByteBudget({ ...DEFAULT_BUDGET, limit: options.memory ?? DEFAULT_BUDGET.limit, clock: this.clock }),
      buffers: new FrameBuffers(maxFrame(limits, true), limits.frameBuffers),
      rows,
      frames: new ReplyFrames((error) => options.observer.fault(error)),
      payloads: new FrameBuffers(Math.min(limits.maxReadSize, PAYLOAD), limits.payloadBuffers),
      sessions: new SessionTable(parts.random),
      onClose: (connection) => this.onClose(connection),
    };
    const { clock } = this;
    const { maxConnectionsPerClient: perClient } = limits;
    const refused = (client: string, reason: string): void => options.observer.dropped(client, reason);
    this.counts = new ConnectionCounts({ perClient, clock, refused });
    this.server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE, allowHalfOpen: true },
      (socket) => this.onSocket(socket),
    );
    this.server.maxConnections = limits.maxConnections;
    this.server.on('drop', (data) => this.counts.refuse(plainAddress(data?.remoteAddress), 'too many connections'));
  }

  /** Connections that are open, or closed with requests that still run. */
  get connections(): number {
    return this.open.size;
  }

  /** Sessions of all connections. */
  get sessions(): number {
    return this.context.sessions.size;
  }

  /** Where the server listens. */
  get address(): AddressInfo {
    return this.server.address() as AddressInfo;
  }

  /** @param listen all addresses of IPv6 and IPv4 without a host; port 0 takes a free one */
  async listen(listen: { readonly host?: string; readonly port: number }): Promise<AddressInfo> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject);
    this.server.listen({ port: listen.port, ...(listen.host === undefined ? {} : { host: listen.host }) }, resolve);
    await promise;
    this.server.off('error', reject);
    // After this only accept fails, for want of file descriptors; the next one may succeed.
    this.server.on('error', (error) => this.options.observer.dropped('', error.message));
    this.sweepLater();
    return this.address;
  }

  /**
   * Stops accepting, answers what runs, closes the connections. After `deadline` milliseconds the rest is aborted and cut off;
   * settles when what the clients held is released.
   */
  async close(deadline: number): Promise<void> {
    this.sweeping?.cancel();
    const closed = new Promise<void>((resolve) => {
      if (this.server.listening) this.server.close(() => resolve());
      else resolve();
    });
    if (this.open.size > 0) {
      const empty = new Promise<void>((resolve) => {
        this.whenEmpty = resolve;
      });
      for (const connection of this.open) connection.finish();
      const timer = this.clock.after(deadline, () => {
        for (const connection of this.open) connection.drop('the server stops');
      });
      await empty;
      timer.cancel();
    }
    await closed;
  }

  private onSocket(socket: Socket): void {
    const client = plainAddress(socket.remoteAddress);
    if (!this.admits(client)) {
      socket.on('error', () => socket.destroy());
      socket.destroy();
      return;
    }
    this.lastId += 1;
    const ends = { client, local: plainAddress(socket.localAddress) };
    this.open.add(new Connection(socket, this.lastId, ends, this.context));
  }

  /** Whether the client may have one more connection; then it is counted. */
  private admits(client: string): boolean {
    if (this.options.admit?.(client) !== false) return this.counts.enter(client);
    this.counts.refuse(client, 'not admitted');
    return false;
  }

  private onClose(connection: Connection): void {
    this.open.delete(connection);
    this.counts.leave(connection.link.client);
    if (this.open.size === 0) this.whenEmpty?.();
  }

  private revoke(): void {
    const { services, observer } = this.options;
    for (const session of this.context.sessions.values()) {
      revoke(session, services).catch((error: unknown) => observer.fault(error));
    }
  }

  private sweepLater(): void {
    this.sweeping = this.clock.after(SWEEP_INTERVAL, () => {
      const now = this.clock.monotonic();
      for (const connection of this.open) connection.sweep(now);
      this.revoke();
      this.sweepLater();
    });
  }
}

export function createSmbServer(options: SmbServerOptions): SmbServer {
  return new SmbServer(options);
}

function partsOf(options: SmbServerOptions, clock: Clock): SmbParts {
  const { services, observer, random = randomPool() } = options;
  const serverName = (options.serverName ?? 'POLYNAS').toUpperCase();
  if (!/^[A-Z0-9_-]{1,15}$/.test(serverName)) throw new RangeError(`${serverName} is no NetBIOS name`);
  const serverGuid = options.serverGuid ?? random(16);
  if (serverGuid.length !== 16) throw new RangeError('a server GUID has 16 bytes');
  const rpc = { services, clock, random, observer, serverName, serverGuid };
  const rpcPipes: Pipes = {
    open: (name, { principal, tenant }) => openPipe(name, { ...rpc, principal, tenant }),
  };
  return {
    ...rpc,
    pipes: options.pipes ?? rpcPipes,
    logons: new LogonGuard(clock),
    defaultTenant: options.defaultTenant ?? 'default',
    encryption: options.encryption ?? 'offered',
  };
}
