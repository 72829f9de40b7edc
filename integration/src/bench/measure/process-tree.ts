import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of all its threads, ended ones included, in clock ticks: proc(5) fields 14 and 15. */
  readonly ticks: number;
}

/** The processes that are there, with all their descendants. */
export function processTree(pids: readonly number[]): ProcessStat[] {
  const all = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat !== undefined) all.set(stat.pid, stat);
  }
  const wanted = new Set(pids);
  const belongs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = all.get(at)?.parent) if (wanted.has(at)) return true;
    return false;
  };
  return [...all.values()].filter(({ pid }) => belongs(pid));
}

function statOf(pid: number): ProcessStat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // ended meanwhile
  }
  // Behind the program's name in brackets, which may hold spaces and brackets itself: field 3 is the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}
