import { describe, expect, test } from 'vitest';
import type { StorageErrorCode, VolumeStatus } from '@polynas/core/spi';
import { FaultyHost } from './testing/faulty-host.ts';
import { call, contentOf, makeFile, name, newFile, pattern, Volumes } from './testing/volumes.ts';

const volumes = new Volumes();

async function codeOf(promise: Promise<unknown>): Promise<StorageErrorCode | 'done'> {
  return await promise.then(
    () => 'done' as const,
    (error: { code: StorageErrorCode }) => error.code,
  );
}

describe('a failed sync', () => {
  test('sync_eio_endsThisLifeAndTheNextHasWhatWasSynced', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const kept = await makeFile(volume, 'kept', pattern(100_000));
    const { id, handle } = await makeFile(volume, 'a');
    await handle.write(call, 0, [pattern(50_000)], 'unstable');
    const epoch = volume.epoch();
    const health: string[] = [];
    volume.status().subscribe((status: VolumeStatus) => health.push(status.health));
    faulty.failing.set('sync', 'EIO');
    expect(await codeOf(handle.sync(call))).toBe('unavailable');
    // The medium works again; what it lost in between nobody knows.
    faulty.failing.clear();
    expect(await codeOf(handle.sync(call))).toBe('unavailable');
    expect(await codeOf(volume.getattr(call, id))).toBe('unavailable');
    expect(await codeOf(volume.create(call, volume.root, name('b'), { kind: 'guarded' }, newFile))).toBe('unavailable');
    expect(() => handle.readNow(0, 1)).toThrow();
    expect(health).toEqual(['healthy', 'unavailable']);
    expect(volume.epoch()).not.toBe(epoch);
    const failedEpoch = volume.epoch();
    await volume.close();

    const next = await volumes.open({ directory: volume.directory });
    expect([epoch, failedEpoch]).not.toContain(next.epoch());
    expect(await contentOf(next, kept.id)).toEqual(pattern(100_000));
    expect((await next.check()).problems).toEqual([]);
  });

  test('sync_eioWhileOthersWait_rejectsAllOfThem', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { handle } = await makeFile(volume, 'a');
    await handle.write(call, 0, [pattern(50_000)], 'unstable');
    faulty.failing.set('sync', 'EIO');
    const results = await Promise.all([handle.sync(call), handle.sync(call), handle.sync(call)].map(codeOf));
    expect(results).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });

  test('stableWrite_eio_isRejectedAndFinal', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { handle } = await makeFile(volume, 'a');
    faulty.failing.set('sync', 'EIO');
    expect(await codeOf(handle.write(call, 0, [pattern(50_000)], 'data'))).toBe('unavailable');
    faulty.failing.clear();
    expect(await codeOf(handle.write(call, 0, [pattern(10)], 'file'))).toBe('unavailable');
  });

  test('syncOfDirectory_eio_isFinalToo', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { handle } = await makeFile(volume, 'a');
    faulty.failing.set('syncDirectory', 'EIO');
    expect(await codeOf(handle.write(call, 0, [pattern(50_000)], 'unstable'))).not.toBe('done');
    faulty.failing.clear();
    expect(await codeOf(volume.getattr(call, volume.root))).toBe('unavailable');
  });
});

