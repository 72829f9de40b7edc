import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CEPHFS, install, type PeerRequirement, whyUnavailable } from '../peers/peer-packages.ts';
import { ScratchDirectory } from '../peers/scratch-directory.ts';
import { describeMachine, revision } from './measure/machine.ts';
import { peakMemory } from './measure/peak-memory.ts';
import { whyNoSyncProbe } from './measure/sync-probe.ts';
import type { BenchOptions } from './options.ts';
import type { BenchResults, Row, ServerFacts, SyncCount } from './report/results.ts';
import type { TimeWindow } from './profile/self-time.ts';
import { runLoads } from './run-loads.ts';
import { type BenchServer, type Protocol, protocolTitles } from './server.ts';
import { startPolynas } from './servers/polynas.ts';
import { cephStorage } from './storage/cephfs.ts';
import { localDisk } from './storage/local-disk.ts';
import type { Peer, Storage } from './storage/storage.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface BenchEvents {
  /** A line for the user. */
  readonly say: (line: string) => void;
  readonly onRow: (row: Row) => void;
  /** A round of the head is over. */
  readonly onRound?: (window: TimeWindow) => void;
}

/** Starts the head and the peers, drives them, and stops them again. */
export async function runBench(options: BenchOptions, { say, onRow, onRound }: BenchEvents): Promise<BenchResults> {
  const scratch = new ScratchDirectory(options.directory);
  const skipped: string[] = [];
  const skip = (line: string) => {
    skipped.push(line);
    say(`SKIPPED: ${line}`);
  };
  const facts = new Map<BenchServer, ServerFacts>();
  const rows: Row[] = [];
  const syncs: SyncCount[] = [];
  let head: BenchServer | undefined;
  let storage: Storage | undefined;
  try {
    const machine = describeMachine(scratch.path);
    const noProbe = whyNoSyncCounts(options);
    if (options.syncs && noProbe !== undefined) skip(`syncs for each operation: ${noProbe}`);
    storage = await startStorage(options, scratch);
    if (options.head) {
      const nodeArguments =
        options.profile === undefined
          ? []
          : ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${options.profile}`];
      const directory = scratch.folder('polynas');
      head = await startPolynas({ directory, protocols: options.protocols, storage: storage.head, nodeArguments });
    }
    for (const protocol of options.protocols) {
      const peer = await startPeer(protocol, storage.peers[protocol], options, scratch, skip);
      try {
        const both = [head, peer].filter((server) => server !== undefined);
        say(`${protocolTitles[protocol]}: ${both.map(({ name, version }) => `${name} ${version}`).join(' and ')}`);
        const directory = scratch.path;
        const outcome = await runLoads({
          protocol,
          servers: both,
          options,
          directory,
          storage,
          probe: noProbe === undefined,
          onRow,
          onRound: (server, window) => {
            if (server === head) onRound?.(window);
          },
        });
        rows.push(...outcome.rows);
        syncs.push(...outcome.syncs);
        for (const server of both) facts.set(server, factsOf(server));
      } finally {
        await peer?.stop();
      }
    }
    const commit = revision(root);
    return {
      date: new Date().toISOString(),
      ...(commit !== undefined && { revision: commit }),
      machine,
      ...(storage.description !== undefined && { storage: storage.description }),
      rounds: options.rounds,
      secondsPerRound: options.seconds,
      servers: [...facts.values()],
      skipped,
      rows,
      syncs,
    };
  } finally {
    await head?.stop();
    await storage?.stop();
    scratch.remove();
  }
}

function factsOf({ name, version, durability, cpuGroups }: BenchServer): ServerFacts {
  const peak = Object.fromEntries(cpuGroups.map((group) => [group.name, peakMemory(group.pids)]));
  return { name, version, durability, peakMemory: peak };
}

/** Syncs of a storage that is servers of its own are not the server's; what these do is counted by themselves. */
function whyNoSyncCounts({ syncs, backend }: BenchOptions): string | undefined {
  if (!syncs) return 'not asked for';
  if (backend !== 'local') return 'the cluster makes them; its operations are counted instead';
  return whyNoSyncProbe();
}

/** @throws Error when what the storage is made of is not there: then there is nothing to measure */
async function startStorage(options: BenchOptions, scratch: ScratchDirectory): Promise<Storage> {
  switch (options.backend) {
    case 'local':
      return localDisk();
    case 'cephfs':
      demand(CEPHFS, options);
      return cephStorage(join(scratch.path, 'ceph'));
  }
}

function demand(what: PeerRequirement, options: BenchOptions): void {
  if (options.install && whyUnavailable(what) !== undefined) install(what);
  const why = whyUnavailable(what);
  if (why !== undefined) throw new Error(why);
}

async function startPeer(
  protocol: Protocol,
  peer: Peer | undefined,
  options: BenchOptions,
  scratch: ScratchDirectory,
  skip: (line: string) => void,
): Promise<BenchServer | undefined> {
  if (!options.peers) return undefined;
  if (peer === undefined) {
    skip(`a peer for ${protocolTitles[protocol]}: there is none on this storage`);
    return undefined;
  }
  try {
    demand(peer.requirement, options);
    return await peer.start(join(scratch.path, protocol));
  } catch (error) {
    skip(`the peer ${peer.requirement.name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
