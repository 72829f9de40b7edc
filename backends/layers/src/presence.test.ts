import { openMemoryVolume } from '@polynas/backend-memory';
import type { Volume } from '@polynas/core/spi';
import { describe, expect, test } from 'vitest';
import { faults, Histograms, metrics, readOnly } from './index.ts';

describe('presence of what is optional', () => {
  const optional = [
    'lookupNow',
    'getattrNow',
    'listByName',
    'publish',
    'clone',
    'records',
    'snapshots',
    'quota',
    'leases',
    'locks',
    'watch',
  ] as const;
  const layers: [string, (volume: Volume) => Volume][] = [
    ['faults', (volume) => faults(volume).volume],
    ['readOnly', readOnly],
    ['metrics', (volume) => metrics(volume, new Histograms())],
  ];

  function present(volume: Volume): string[] {
    return optional.filter((name) => name in volume && volume[name] !== undefined);
  }

  test.each(layers)('%s_ofAnyVolume_hasWhatThatHas', (_, layer) => {
    const full = openMemoryVolume();
    const bare = openMemoryVolume({
      traits: { orderedListing: false, maxPublishBytes: 0 },
      groups: { clone: false, records: false },
      now: false,
    });
    expect(present(full)).toHaveLength(6);
    expect(present(layer(full))).toEqual(present(full));
    expect(present(layer(bare))).toEqual([]);
    expect([layer(full).traits, layer(full).root, layer(full).epoch()]).toEqual([full.traits, full.root, full.epoch()]);
  });

  test.each(layers)('%s_ofVolumeWithEveryGroup_passesThemOn', async (_, layer) => {
    const calls: string[] = [];
    const group = (name: string, methods: string[]) =>
      Object.fromEntries(methods.map((method) => [method, async () => void calls.push(`${name}.${method}`)]));
    const watch = { changes: () => ({}) };
    const volume = Object.assign(openMemoryVolume(), {
      snapshots: group('snapshots', ['create', 'list', 'remove']),
      quota: group('quota', ['get', 'set']),
      leases: group('leases', ['acquire']),
      locks: group('locks', ['lock']),
      watch,
    }) as unknown as Volume;
    const layered = layer(volume);
    expect(present(layered)).toEqual([...optional]);
    expect(layered.watch).toBe(watch);
    await layered.snapshots?.list({}, 1n);
    await layered.quota?.get({}, 1n);
    await layered.leases?.acquire({}, 1n, 'read', () => undefined);
    await layered.locks?.lock({}, 1n, 1n, { start: 0n, end: 1n }, 'shared');
    expect(calls).toEqual(['snapshots.list', 'quota.get', 'leases.acquire', 'locks.lock']);
  });
});
