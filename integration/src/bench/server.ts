import type { FixtureRequest } from './load-messages.ts';

export type Protocol = 'nfs' | 's3';

/** Processes whose CPU time is counted together; descendants count too. */
export interface CpuGroup {
  readonly name: string;
  readonly pids: readonly number[];
}

/** A server under load, ours or a peer. */
export interface BenchServer {
  readonly name: string;
  readonly version: string;
  /** How it is set up and what it has done when it answers, in words: printed with the figures. */
  readonly durability: string;
  /** The first is what ratios are made of. */
  readonly cpuGroups: readonly CpuGroup[];
  endpoint(protocol: Protocol): ServerEndpoint;
  stop(): Promise<void>;
}

/** What the load generator is told about a server; it adds its own sizes. */
export type ServerEndpoint =
  | { readonly protocol: 'nfs'; readonly server: Extract<FixtureRequest, { protocol: 'nfs' }>['server'] }
  | { readonly protocol: 's3'; readonly server: Extract<FixtureRequest, { protocol: 's3' }>['server'] };

/** Who the load generator is at NFS doors: not root, whom servers treat specially. */
export const benchUser = { uid: 1000, gid: 1000 } as const;
