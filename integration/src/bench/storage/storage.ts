import type { PeerRequirement } from '../../peers/peer-packages.ts';
import type { ClusterWork } from '../report/results.ts';
import type { BenchServer, Protocol } from '../server.ts';

/** What the head and its peers keep their data on in one run: the same for all of them. */
export interface Storage {
  /** In words, printed with the figures; nothing to say of the machine's own disk. */
  readonly description?: string;
  readonly head: HeadStorage;
  readonly peers: Readonly<Partial<Record<Protocol, Peer>>>;
  /** Work that the storage has done since it started, where it is servers of its own. */
  clusterWork?(): Promise<ClusterWork>;
  /** Has it do now what it has put off, where it is servers of its own: before each round, so that none pays for another's. */
  settle?(): Promise<void>;
  stop(): Promise<void>;
}

/** How the head keeps its data there. */
export interface HeadStorage {
  /** `volumes` of polynas.yaml; the default, a local volume, where absent. */
  readonly volumes?: readonly object[];
  /** What the head has done when it answers, in words. */
  readonly durability: string;
  /** Processes that the storage is made of: they work for the head too. */
  readonly pids: readonly number[];
}

export interface Peer {
  readonly requirement: PeerRequirement;
  /** @param directory for its configuration, log and, where it keeps them on the disk, data */
  start(directory: string): Promise<BenchServer>;
}
