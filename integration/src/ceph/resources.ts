import { readdirSync } from 'node:fs';
import type { Head } from '../head/head.ts';
import { Inside, type Inner } from './load/inside.ts';

/** What a head holds of this machine. */
export interface Resources {
  /** Open descriptors: proc(5), /proc/PID/fd. */
  readonly descriptors: number;
  readonly threads: number;
  /** Bytes of memory, of which some are free within V8 and malloc. */
  readonly memory: number;
  readonly inUse: Inner;
  /** Opens, locks and leases that `polynas state` tells of. */
  readonly holders: number;
}

export async function resourcesOf(head: Head): Promise<Resources> {
  const { stdout } = await head.polynas(['state', '--json']);
  const { holders } = JSON.parse(stdout.toString()) as { holders: unknown[] };
  const inside = await Inside.open(head.pid);
  const inUse = await inside.inUse();
  inside.close();
  return {
    descriptors: readdirSync(`/proc/${head.pid}/fd`).length,
    threads: readdirSync(`/proc/${head.pid}/task`).length,
    memory: head.memory().now,
    inUse,
    holders: holders.length,
  };
}
