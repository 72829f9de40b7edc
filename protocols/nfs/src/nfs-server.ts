import type { AddressInfo } from 'node:net';
import { Callers } from './exports/callers.ts';
import { ServiceTree } from './exports/service-tree.ts';
import { FileHandles } from './handles.ts';
import { mountProgram } from './mount/program.ts';
import { type Binding, bindingsOf } from './portmap/bindings.ts';
import { portmapProgram } from './portmap/program.ts';
import { ByteBudget, type Clock, PayloadBuffers, systemClock } from '@polynas/core/wire';
import type { RpcObserver } from './rpc/connection.ts';
import { DEFAULT_BUDGET, DEFAULT_REPLAYS, type RpcLimits } from './rpc/limits.ts';
import type { Peer, Program } from './rpc/program.ts';
import { ReplayCache } from './rpc/replay-cache.ts';
import { RpcServer } from './rpc/server.ts';
import type { NfsServices } from './services.ts';
import { ListedRows } from './v3/listed-rows.ts';
import { nfsProgram } from './v3/table.ts';

/** Bytes of buffers for the payload of READ replies that are kept while nobody reads. */
const PAYLOADS_KEPT = 32 * 1024 * 1024;

export interface NfsServerOptions {
  readonly services: NfsServices;
  /** 32 secret bytes, the same in each life of the head: file handles are made with them, and outlive a restart. */
  readonly handleKey: Uint8Array;
  readonly observer: RpcObserver;
  /** `systemClock` when absent. */
  readonly clock?: Clock;
  readonly limits?: Partial<RpcLimits>;
  /** Bytes of requests and replies in memory, of all connections together; 256 MiB when absent. */
  readonly memory?: number;
  /** The tenant whose shares are exported as `/name`; `default` when absent. */
  readonly defaultTenant?: string;
  /** Whether to talk with a client at all, before any rule of a share is asked. */
  readonly admit?: (client: Peer) => boolean;
}

export interface NfsListenOptions {
  /** Address to bind; all of IPv6 and IPv4 when absent. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** MOUNT at a port of its own; at `port` when absent. */
  readonly mountPort?: number;
  /** A port mapper of our own, as a rule at 111; none when absent. */
  readonly portmapPort?: number;
}

export interface NfsAddresses {
  readonly nfs: AddressInfo;
  readonly mount: AddressInfo;
  readonly portmap?: AddressInfo;
}

/** NFSv3 and MOUNT v3 over TCP, and a port mapper where wanted. */
export class NfsServer {
  private readonly options: NfsServerOptions;
  private readonly clock: Clock;
  private readonly budget: ByteBudget;
  private readonly replays: ReplayCache;
  private readonly nfs: Program;
  private readonly mount: Program;
  private servers: RpcServer[] = [];
  private listening: { readonly addresses: NfsAddresses; readonly bindings: readonly Binding[] } | undefined;

  constructor(options: NfsServerOptions) {
    this.options = options;
    const { services, handleKey, observer, clock = systemClock, defaultTenant = 'default' } = options;
    this.clock = clock;
    this.budget = new ByteBudget({ ...DEFAULT_BUDGET, limit: options.memory ?? DEFAULT_BUDGET.limit, clock });
    this.replays = new ReplayCache({ ...DEFAULT_REPLAYS, clock });
    const handles = new FileHandles(handleKey);
    const callers = new Callers(services.accounts, clock);
    const payloads = new PayloadBuffers(PAYLOADS_KEPT);
    const { files, shares } = services;
    const rows = new ListedRows(handles);
    this.nfs = nfsProgram({ files, shares, handles, callers, observer, payloads, rows });
    this.mount = mountProgram(new ServiceTree({ services, callers, handles, defaultTenant }));
  }

  /** Where the server listens; `undefined` before `listen`. */
  get addresses(): NfsAddresses | undefined {
    return this.listening?.addresses;
  }

  /** What a port mapper is to know, for `register` with the host's own. */
  get bindings(): readonly Binding[] {
    return this.listening?.bindings ?? [];
  }

  /** Connections that are open. */
  get connections(): number {
    return this.servers.reduce((sum, server) => sum + server.size, 0);
  }

  /** Binds all ports, or none when one is taken. */
  async listen(listen: NfsListenOptions): Promise<NfsAddresses> {
    try {
      const { port, mountPort, portmapPort } = listen;
      const together = mountPort === undefined || (mountPort === port && port !== 0);
      const nfs = await this.serve(together ? [this.nfs, this.mount] : [this.nfs], listen.host, port);
      const mount = together ? nfs : await this.serve([this.mount], listen.host, mountPort);
      const bindings = [...bindingsOf([this.nfs], nfs.port), ...bindingsOf([this.mount], mount.port)];
      let addresses: NfsAddresses = { nfs, mount };
      if (portmapPort !== undefined) {
        const now = (): number => Math.floor(this.clock.now() / 1000);
        const program = portmapProgram({ bindings, port: portmapPort, now });
        addresses = { ...addresses, portmap: await this.serve([program], listen.host, portmapPort) };
      }
      this.listening = { addresses, bindings };
      return addresses;
    } catch (error) {
      await this.close(0);
      throw error;
    }
  }

  /**
   * Stops accepting, answers the calls that run, closes the connections. After `deadline` milliseconds the rest is aborted and
   * cut off.
   */
  async close(deadline: number): Promise<void> {
    const { servers } = this;
    this.servers = [];
    this.listening = undefined;
    await Promise.all(servers.map((server) => server.close(deadline)));
  }

  private async serve(programs: readonly Program[], host: string | undefined, port: number): Promise<AddressInfo> {
    const { observer, limits, admit } = this.options;
    const server = new RpcServer({
      programs,
      observer,
      budget: this.budget,
      replays: this.replays,
      clock: this.clock,
      ...(limits !== undefined && { limits }),
      ...(admit !== undefined && { admit }),
    });
    const address = await server.listen({ port, ...(host !== undefined && { host }) });
    this.servers.push(server);
    return address;
  }
}

export function createNfsServer(options: NfsServerOptions): NfsServer {
  return new NfsServer(options);
}
