import { describe, expect, it } from 'vitest';
import { readFileSystem, readInactivePools, readStatus } from './cluster-report.ts';

/** As Ceph 16.2 prints them, cut down to what is read. */
const healthy = {
  health: { status: 'HEALTH_OK', checks: {} },
  fsmap: {
    by_rank: [
      { filesystem_id: 1, rank: 0, name: 'a', status: 'up:active' },
      { filesystem_id: 2, rank: 0, name: 'b', status: 'up:replay' },
    ],
  },
  osdmap: { epoch: 23, num_osds: 3, num_up_osds: 3, num_in_osds: 3 },
  pgmap: {
    pgs_by_state: [{ state_name: 'active+clean', count: 33 }],
    num_pgs: 33,
    num_objects: 2168,
    data_bytes: 214502945,
  },
};

const wounded = {
  health: {
    status: 'HEALTH_WARN',
    checks: {
      OSD_DOWN: { severity: 'HEALTH_WARN', summary: { message: '1 osds down', count: 1 } },
      SLOW_OPS: { severity: 'HEALTH_WARN', summary: { message: '3 slow ops', count: 3 } },
      MON_CLOCK_SKEW: { severity: 'HEALTH_WARN', summary: { message: 'clock skew' } },
    },
  },
  osdmap: { osdmap: { num_osds: 3, num_up_osds: 2, num_in_osds: 3 } },
  pgmap: {
    pgs_by_state: [
      { state_name: 'active+undersized+degraded', count: 20 },
      { state_name: 'active+recovery_wait+degraded', count: 4 },
      { state_name: 'active+undersized+degraded+remapped+backfilling', count: 2 },
      { state_name: 'active+remapped+backfill_toofull', count: 1 },
      { state_name: 'undersized+peered', count: 5 },
      { state_name: 'stale+active+clean', count: 1 },
    ],
    num_pgs: 33,
    num_objects: 60,
    data_bytes: 180_000_000,
    degraded_objects: 60,
    degraded_total: 180,
    degraded_ratio: 0.33,
    recovering_bytes_per_sec: 3_100_000,
  },
};

describe('what the monitors say', () => {
  it('is read of a cluster that is well', () => {
    expect(readStatus(JSON.stringify(healthy))).toEqual({
      osds: { all: 3, up: 3, in: 3 },
      groups: { all: 33, inactive: 0, wounded: 0, healing: 0 },
      objects: { all: 2168, bytes: 214502945, degraded: 0, copies: 0 },
      serving: [1],
      healingRate: 0,
      troubles: [],
      full: '',
    });
  });

  it('is read of one that is not, in either place of the OSD map; only what harms data counts as trouble', () => {
    expect(readStatus(JSON.stringify(wounded))).toEqual({
      osds: { all: 3, up: 2, in: 3 },
      groups: { all: 33, inactive: 6, wounded: 31, healing: 6 },
      objects: { all: 60, bytes: 180_000_000, degraded: 60, copies: 180 },
      serving: [],
      healingRate: 3_100_000,
      troubles: ['3 slow ops'],
      full: '',
    });
  });

  it.each(['', '{', '{}', '[]', 'null'])('is refused when it is %j', (text) => {
    expect(() => readStatus(text)).toThrow();
  });
});

describe('the file system', () => {
  const mdsmap = (name: string, pool: number) => ({
    fs_name: name,
    metadata_pool: pool - 1,
    data_pools: [pool, 9],
    max_file_size: 2 ** 41,
  });
  const texts = {
    fsDump: JSON.stringify({
      default_fscid: 2,
      filesystems: [
        { id: 1, mdsmap: mdsmap('other', 5) },
        { id: 2, mdsmap: mdsmap('nas', 3) },
      ],
    }),
    pools: JSON.stringify([
      { pool_id: 3, size: 3, min_size: 2 },
      { pool_id: 5, size: 2, min_size: 1 },
    ]),
    df: JSON.stringify({ pools: [{ id: 3, stats: { stored: 10, max_avail: 90, objects: 4 } }] }),
  };

  it('is found by its name, or as the default one', () => {
    const nas = {
      id: 2,
      maxFileSize: 2 ** 41,
      pools: [2, 3, 9],
      copies: { wanted: 3, least: 2 },
      room: { usedBytes: 10, freeBytes: 90, objects: 4 },
    };
    expect(readFileSystem(texts, 'nas')).toEqual(nas);
    expect(readFileSystem(texts, undefined)).toEqual(nas);
    expect(readFileSystem(texts, 'other')).toMatchObject({ id: 1, copies: { wanted: 2, least: 1 } });
    expect(readFileSystem(texts, 'none')).toBeUndefined();
  });
});

describe('the pools of inactive placement groups', () => {
  const health = (...messages: string[]) =>
    JSON.stringify({ checks: { PG_AVAILABILITY: { detail: messages.map((message) => ({ message })) } } });

  it('are named when the cluster names all of its groups', () => {
    const text = health('pg 2.1f is stuck inactive for 61s', 'pg 12.0 is down');
    expect(readInactivePools(text, 2)).toEqual([2, 12]);
    expect(readInactivePools(text, 3)).toBeUndefined();
    expect(readInactivePools('{"checks":{}}', 1)).toBeUndefined();
  });
});
