import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ByteBudget, type Clock, ConnectionCounts, FrameBuffers, plainAddress, systemClock } from '@polynas/core/wire';
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
  private readonly counts: ConnectionCounts;
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
    const { clock } = this;
    const { maxConnectionsPerClient: perClient } = this.limits;
    const refused = (address: string, reason: string): void => options.observer.dropped({ address, port: 0 }, reason);
    this.counts = new ConnectionCounts({ perClient, clock, refused });
    this.server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) =>
      this.onSocket(socket),
    );
    this.server.maxConnections = this.limits.maxConnections;
    this.server.on('drop', (data) => this.counts.refuse(plainAddress(data?.remoteAddress), 'too many connections'));
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
    const client = { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    const local = { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 };
    if (!this.admits(client)) {
      socket.on('error', () => socket.destroy());
      socket.destroy();
      return;
    }
    this.connections.add(new Connection(socket, client, local, this.context));
  }

  /** Whether the client may have one more connection; then it is counted. */
  private admits(client: Peer): boolean {
    if (this.options.admit?.(client) !== false) return this.counts.enter(client.address);
    this.counts.refuse(client.address, 'not admitted');
    return false;
  }

  private onClose(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    this.counts.leave(connection.client.address);
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
