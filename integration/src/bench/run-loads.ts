import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LoadGenerator } from './load-generator.ts';
import { fixtureOf, type LoadRow, loadsOf } from './load-tables.ts';
import { cpuSeconds } from './measure/cpu-time.ts';
import { workBetween } from './measure/cluster-work.ts';
import { countSyncs } from './measure/sync-probe.ts';
import type { BenchOptions } from './options.ts';
import type { Round, Row, SyncCount } from './report/results.ts';
import type { BenchServer, Protocol } from './server.ts';
import type { TimeWindow } from './profile/self-time.ts';
import type { Storage } from './storage/storage.ts';

interface Contender {
  readonly server: BenchServer;
  readonly generator: LoadGenerator;
}

export interface LoadsRun {
  readonly protocol: Protocol;
  readonly servers: readonly BenchServer[];
  readonly options: BenchOptions;
  /** A folder on the disk of all servers. */
  readonly directory: string;
  readonly storage: Storage;
  /** Counts syncs too. */
  readonly probe: boolean;
  readonly onRow: (row: Row) => void;
  readonly onRound: (server: BenchServer, window: TimeWindow) => void;
}

export interface LoadsOutcome {
  readonly rows: readonly Row[];
  readonly syncs: readonly SyncCount[];
}

/** Loads that change something: those whose syncs are worth counting. */
const CHANGES = /^(CREATE|WRITE|REMOVE|PUT 4|DELETE)(?!.*(stat|encrypted))/;
const PROBE_STEPS = 100;

/** All loads of a protocol against all its servers, a round of each server in turn. */
export async function runLoads(run: LoadsRun): Promise<LoadsOutcome> {
  const { protocol, servers, options } = run;
  const loads = loadsOf(protocol, options);
  if (loads.length === 0) return { rows: [], syncs: [] };
  const contenders = servers.map((server) => ({ server, generator: new LoadGenerator() }));
  try {
    for (const { server, generator } of contenders) {
      await generator.fixture(fixtureOf(server.endpoint(protocol), loads, options));
    }
    const rows: Row[] = [];
    for (const load of loads) {
      for (const depth of load.depths) {
        const row = await runRow(run, contenders, load, depth);
        rows.push(row);
        run.onRow(row);
      }
    }
    return { rows, syncs: run.probe ? await probeSyncs(run, contenders, loads) : [] };
  } finally {
    for (const { generator } of contenders) await generator.stop();
  }
}

async function runRow(run: LoadsRun, contenders: readonly Contender[], load: LoadRow, depth: number): Promise<Row> {
  const { protocol, options } = run;
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [contender, done] of rounds) {
      await contender.generator.prepare(load.name, { depth, seconds: options.seconds, maximum: load.maximum });
      settle(run.directory);
      await run.storage.settle?.();
      const from = monotonic();
      done.push(await measured(contender, run.storage));
      run.onRound(contender.server, { from, to: monotonic() });
    }
  }
  const servers = [...rounds].map(([{ server }, done]) => ({ name: server.name, rounds: done }));
  const { name, unit, bytes } = load;
  return { protocol, load: name, unit, depth, ...(bytes !== undefined && { bytes }), servers };
}

/** Microseconds of CLOCK_MONOTONIC, which V8's profiles count in, too. */
function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Writes out what earlier rounds left dirty: a server that puts its writing off must not have it done in another's round. */
function settle(directory: string): void {
  spawnSync('sync', ['--file-system', directory]);
}

async function measured({ server, generator }: Contender, storage: Storage): Promise<Round> {
  const workBefore = await storage.clusterWork?.();
  const sample = () => server.cpuGroups.map(({ pids }) => cpuSeconds(pids));
  const before = sample();
  const round = await generator.run();
  const after = sample();
  const spent = server.cpuGroups.map(({ name }, i) => [name, (after[i] ?? 0) - (before[i] ?? 0)] as const);
  const workAfter = await storage.clusterWork?.();
  return {
    ...round,
    serverCpu: Object.fromEntries(spent),
    ...(workBefore !== undefined && workAfter !== undefined && { clusterWork: workBetween(workBefore, workAfter) }),
  };
}

async function probeSyncs(
  run: LoadsRun,
  contenders: readonly Contender[],
  loads: readonly LoadRow[],
): Promise<SyncCount[]> {
  const counts: SyncCount[] = [];
  for (const load of loads.filter(({ name }) => CHANGES.test(name))) {
    for (const { server, generator } of contenders) {
      const pids = server.cpuGroups.at(-1)?.pids ?? [];
      await generator.prepare(load.name, { depth: 1, seconds: 30, maximum: PROBE_STEPS });
      const calls = await countSyncs(pids, join(run.directory, 'strace'), async () => void (await generator.run()));
      counts.push({ server: server.name, protocol: run.protocol, load: load.name, perStep: calls / PROBE_STEPS });
    }
  }
  return counts;
}