describe('no space on the host', () => {
  test('write_enospcHalfWay_isRejectedAndLeavesNoTrace', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { id, handle } = await makeFile(volume, 'a', pattern(50_000));
    faulty.space = 30_000;
    faulty.atOnce = 10_000;
    expect(await codeOf(handle.write(call, 60_000, [pattern(100_000, 2)], 'unstable'))).toBe('noSpace');
    expect((await volume.getattr(call, id)).size).toBe(50_000);
    faulty.space = Infinity;
    // What the failed write left behind the end must not come to light.
    await handle.write(call, 199_999, [Uint8Array.of(1)], 'file');
    const expected = new Uint8Array(200_000);
    expected.set(pattern(50_000));
    expected[199_999] = 1;
    expect(await contentOf(volume, id)).toEqual(expected);
    expect((await volume.check()).problems).toEqual([]);
  });

  test('firstWrite_enospc_leavesAnEmptyFileAndNoBlob', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { id, handle } = await makeFile(volume, 'a');
    faulty.space = 10_000;
    faulty.atOnce = 4096;
    for (const stability of ['file', 'unstable'] as const) {
      expect(await codeOf(handle.write(call, 0, [pattern(100_000)], stability))).toBe('noSpace');
      faulty.space = 10_000;
    }
    expect((await volume.getattr(call, id)).size).toBe(0);
    faulty.space = Infinity;
    await handle.write(call, 0, [pattern(100_000)], 'file');
    expect(await contentOf(volume, id)).toEqual(pattern(100_000));
    expect((await volume.check()).problems).toEqual([]);
  });

  test('newBlobs_enospc_isNoSpaceUntilThereIsSome', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { handle } = await makeFile(volume, 'a');
    faulty.failing.set('open', 'ENOSPC');
    expect(await codeOf(handle.write(call, 0, [pattern(50_000)], 'unstable'))).toBe('noSpace');
    faulty.failing.clear();
    expect(await codeOf(handle.write(call, 0, [pattern(50_000)], 'unstable'))).toBe('done');
  });
});

describe('a host that does less than asked', () => {
  test('shortWritesAndReads_areGoneOnWith', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    faulty.atOnce = 777;
    const { id, handle } = await makeFile(volume, 'a');
    await handle.write(call, 5, [pattern(3000), pattern(1, 2), new Uint8Array(0), pattern(5000, 3)], 'unstable');
    const expected = new Uint8Array(8006);
    expected.set(pattern(3000), 5);
    expected.set(pattern(1, 2), 3005);
    expected.set(pattern(5000, 3), 3006);
    expect(await contentOf(volume, id)).toEqual(expected);
  });

  test('read_eio_isIoAndTheVolumeServesOn', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { id, handle } = await makeFile(volume, 'a', pattern(50_000));
    faulty.failing.set('read', 'EIO');
    expect(await codeOf(handle.read(call, 0, 100))).toBe('io');
    faulty.failing.clear();
    expect(await contentOf(volume, id)).toEqual(pattern(50_000));
  });

  test('unlink_eio_isToldByTheStatusUntilItGoesWellAgain', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    for (const each of ['a', 'b']) await (await makeFile(volume, each, pattern(50_000))).handle.close();
    const told: string[] = [];
    volume
      .status()
      .subscribe(({ health, reason }) => told.push(reason === undefined ? health : `${health}: ${reason}`));
    faulty.failing.set('unlink', 'EIO');
    await volume.unlink(call, volume.root, name('a'));
    await volume.settled();
    faulty.failing.clear();
    await volume.unlink(call, volume.root, name('b'));
    await volume.settled();
    expect(told).toEqual(['healthy', expect.stringMatching(/^degraded: .*EIO/), 'healthy']);
    expect((await volume.check()).problems).toEqual([]);
  });

  test('unlink_directorySyncEio_isFinal', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    await (await makeFile(volume, 'a', pattern(50_000))).handle.close();
    faulty.failing.set('syncDirectory', 'EIO');
    await volume.unlink(call, volume.root, name('a'));
    await volume.settled();
    faulty.failing.clear();
    // What the failed sync lost nobody knows: a later one would call it done.
    expect(await codeOf(volume.getattr(call, volume.root))).toBe('unavailable');
    await volume.close();
    const next = await volumes.open({ directory: volume.directory });
    await next.settled();
    expect(await next.check()).toMatchObject({ blobs: 0, problems: [] });
  });

  test('unlink_eio_leavesTheBlobToTheNextLife', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { handle } = await makeFile(volume, 'a', pattern(50_000));
    await handle.close();
    faulty.failing.set('unlink', 'EIO');
    await volume.unlink(call, volume.root, name('a'));
    await volume.settled();
    faulty.failing.clear();
    await volume.close();
    const next = await volumes.open({ directory: volume.directory });
    await next.settled();
    expect(await next.check()).toMatchObject({ blobs: 0, problems: [] });
  });
});
