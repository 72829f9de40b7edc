import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ByteBudget, type Clock, FrameBuffers, systemClock } from '@polynas/core/wire';
import { Connection, type ConnectionContext, type RpcObserver } from './connection.ts';
import { DEFAULT_BUDGET, DEFAULT_LIMITS, DEFAULT_REPLAYS, type RpcLimits } from './limits.ts';
import { type Peer, type Program, ProgramTable } from './program.ts';
import { ReplayCache } from './replay-cache.ts';

export interface RpcServerOptions {
  readonly programs: readonly Program[];
  readonly observer: RpcObserver;
  readonly limits?: Partial<RpcLimits>;
  /** Shared between servers when the memory bound is to hold for all of them. */
  readonly budget?: ByteBudget;
  /** Shared between servers that serve the same programs. */
  readonly replays?: ReplayCache;
  readonly clock?: Clock;
  /** Whether to talk with this client at all. */
  readonly admit?: (client: Peer) => boolean;
}

const SWEEP_INTERVAL = 5_000;

/** ONC RPC version 2 over TCP (RFC 5531). UDP is not served. */
export class RpcServer {
  private readonly options: RpcServerOptions;
  private readonly limits: RpcLimits;
  private readonly clock: Clock;
  private readonly context: ConnectionContext;
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly stopping = new AbortController();
  private sweeping: { cancel(): void } | undefined;
  private whenEmpty: (() => void) | undefined;

  constructor(options: RpcServerOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.context = {
      programs: new ProgramTable(options.programs),
      limits: this.limits,
      budget: options.budget ?? new ByteBudget({ ...DEFAULT_BUDGET, clock: this.clock }),
      replays: options.replays ?? new ReplayCache({ ...DEFAULT_REPLAYS, clock: this.clock }),
      buffers: new FrameBuffers(this.limits.maxRecord, this.limits.recordBuffers),
      clock: this.clock,
      observer: options.observer,
      stopping: this.stopping.signal,
      onClose: (connection) => this.onClose(connection),
    };
    this.server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) =>
      this.onSocket(socket),
    );
    this.server.maxConnections = this.limits.maxConnections;
    this.server.on('drop', (data) => {
      const client = { address: plain(data?.remoteAddress), port: data?.remotePort ?? 0 };
      options.observer.dropped(client, 'too many connections');
    });
  }

  /** Connections that are open, or closed with calls that still run. */
  get size(): number {
    return this.connections.size;
  }

  /** Where the server listens. */
  get address(): AddressInfo {
    return this.server.address() as AddressInfo;
  }

  /** @param options port 0 takes a free one */
  async listen(options: { readonly host?: string; readonly port: number }): Promise<AddressInfo> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject);
    this.server.listen({ port: options.port, ...(options.host === undefined ? {} : { host: options.host }) }, resolve);
    await promise;
    this.server.off('error', reject);
    // After this only accept fails, for want of file descriptors; the next one may succeed.
    this.server.on('error', (error) => this.options.observer.dropped({ address: '', port: 0 }, error.message));
    this.sweepLater();
    return this.address;
  }

  /**
   * Stops accepting, answers the calls that run, closes the connections. After `deadline` milliseconds the rest is aborted and
   * cut off.
   */
  async close(deadline: number): Promise<void> {
    this.sweeping?.cancel();
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    const empty = new Promise<void>((resolve) => {
      this.whenEmpty = resolve;
    });
    for (const connection of this.connections) connection.finish();
    if (this.connections.size > 0) {
      const timer = this.clock.after(deadline, () => {
        this.stopping.abort();
        for (const connection of this.connections) connection.drop('the server stops');
        this.whenEmpty?.();
      });
      await empty;
      timer.cancel();
    }
    await closed;
  }

  private onSocket(socket: Socket): void {
    const client = { address: plain(socket.remoteAddress), port: socket.remotePort ?? 0 };
    const local = { address: plain(socket.localAddress), port: socket.localPort ?? 0 };
    if (this.options.admit?.(client) === false) {
      socket.on('error', () => socket.destroy());
      socket.destroy();
      this.options.observer.dropped(client, 'not admitted');
      return;
    }
    this.connections.add(new Connection(socket, client, local, this.context));
  }

  private onClose(connection: Connection): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.whenEmpty?.();
  }

  private sweepLater(): void {
    this.sweeping = this.clock.after(SWEEP_INTERVAL, () => {
      const now = this.clock.monotonic();
      for (const connection of this.connections) connection.sweep(now);
      this.sweepLater();
    });
  }
}

/** An IPv4 address that came mapped into IPv6 (`::ffff:192.0.2.1`) in its own form. */
function plain(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
