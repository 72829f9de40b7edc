import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /**
   * User and system time of all its threads, and of its children that have ended and were waited for, in clock ticks: proc(5) fields
   * 14 to 17.
   */
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
  return { pid, parent: Number(fields[1]), ticks: sum(fields.slice(11, 15)) };
}

function sum(fields: readonly string[]): number {
  return fields.reduce((total, field) => total + Number(field), 0);
}
