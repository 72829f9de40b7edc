import { median } from '../measure/summary.ts';
import type { Round, Row } from './results.ts';

/** Medians over the rounds of one server. */
export interface Figures {
  readonly server: string;
  readonly stepsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of server CPU for each step, by group; the first group is the one that ratios are made of. */
  readonly cpu: readonly { readonly group: string; readonly microseconds: number }[];
  /** Share of one core that the load generator used; near 1 it set the pace. */
  readonly generatorShare: number;
}

export function figuresOf(row: Row): Figures[] {
  return row.servers.map(({ name, rounds }) => {
    const over = (value: (round: Round) => number) => median(rounds.map(value));
    const groups = Object.keys(rounds[0]?.serverCpu ?? {});
    return {
      server: name,
      stepsPerSecond: over((round) => round.steps / round.seconds),
      p50: over((round) => round.p50),
      p99: over((round) => round.p99),
      cpu: groups.map((group) => ({
        group,
        microseconds: over((round) => ((round.serverCpu[group] ?? 0) / Math.max(1, round.steps)) * 1e6),
      })),
      generatorShare: over((round) => round.generatorCpu / round.seconds),
    };
  });
}

/** Work of the cluster for each step, over all rounds of one server. */
export interface WorkPerStep {
  readonly server: string;
  readonly metadataRequests: number;
  /** In words: `create 1.00, setxattr 1.00`. */
  readonly metadataKinds: string;
  readonly capMessages: number;
  readonly storeOperations: number;
}

/** None for a server whose storage counts nothing. */
export function workOf(row: Row): WorkPerStep[] {
  return row.servers.flatMap(({ name, rounds }) => {
    const works = rounds.flatMap(({ clusterWork }) => (clusterWork === undefined ? [] : [clusterWork]));
    if (works.length === 0) return [];
    const steps = Math.max(1, total(rounds.map((round) => round.steps)));
    const kinds = [...new Set(works.flatMap(({ metadataKinds }) => Object.keys(metadataKinds)))];
    const perKind = kinds.map(
      (kind) => [kind, total(works.map((work) => work.metadataKinds[kind] ?? 0)) / steps] as const,
    );
    return {
      server: name,
      metadataRequests: total(works.map((work) => work.metadataRequests)) / steps,
      metadataKinds: perKind.map(([kind, each]) => `${kind} ${significant(each)}`).join(', '),
      capMessages: total(works.map((work) => work.capMessages)) / steps,
      storeOperations: total(works.map((work) => work.storeOperations)) / steps,
    };
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Speed, or throughput where the row has bytes, with its unit. */
export function rate(row: Row, figures: Figures): string {
  if (row.bytes === undefined) return `${significant(figures.stepsPerSecond)}/s`;
  return `${significant((figures.stepsPerSecond * row.bytes) / 1024 ** 2)} MiB/s`;
}

/** Server CPU of one step, or of a MiB where the row has bytes, in microseconds. */
export function cpuCost(row: Row, microseconds: number): string {
  if (row.bytes === undefined) return `${significant(microseconds)} µs`;
  return `${significant((microseconds * 1024 ** 2) / row.bytes)} µs/MiB`;
}

/** Three significant digits, thousands apart. */
export function significant(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function ratio(ours: number, theirs: number): string {
  return theirs === 0 ? '–' : `${significant(ours / theirs)}×`;
}
