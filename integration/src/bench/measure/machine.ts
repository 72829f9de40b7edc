import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './summary.ts';

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** File system and device under the data of all servers. */
  readonly disk: string;
  /** Median of a 4 KiB append followed by fdatasync there, in microseconds: what durability costs. */
  readonly syncMicroseconds: number;
  /** Share of the CPUs that was busy before the run. */
  readonly loadAverage: number;
}

export function describeMachine(directory: string): Machine {
  const found = spawnSync('findmnt', ['--noheadings', '--output', 'FSTYPE,SOURCE', '--target', directory], {
    encoding: 'utf8',
  });
  const [loadAverage = '0'] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    disk: found.status === 0 ? found.stdout.trim().replaceAll(/\s+/g, ' on ') : 'unknown',
    syncMicroseconds: syncCost(directory),
    loadAverage: Number(loadAverage),
  };
}

function syncCost(directory: string): number {
  const path = join(directory, 'sync-cost');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096, 1);
  const costs: number[] = [];
  try {
    for (let i = 0; i < 200; i++) {
      const from = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      costs.push((performance.now() - from) * 1000);
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return Math.round(median(costs));
}

/** The commit that is measured; `+` when the working tree differs from it. Undefined outside a repository. */
export function revision(directory: string): string | undefined {
  const git = (...args: string[]) => spawnSync('git', ['-C', directory, ...args], { encoding: 'utf8' });
  const head = git('rev-parse', '--short', 'HEAD');
  if (head.status !== 0) return undefined;
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '';
  return head.stdout.trim() + (changed ? '+' : '');
}
