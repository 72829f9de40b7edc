import type { RoundAtClient } from '../load.ts';
import type { Machine } from '../measure/machine.ts';
import type { Protocol } from '../server.ts';

export interface Round extends RoundAtClient {
  /** CPU seconds of the server by the name of its group. */
  readonly serverCpu: Readonly<Record<string, number>>;
  /** Where the storage counts it. */
  readonly clusterWork?: ClusterWork;
}

/** What a Ceph cluster did in a time, for whomever. */
export interface ClusterWork {
  /** Requests of clients that the MDS took. */
  readonly metadataRequests: number;
  /** The same by kind, as the MDS calls them: `create`, `unlink`, `setattr` … */
  readonly metadataKinds: Readonly<Record<string, number>>;
  /** Messages in which clients give capabilities back or write their dirty attributes. */
  readonly capMessages: number;
  /** Operations of clients that the OSDs took, those of the MDS included; copies are not counted again. */
  readonly storeOperations: number;
}

/** One load at one depth against the servers of its protocol, ours first. */
export interface Row {
  readonly protocol: Protocol;
  readonly load: string;
  readonly unit: string;
  readonly depth: number;
  readonly bytes?: number;
  readonly servers: readonly { readonly name: string; readonly rounds: readonly Round[] }[];
}

/** Calls of fsync and its relatives that a server makes for one step at depth 1. */
export interface SyncCount {
  readonly server: string;
  readonly protocol: Protocol;
  readonly load: string;
  readonly perStep: number;
}

export interface ServerFacts {
  readonly name: string;
  readonly version: string;
  readonly durability: string;
  /** Most resident memory until the end of its loads, in MiB, by the name of the CPU group. */
  readonly peakMemory: Readonly<Record<string, number>>;
}

/** What `--json` writes. Times in seconds, latencies in milliseconds. */
export interface BenchResults {
  readonly date: string;
  readonly revision?: string;
  readonly machine: Machine;
  /** What all servers store on, in words, when it is not the machine's own disk. */
  readonly storage?: string;
  readonly rounds: number;
  readonly secondsPerRound: number;
  readonly servers: readonly ServerFacts[];
  readonly skipped: readonly string[];
  readonly rows: readonly Row[];
  readonly syncs: readonly SyncCount[];
}
