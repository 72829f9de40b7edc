import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

interface ProcessTimes {
  readonly parent: number;
  /** User and system time of all its threads, ended ones included, in clock ticks: proc(5) fields 14 and 15. */
  readonly ticks: number;
}

/** CPU seconds, user and system, that the processes and all their descendants have used so far. Granularity: one clock tick (10 ms). */
export function cpuSeconds(pids: readonly number[]): number {
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = timesOf(name);
    if (times !== undefined) all.set(Number(name), times);
  }
  const wanted = new Set(pids);
  const belongs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = all.get(at)?.parent) if (wanted.has(at)) return true;
    return false;
  };
  let ticks = 0;
  for (const [pid, times] of all) if (belongs(pid)) ticks += times.ticks;
  return ticks / ticksPerSecond;
}

function timesOf(pid: string): ProcessTimes | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // ended meanwhile
  }
  // Behind the program's name in brackets, which may hold spaces and brackets itself: field 3 is the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}
