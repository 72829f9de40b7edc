import type { FixtureRequest } from './load-messages.ts';

export const protocols = ['nfs', 's3', 'smb', 'swift'] as const;
export type Protocol = (typeof protocols)[number];

/** As tables and progress lines call them. */
export const protocolTitles: Readonly<Record<Protocol, string>> = {
  nfs: 'NFSv3',
  s3: 'S3',
  smb: 'SMB',
  swift: 'Swift',
};

/** Processes whose CPU time is counted together; descendants count too. */
export interface CpuGroup {
  readonly name: string;
  readonly pids: readonly number[];
}

/** A server alone, and, where it stores on servers of their own, with these. */
export function groupsWith(name: string, own: readonly number[], storage: readonly number[]): CpuGroup[] {
  if (storage.length === 0) return [{ name, pids: own }];
  return [
    { name: `${name} alone`, pids: own },
    { name: `${name}, Ceph’s daemons`, pids: [...own, ...storage] },
  ];
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
export type ServerEndpoint = {
  [P in Protocol]: { readonly protocol: P; readonly server: Extract<FixtureRequest, { protocol: P }>['server'] };
}[Protocol];

/** Who the load generator is at NFS doors: not root, whom servers treat specially. */
export const benchUser = { uid: 1000, gid: 1000 } as const;
