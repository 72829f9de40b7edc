import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microseconds of CLOCK_MONOTONIC. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A function and the share of the busy time that was spent in it alone. */
export interface SelfTime {
  readonly name: string;
  /** File and line, or nothing for what is built in. */
  readonly place: string;
  readonly share: number;
}

/**
 * The functions with most self time, within `windows`, of the last process whose threads' profiles `node --cpu-prof` wrote into a folder. Time
 * asleep is left out.
 */
export function topFunctions(directory: string, windows: readonly TimeWindow[], count: number): SelfTime[] {
  const byPlace = new Map<string, Spent>();
  for (const name of profilesOfLast(directory)) {
    add(byPlace, JSON.parse(readFileSync(join(directory, name), 'utf8')) as CpuProfile, windows);
  }
  const all = [...byPlace.values()];
  const busy = all.reduce((sum, { time }) => sum + time, 0);
  return all
    .toSorted((one, other) => other.time - one.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ name, place, share: time / busy }));
}

/** Files `CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile`, one for each thread. */
function profilesOfLast(directory: string): string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  const processOf = (name: string): string | undefined => name.split('.')[3];
  const last = files.toSorted().at(-1);
  if (last === undefined) throw new Error(`no profile in ${directory}`);
  return files.filter((name) => processOf(name) === processOf(last));
}

interface Spent {
  readonly name: string;
  readonly place: string;
  /** Microseconds. */
  time: number;
}

function add(byPlace: Map<string, Spent>, profile: CpuProfile, windows: readonly TimeWindow[]): void {
  const times = timesOf(profile, windows);
  for (const { id, callFrame } of profile.nodes) {
    const time = times.get(id);
    if (time === undefined || callFrame.functionName === '(idle)') continue;
    const place = callFrame.url === '' ? '' : `${callFrame.url.replace(/^file:\/\//, '')}:${callFrame.lineNumber + 1}`;
    const name = callFrame.functionName || '(anonymous)';
    const spent = byPlace.get(`${name} ${place}`) ?? { name, place, time: 0 };
    spent.time += time;
    byPlace.set(`${name} ${place}`, spent);
  }
}

/** Microseconds by node, within the windows. */
function timesOf(profile: CpuProfile, windows: readonly TimeWindow[]): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  let now = profile.startTime;
  profile.samples.forEach((id, i) => {
    const delta = profile.timeDeltas[i] ?? 0;
    now += delta;
    if (windows.some(({ from, to }) => now >= from && now <= to)) times.set(id, (times.get(id) ?? 0) + delta);
  });
  return times;
}
