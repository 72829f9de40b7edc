import { spawnSync } from 'node:child_process';
import { processTree } from './process-tree.ts';

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

/** CPU seconds, user and system, that the processes and all their descendants have used so far. Granularity: one clock tick (10 ms). */
export function cpuSeconds(pids: readonly number[]): number {
  return processTree(pids).reduce((ticks, process) => ticks + process.ticks, 0) / ticksPerSecond;
}
