import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { CephPlace } from '../head/ceph-place.ts';
import { Head } from '../head/head.ts';
import { Inside, type Inner } from './load/inside.ts';
import { LoadRun } from './load/load-run.ts';
import { SteadyLoad } from './load/steady-load.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

/** Too long for any CI: POLYNAS_SOAK_MINUTES=25, with or without other work on the machine. */
const minutes = Number(process.env['POLYNAS_SOAK_MINUTES'] ?? 0);
const MIB = 2 ** 20;
const large = Buffer.alloc(8 * MIB, 'large ');
/** More than libcephfs caches of contents (200 MB). */
const larges = 30;
const everySeconds = 60;
/** What may come and go between two looks: messages and buffers of what is under way. */
const swing = 24 * MIB;

const why = whyNoCeph() ?? (minutes > 0 ? undefined : 'POLYNAS_SOAK_MINUTES says how long');

test.skipIf(why !== undefined)(
  `a head under a steady load uses as much memory at the end as after the first third${why === undefined ? '' : ` (${why})`}`,
  { timeout: (minutes + 5) * 60_000 },
  async () => {
    const head = await Head.start({ ceph: new CephPlace(await TestCluster.shared()) });
    onTestFinished(() => head[Symbol.asyncDispose]());
    const s3 = await LoadRun.objects(head);
    for (let number = 0; number < larges; number += 1) await s3.put(`large/${number}`, large);
    s3.close();
    const inside = await Inside.open(head.pid);
    const load = await SteadyLoad.start(head, 1.2);
    const seen: Inner[] = [];
    const end = performance.now() + minutes * 60_000;
    while (performance.now() < end) {
      await sleep(everySeconds * 1000);
      const now = await inside.inUse();
      seen.push(now);
      process.stderr.write(
        `    ${load.steps} steps: resident ${inMib(head.memory().now)}, heap ${inMib(now.heap)}, external ${inMib(now.external)}, malloc ${inMib(now.allocated)} and ${inMib(now.free)} free\n`,
      );
    }
    await load.stop();
    inside.close();
    const settled = seen.slice(Math.floor(seen.length / 3));
    const half = Math.ceil(settled.length / 2);
    for (const what of ['heap', 'external', 'allocated'] as const) {
      const grown = mean(settled.slice(half), what) - mean(settled.slice(0, half), what);
      expect(grown, what).toBeLessThan(swing);
    }
    expect(head.faults()).toEqual([]);
  },
);

function mean(seen: readonly Inner[], what: keyof Inner): number {
  return seen.reduce((sum, each) => sum + each[what], 0) / seen.length;
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
