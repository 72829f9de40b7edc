import { openMemoryVolume } from '@polynas/backend-memory';
import { describe, expect, test } from 'vitest';
import { bucketBounds, Histograms, metrics } from './index.ts';

describe('metrics', () => {
  const call = {};
  const name = (value: string) => new TextEncoder().encode(value);

  test('calls_each_areCountedWithTheirCodes', async () => {
    const histograms = new Histograms();
    const volume = metrics(openMemoryVolume(), histograms);
    const file = { uid: 0, gid: 0, mode: 0o644 };
    const { attributes } = await volume.create(call, volume.root, name('a'), { kind: 'guarded' }, file);
    await volume.create(call, volume.root, name('a'), { kind: 'guarded' }, file).catch(() => undefined);
    volume.getattrNow?.(attributes.id);
    expect(() => volume.getattrNow?.(999n)).toThrow();
    await volume.records?.set(call, []);
    const handle = await volume.open(call, attributes.id, 'write');
    await handle.write(call, 0, [name('content')], 'file');
    handle.readNow(0, 5);
    const counted = histograms.methods;
    expect(counted.get('create')).toMatchObject({ calls: 2, rejected: new Map([['exists', 1]]) });
    expect(counted.get('getattrNow')).toMatchObject({ calls: 2, rejected: new Map([['stale', 1]]) });
    for (const method of ['records.set', 'open', 'handle.write', 'readNow'] as const) {
      expect(counted.get(method)).toMatchObject({ calls: 1, rejected: new Map() });
    }
    expect(counted.get('mkdir')).toBeUndefined();
  });

  test('durations_byTheGivenClock_fallIntoTheirBuckets', async () => {
    let now = 0;
    const histograms = new Histograms();
    const steps = [0, 0.002, 5, 60_000];
    const volume = metrics(openMemoryVolume(), histograms, () => (now += steps[0] ?? 0));
    for (const milliseconds of [0.002, 5, 60_000]) {
      steps[0] = milliseconds;
      await volume.statfs(call);
    }
    const counted = histograms.methods.get('statfs');
    expect(counted?.totalSeconds).toBeCloseTo(60.005002, 6);
    const filled = counted?.buckets.flatMap((calls, bucket) => (calls > 0 ? [[bucketBounds[bucket], calls]] : []));
    expect(filled).toEqual([
      [3e-6, 1],
      [1e-2, 1],
      [undefined, 1],
    ]);
  });

  test('unknownErrors_areCountedAndPassedOn', async () => {
    const histograms = new Histograms();
    const broken = Object.assign(openMemoryVolume(), { statfs: () => Promise.reject(new TypeError('a bug')) });
    await expect(metrics(broken, histograms).statfs(call)).rejects.toThrow('a bug');
    expect(histograms.methods.get('statfs')?.rejected).toEqual(new Map([['unknown', 1]]));
  });
});
