import { cpuCost, type Figures, figuresOf, rate, ratio, significant, workOf } from './figures.ts';
import { protocols, protocolTitles } from '../server.ts';
import type { BenchResults, Row, ServerFacts, SyncCount } from './results.ts';

/** A line for the terminal as soon as a load is done. */
export function progressLine(row: Row): string {
  const [ours, ...peers] = figuresOf(row);
  if (ours === undefined) return '';
  const all = [ours, ...peers].map((figures) => {
    const cpu = figures.cpu.map(({ microseconds }) => cpuCost(row, microseconds)).join(' / ');
    return `${figures.server} ${rate(row, figures)}, p50 ${significant(figures.p50)} ms, p99 ${significant(figures.p99)} ms, CPU ${cpu}`;
  });
  const ratios = peers.map((peer) => `speed ${speedRatio(ours, peer)}, CPU ${cpuRatio(ours, peer)} of ${peer.server}`);
  const work = workOf(row).map(
    ({ server, metadataRequests, metadataKinds, capMessages, storeOperations }) =>
      `${server}, cluster: ${significant(metadataRequests)} MDS requests (${metadataKinds}), ` +
      `${significant(capMessages)} of caps, ${significant(storeOperations)} of OSDs`,
  );
  return [
    `${row.load}, ${row.depth} in flight`,
    ...all.map((line) => `    ${line}`),
    ...work.map((line) => `    ${line}`),
    ...ratios.map((line) => `    => ${line}`),
  ].join('\n');
}

/** The tables of docs/benchmarks.md. */
export function markdown(results: BenchResults): string {
  const { machine } = results;
  const parts = [
    `Measured ${results.date.slice(0, 10)}${results.revision === undefined ? '' : ` at ${results.revision}`}: ${machine.cpu}, ` +
      `${machine.cores} cores (shared by server and load generator), ${machine.memoryGiB} GiB, Linux ${machine.kernel}, ` +
      `${machine.disk}, 4 KiB append + fdatasync ${machine.syncMicroseconds} µs, load average before the run ${machine.loadAverage}. ` +
      `Medians of ${results.rounds} rounds of ${results.secondsPerRound} s each.`,
    '',
    ...(results.storage === undefined ? [] : [`- **Storage**: ${results.storage}`]),
    ...results.servers.map(
      (server) => `- **${server.name}** ${server.version}: ${server.durability} Peak memory: ${memory(server)}.`,
    ),
    ...results.skipped.map((line) => `- not measured: ${line}`),
  ];
  for (const protocol of protocols) {
    const rows = results.rows.filter((row) => row.protocol === protocol);
    if (rows.length > 0) parts.push('', `### ${protocolTitles[protocol]}`, '', ...loadTable(rows));
  }
  if (results.rows.some(countsWork)) parts.push('', '### Work of the cluster', '', ...workTable(results.rows));
  if (results.syncs.length > 0) parts.push('', '### Syncs', '', ...syncTable(results));
  return `${parts.join('\n')}\n`;
}

function memory({ peakMemory }: ServerFacts): string {
  const groups = Object.entries(peakMemory);
  return groups.map(([group, mib]) => (groups.length > 1 ? `${mib} MiB (${group})` : `${mib} MiB`)).join(', ');
}

function loadTable(rows: readonly Row[]): string[] {
  const first = rows[0];
  const names = first?.servers.map(({ name }) => name) ?? [];
  const columns = [
    'load',
    'in flight',
    ...names,
    ...names.map((name) => `${name} p50 / p99 ms`),
    ...names.map((name) => `${name} CPU`),
  ];
  if (names.length > 1) columns.push('speed, ours ÷ peer', 'CPU, ours ÷ peer');
  const lines = rows.map((row) => {
    const all = figuresOf(row);
    const [ours, peer] = all;
    return [
      row.load,
      `${row.depth}`,
      ...all.map((figures) => rate(row, figures) + (figures.generatorShare > 0.85 ? ' *' : '')),
      ...all.map(({ p50, p99 }) => `${significant(p50)} / ${significant(p99)}`),
      ...all.map(({ cpu }) => cpu.map(({ microseconds }) => cpuCost(row, microseconds)).join(' / ')),
      ...(ours !== undefined && peer !== undefined ? [speedRatio(ours, peer), cpuRatio(ours, peer)] : []),
    ];
  });
  return grid(columns, lines);
}

function syncTable({ syncs, servers }: BenchResults): string[] {
  const names = servers.map(({ name }) => name).filter((name) => syncs.some(({ server }) => server === name));
  const titleOf = ({ protocol, load }: SyncCount) => `${protocolTitles[protocol]} ${load}`;
  const lines = [...new Set(syncs.map(titleOf))].map((title) => [
    title,
    ...names.map((name) => {
      const found = syncs.find((count) => count.server === name && titleOf(count) === title);
      return found === undefined ? '' : significant(found.perStep);
    }),
  ]);
  return grid(['syncs for each step', ...names], lines);
}

function countsWork({ servers }: Row): boolean {
  return servers.some(({ rounds }) => rounds.some(({ clusterWork }) => clusterWork !== undefined));
}

/** What a step costs the MDS and the OSDs. */
function workTable(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.flatMap(({ servers }) => servers.map(({ name }) => name)))];
  const lines = rows.filter(countsWork).map((row) => {
    const perServer = new Map(workOf(row).map((work) => [work.server, work]));
    const cells = names.flatMap((name) => {
      const work = perServer.get(name);
      if (work === undefined) return ['', ''];
      const { metadataRequests, capMessages, storeOperations } = work;
      return [`${significant(metadataRequests)} + ${significant(capMessages)}`, significant(storeOperations)];
    });
    return [`${protocolTitles[row.protocol]} ${row.load}`, `${row.depth}`, ...cells];
  });
  return grid(['for each step', 'in flight', ...names.flatMap((name) => [`${name} MDS`, `${name} OSDs`])], lines);
}

function grid(columns: readonly string[], lines: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const alignment = columns.map((_, i) => (i === 0 ? '---' : '---:'));
  return [row(columns), row(alignment), ...lines.map(row)];
}

function speedRatio(ours: Figures, peer: Figures): string {
  return ratio(ours.stepsPerSecond, peer.stepsPerSecond);
}

/** For each group of the peer: ours of the same kind, or, where we are one process, that one. */
function cpuRatio(ours: Figures, peer: Figures): string {
  const cost = ({ cpu }: Figures) => cpu.map(({ microseconds }) => microseconds);
  const own = cost(ours);
  return cost(peer)
    .map((theirs, i) => ratio(own[i] ?? own[0] ?? 0, theirs))
    .join(' / ');
}
