import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GANESHA,
  install,
  type PeerRequirement,
  RADOSGW,
  SAMBA,
  SWIFT,
  whyUnavailable,
} from '../peers/peer-packages.ts';
import { ScratchDirectory } from '../peers/scratch-directory.ts';
import { describeMachine, revision } from './measure/machine.ts';
import { peakMemory } from './measure/peak-memory.ts';
import { whyNoSyncProbe } from './measure/sync-probe.ts';
import type { BenchOptions } from './options.ts';
import type { BenchResults, Row, ServerFacts, SyncCount } from './report/results.ts';
import type { TimeWindow } from './profile/self-time.ts';
import { runLoads } from './run-loads.ts';
import { type BenchServer, type Protocol, protocolTitles } from './server.ts';
import { ganeshaServer } from './servers/ganesha.ts';
import { startPolynas } from './servers/polynas.ts';
import { radosgwServer } from './servers/radosgw.ts';
import { sambaServer } from './servers/samba.ts';
import { swiftServer } from './servers/swift.ts';

interface Peer {
  readonly requirement: PeerRequirement;
  start(directory: string): Promise<BenchServer>;
}

const peers: Readonly<Record<Protocol, Peer>> = {
  nfs: { requirement: GANESHA, start: ganeshaServer },
  s3: { requirement: RADOSGW, start: radosgwServer },
  smb: { requirement: SAMBA, start: sambaServer },
  swift: { requirement: SWIFT, start: swiftServer },
};

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
  try {
    const machine = describeMachine(scratch.path);
    const noProbe = options.syncs ? whyNoSyncProbe() : 'not asked for';
    if (options.syncs && noProbe !== undefined) skip(`syncs for each operation: ${noProbe}`);
    if (options.head) {
      const nodeArguments =
        options.profile === undefined
          ? []
          : ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${options.profile}`];
      head = await startPolynas({ directory: scratch.folder('polynas'), protocols: options.protocols, nodeArguments });
    }
    for (const protocol of options.protocols) {
      const peer = await startPeer(protocol, options, scratch, skip);
      try {
        const both = [head, peer].filter((server) => server !== undefined);
        say(`${protocolTitles[protocol]}: ${both.map(({ name, version }) => `${name} ${version}`).join(' and ')}`);
        const directory = scratch.path;
        const outcome = await runLoads({
          protocol,
          servers: both,
          options,
          directory,
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
      rounds: options.rounds,
      secondsPerRound: options.seconds,
      servers: [...facts.values()],
      skipped,
      rows,
      syncs,
    };
  } finally {
    await head?.stop();
    scratch.remove();
  }
}

function factsOf({ name, version, durability, cpuGroups }: BenchServer): ServerFacts {
  const peak = Object.fromEntries(cpuGroups.map((group) => [group.name, peakMemory(group.pids)]));
  return { name, version, durability, peakMemory: peak };
}

async function startPeer(
  protocol: Protocol,
  options: BenchOptions,
  scratch: ScratchDirectory,
  skip: (line: string) => void,
): Promise<BenchServer | undefined> {
  if (!options.peers) return undefined;
  const { requirement, start } = peers[protocol];
  try {
    if (options.install && whyUnavailable(requirement) !== undefined) install(requirement);
    const why = whyUnavailable(requirement);
    if (why !== undefined) throw new Error(why);
    return await start(join(scratch.path, protocol));
  } catch (error) {
    skip(`the peer ${requirement.name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
