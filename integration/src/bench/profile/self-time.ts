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
 * The functions with most self time, within `windows`, of the last profile in a folder that `node --cpu-prof` wrote. Time
 * asleep is left out.
 */
export function topFunctions(directory: string, windows: readonly TimeWindow[], count: number): SelfTime[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  const last = files.toSorted().at(-1);
  if (last === undefined) throw new Error(`no profile in ${directory}`);
  const profile = JSON.parse(readFileSync(join(directory, last), 'utf8')) as CpuProfile;
  const times = new Map<number, number>();
  let now = profile.startTime;
  profile.samples.forEach((id, i) => {
    const delta = profile.timeDeltas[i] ?? 0;
    now += delta;
    if (windows.some(({ from, to }) => now >= from && now <= to)) times.set(id, (times.get(id) ?? 0) + delta);
  });
  const byPlace = new Map<string, { name: string; place: string; time: number }>();
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    const time = times.get(id) ?? 0;
    if (callFrame.functionName === '(idle)') continue;
    busy += time;
    const place = callFrame.url === '' ? '' : `${callFrame.url.replace(/^file:\/\//, '')}:${callFrame.lineNumber + 1}`;
    const name = callFrame.functionName || '(anonymous)';
    const entry = byPlace.get(`${name} ${place}`) ?? { name, place, time: 0 };
    entry.time += time;
    byPlace.set(`${name} ${place}`, entry);
  }
  return [...byPlace.values()]
    .toSorted((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ name, place, share: time / busy }));
}
