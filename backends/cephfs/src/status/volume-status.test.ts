import { describe, expect, it } from 'vitest';
import type { ClusterReport, FileSystemReport } from './cluster-report.ts';
import { volumeStatus } from './volume-status.ts';
import type { Known } from './volume-status.ts';

const cluster: ClusterReport = {
  osds: { all: 3, up: 3, in: 3 },
  groups: { all: 32, inactive: 0, wounded: 0, healing: 0 },
  objects: { all: 100, bytes: 400_000_000, degraded: 0, copies: 0 },
  serving: [1],
  healingRate: 0,
  troubles: [],
  full: '',
};
const fileSystem: FileSystemReport = {
  id: 1,
  maxFileSize: 2 ** 40,
  pools: [2, 3],
  copies: { wanted: 3, least: 2 },
  room: { usedBytes: 100, freeBytes: 900, objects: 7 },
};
const known: Known = {
  epoch: 5n,
  notServing: undefined,
  notTold: undefined,
  cluster,
  fileSystem,
  inactivePools: undefined,
  inactiveRounds: 0,
  worst: 0,
};
const of = (changes: Partial<ClusterReport>, more: Partial<Known> = {}) =>
  volumeStatus({ ...known, cluster: { ...cluster, ...changes }, ...more });

describe('the status of a volume', () => {
  it('is healthy with all copies', () => {
    const status = volumeStatus(known);
    expect(status).toMatchObject({ health: 'healthy', copies: { present: 3, wanted: 3 }, bytesToHeal: 0, epoch: 5n });
    expect(status).not.toHaveProperty('reason');
    expect(status).not.toHaveProperty('healing');
    expect(status.capacity).toMatchObject({ totalBytes: 1000, freeBytes: 900, availableBytes: 900 });
  });

  it('is degraded when an OSD is down, before its objects are counted', () => {
    expect(of({ osds: { all: 3, up: 2, in: 3 } })).toMatchObject({
      health: 'degraded',
      reason: '1 of 3 OSDs down',
      copies: { present: 2, wanted: 3 },
    });
  });

  it('is recovering while copies are made, and says how far it is', () => {
    const status = of(
      {
        osds: { all: 3, up: 2, in: 3 },
        groups: { all: 32, inactive: 0, wounded: 8, healing: 8 },
        objects: { all: 100, bytes: 400_000_000, degraded: 36, copies: 300 },
        healingRate: 3_100_000,
      },
      { worst: 48 },
    );
    expect(status).toMatchObject({
      health: 'recovering',
      reason: '1 of 3 OSDs down; 12% of object copies missing; recovering 3.1 MB/s',
      copies: { present: 2, wanted: 3 },
      bytesToHeal: 144_000_000,
      healing: { objects: 36, bytesPerSecond: 3_100_000, progress: 0.25 },
    });
  });

  it('is unavailable when part of its data cannot be reached, and stays so', () => {
    const groups = { all: 32, inactive: 4, wounded: 0, healing: 0 };
    expect(of({ groups }, { inactiveRounds: 1 })).toMatchObject({ health: 'degraded', copies: { present: 3 } });
    expect(of({ groups }, { inactiveRounds: 2 })).toMatchObject({
      health: 'unavailable',
      reason: expect.stringMatching(/4 of 32 placement groups inactive: their data/) as string,
      copies: { present: 1, wanted: 3 },
    });
    expect(of({ groups }, { inactiveRounds: 2, inactivePools: [3, 3, 9, 9] }).health).toBe('unavailable');
    expect(of({ groups }, { inactiveRounds: 2, inactivePools: [9, 9, 9, 9] })).toMatchObject({
      health: 'degraded',
      reason: '4 placement groups inactive',
    });
  });

  it('is unavailable with fewer OSDs than the copies that are needed', () => {
    expect(of({ osds: { all: 3, up: 1, in: 3 } })).toMatchObject({
      health: 'unavailable',
      reason: 'fewer OSDs up (1) than the 2 copies that data needs: all of it waits; 2 of 3 OSDs down',
      copies: { present: 1, wanted: 3 },
    });
  });

  it('is unavailable without a metadata server, without a mount, and when the monitors are silent', () => {
    const dead = of({ serving: [7] });
    expect(dead).toMatchObject({ health: 'unavailable', reason: expect.stringMatching(/metadata server/) });
    expect(of({}, { notServing: 'evicted' })).toMatchObject({ health: 'unavailable', reason: 'evicted' });
    const silent = { reason: 'no answer for 12 s', silent: true };
    expect(of({}, { notTold: silent })).toMatchObject({ health: 'unavailable', reason: 'no answer for 12 s' });
  });

  it('does not call unknown what it may not ask', () => {
    const notTold = { reason: 'may not ask', silent: false };
    const status = volumeStatus({ ...known, cluster: undefined, fileSystem: undefined, notTold });
    expect(status).toMatchObject({ health: 'healthy', reason: 'may not ask', copies: { present: 1, wanted: 1 } });
  });

  it('tells of a rate only while there is something to heal', () => {
    expect(of({ healingRate: 5_000_000 })).toMatchObject({ health: 'healthy' });
    expect(of({ troubles: ['1 pool(s) full'] })).toMatchObject({ health: 'degraded', reason: '1 pool(s) full' });
  });
});
