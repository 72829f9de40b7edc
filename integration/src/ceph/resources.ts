import { readdirSync } from 'node:fs';
import type { Head } from '../head/head.ts';

/** What a head holds of this machine. */
export interface Resources {
  /** Open descriptors: proc(5), /proc/PID/fd. */
  readonly descriptors: number;
  readonly threads: number;
  /** Bytes of memory. */
  readonly memory: number;
  /** Opens, locks and leases that `polynas state` tells of. */
  readonly holders: number;
}

export async function resourcesOf(head: Head): Promise<Resources> {
  const { stdout } = await head.polynas(['state', '--json']);
  const { holders } = JSON.parse(stdout.toString()) as { holders: unknown[] };
  return {
    descriptors: readdirSync(`/proc/${head.pid}/fd`).length,
    threads: readdirSync(`/proc/${head.pid}/task`).length,
    memory: head.memory().now,
    holders: holders.length,
  };
}
