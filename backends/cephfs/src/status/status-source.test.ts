import type { VolumeStatus } from '@polynas/core/spi';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CephError } from '../native/ceph-error.ts';
import { StatusSource } from './status-source.ts';

const status = (degraded: number) =>
  JSON.stringify({
    health: { checks: {} },
    fsmap: { by_rank: [{ filesystem_id: 1, status: 'up:active' }] },
    osdmap: { num_osds: 3, num_up_osds: 3, num_in_osds: 3 },
    pgmap: {
      pgs_by_state: [{ state_name: degraded > 0 ? 'active+recovering+degraded' : 'active+clean', count: 8 }],
      num_pgs: 8,
      num_objects: 10,
      data_bytes: 1000,
      degraded_objects: degraded,
      degraded_total: 30,
    },
  });
const seldom = [
  JSON.stringify({
    default_fscid: 1,
    filesystems: [{ id: 1, mdsmap: { fs_name: 'nas', data_pools: [3], max_file_size: 7 } }],
  }),
  JSON.stringify([{ pool_id: 3, size: 3, min_size: 2 }]),
  JSON.stringify({ pools: [{ id: 3, stats: { stored: 1, max_avail: 9, objects: 2 } }] }),
];

function source(answer: () => string | CephError) {
  const asked: number[] = [];
  let ended = 0;
  let filled = 0;
  const made = new StatusSource({
    cluster: {
      ask: (commands) => {
        asked.push(commands.length);
        const first = answer();
        if (typeof first !== 'string') return Promise.reject(first);
        return Promise.resolve([first, ...(commands.length > 1 ? seldom : [])]);
      },
      end: () => {
        ended += 1;
      },
    },
    fileSystem: 'nas',
    epoch: () => 1n,
    now: () => performance.now(),
    later: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    filled: () => (filled += 1),
  });
  return { made, asked, ended: () => ended, filled: () => filled };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the source of a status', () => {
  it('asks every two seconds while somebody looks, seldom for what changes seldom', async () => {
    const { made, asked } = source(() => status(0));
    expect((await made.fileSystem())?.maxFileSize).toBe(7);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([4]);
    const subscription = made.status().subscribe();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(asked).toEqual([4, 1, 1, 1, 1, 4, 1]);
    subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(7);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('replays what is known, then tells of changes only, with the progress since the worst', async () => {
    let degraded = 0;
    const { made } = source(() => status(degraded));
    const seen: VolumeStatus[] = [];
    const subscription = made.status().subscribe((one) => seen.push(one));
    await vi.advanceTimersByTimeAsync(6000);
    for (degraded of [20, 10, 5, 0]) await vi.advanceTimersByTimeAsync(2000);
    expect(seen.map(({ health, healing }) => [health, healing?.progress])).toEqual([
      ['healthy', undefined],
      ['healthy', undefined],
      ['recovering', 0],
      ['recovering', 0.5],
      ['recovering', 0.75],
      ['healthy', undefined],
    ]);
    subscription.unsubscribe();
  });

  it('tells when pools get full, more of them do, or there is room again', async () => {
    let message: string | undefined;
    const checks = (): object => (message === undefined ? {} : { POOL_FULL: { summary: { message } } });
    const { made, filled } = source(() => JSON.stringify({ ...JSON.parse(status(0)), health: { checks: checks() } }));
    const subscription = made.status().subscribe();
    const told: number[] = [];
    for (message of [undefined, '1 pool(s) full', '1 pool(s) full', '2 pool(s) full', undefined, undefined]) {
      await vi.advanceTimersByTimeAsync(2000);
      told.push(filled());
    }
    expect(told).toEqual([0, 1, 1, 2, 3, 3]);
    subscription.unsubscribe();
  });

  it('calls the cluster lost when the monitors are silent for ten seconds, asks more seldom, and notices their return', async () => {
    let answer: string | CephError = status(0);
    const { made, asked } = source(() => answer);
    const seen: VolumeStatus[] = [];
    const subscription = made.status().subscribe((one) => seen.push(one));
    await vi.advanceTimersByTimeAsync(1);
    answer = new CephError(110, 'rados_mon_command');
    await vi.advanceTimersByTimeAsync(9000);
    expect(seen.at(-1)).toMatchObject({ health: 'healthy', reason: expect.stringMatching(/not answered/) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.at(-1)).toMatchObject({ health: 'unavailable', reason: expect.stringMatching(/not answered/) });
    expect(asked.length).toBeLessThan(12);
    answer = status(0);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(seen.at(-1)).toMatchObject({ health: 'healthy' });
    expect(seen.at(-1)).not.toHaveProperty('reason');
    subscription.unsubscribe();
  });

  it('tells when it may not ask, without calling that an outage', async () => {
    const { made } = source(() => new CephError(13, 'rados_mon_command'));
    const seen: VolumeStatus[] = [];
    const subscription = made.status().subscribe((one) => seen.push(one));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.at(-1)).toMatchObject({ health: 'healthy', reason: expect.stringMatching(/may not ask/) });
    subscription.unsubscribe();
  });

  it('knows at once whether the mounts serve, and completes at the end', async () => {
    const { made, ended } = source(() => status(0));
    const seen: VolumeStatus[] = [];
    let complete = false;
    made.status().subscribe({ next: (one) => seen.push(one), complete: () => (complete = true) });
    made.serving('evicted');
    expect(seen.at(-1)).toMatchObject({ health: 'unavailable', reason: 'evicted' });
    made.serving(undefined);
    expect(seen.at(-1)?.health).toBe('healthy');
    made.close();
    made.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([complete, ended(), vi.getTimerCount()]).toEqual([true, 1, 0]);
  });
});
