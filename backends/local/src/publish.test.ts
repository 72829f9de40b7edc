import { describe, expect, test } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import type { Replaced } from '@polynas/core/spi';
import { nodeHostFiles } from './host/node-host-files.ts';
import { FaultyHost } from './testing/faulty-host.ts';
import { call, contentOf, makeFile, name, newFile, pattern, Volumes } from './testing/volumes.ts';
import type { LocalVolume } from './volume.ts';

const volumes = new Volumes();

function publish(volume: LocalVolume, text: string, bytes: Uint8Array): Promise<Replaced> {
  const aside = { directory: volume.root, name: name('aside') };
  return volume.publish(call, volume.root, name(text), newFile, [bytes], { aside });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'done',
    (error: unknown) => (isStorageError(error) ? error.code : String(error)),
  );
}

describe('publish', () => {
  async function counted() {
    const counts = { syncs: 0, commits: 0 };
    const real = nodeHostFiles();
    const volume = await volumes.open({
      host: {
        ...real,
        sync: async (fd) => {
          counts.syncs += 1;
          await real.sync(fd);
        },
      },
      observer: {
        committed: () => {
          counts.commits += 1;
        },
      },
    });
    // Those of the opening do not count.
    Object.assign(counts, { syncs: 0, commits: 0 });
    return { volume, counts };
  }

  test('publish_smallContent_isOneCommit', async () => {
    const { volume, counts } = await counted();
    const { attributes } = await publish(volume, 'a', pattern(4096));
    expect(counts).toMatchObject({ syncs: 0, commits: 1 });
    await publish(volume, 'a', pattern(4096, 2));
    expect(counts).toMatchObject({ syncs: 0, commits: 2 });
    expect(await contentOf(volume, attributes.id)).toEqual(pattern(4096, 2));
  });

  test('publish_largerContent_isOneSyncAndOneCommit', async () => {
    const { volume, counts } = await counted();
    await publish(volume, 'a', pattern(100_000));
    const { syncs, commits } = counts;
    // The first ones made blobs in store as well.
    for (const each of ['b', 'c', 'b']) await publish(volume, each, pattern(100_000));
    await volume.settled();
    expect(counts.syncs - syncs).toBe(3);
    // The blob that `b` lost is freed with the commit, and its row goes with another.
    expect(counts.commits - commits).toBe(4);
    expect((await volume.check()).problems).toEqual([]);
  });

  test('publish_overDirtyFile_leavesNothingToFlush', async () => {
    const volume = await volumes.open();
    const { id, handle } = await makeFile(volume, 'a', pattern(50_000));
    await handle.write(call, 10, [pattern(20_000, 5)], 'unstable');
    await publish(volume, 'a', pattern(100));
    await handle.sync(call);
    expect(await contentOf(volume, id)).toEqual(pattern(100));
    const next = await volumes.open({ directory: volumes.crashed(volume) });
    await next.settled();
    expect(await contentOf(next, id)).toEqual(pattern(100));
    expect(await next.check()).toMatchObject({ blobs: 0, problems: [] });
  });

  test('publish_enospc_leavesTheOldContentAndNoBlob', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { attributes } = await publish(volume, 'a', pattern(50_000));
    faulty.space = 10_000;
    faulty.atOnce = 4096;
    expect(await codeOf(publish(volume, 'a', pattern(60_000, 2)))).toBe('noSpace');
    expect(await codeOf(publish(volume, 'b', pattern(60_000, 2)))).toBe('noSpace');
    expect(await volume.lookup(call, volume.root, name('a'))).toEqual(attributes);
    expect(await volume.lookup(call, volume.root, name('b'))).toBeUndefined();
    faulty.space = Infinity;
    await publish(volume, 'b', pattern(60_000, 2));
    await volume.settled();
    expect(await volume.check()).toMatchObject({ blobs: 2, problems: [] });
  });

  test('publish_refused_leavesNoBlob', async () => {
    const volume = await volumes.open();
    const { attributes } = await publish(volume, 'a', pattern(50_000));
    const aside = { directory: volume.root, name: name('aside') };
    for (const options of [
      { aside, ifTarget: 'absent' as const },
      { aside, ifTarget: { id: attributes.id, stamp: 999n } },
      { aside, records: [{ key: new Uint8Array() }] },
    ]) {
      const refused = volume.publish(call, volume.root, name('a'), newFile, [pattern(60_000)], options);
      expect(['conditionFailed', 'invalid']).toContain(await codeOf(refused));
    }
    await volume.settled();
    expect(await volume.check()).toMatchObject({ blobs: 1, problems: [] });
  });

  test('publish_eioOfItsSync_isFinalAndTheNextLifeHasTheOldContent', async () => {
    const faulty = new FaultyHost();
    const volume = await volumes.open({ host: faulty.host });
    const { attributes } = await publish(volume, 'a', pattern(50_000));
    faulty.failing.set('sync', 'EIO');
    expect(await codeOf(publish(volume, 'a', pattern(60_000, 2)))).toBe('unavailable');
    faulty.failing.clear();
    expect(await codeOf(publish(volume, 'a', pattern(10)))).toBe('unavailable');
    await volume.close();
    const next = await volumes.open({ directory: volume.directory });
    expect(await contentOf(next, attributes.id)).toEqual(pattern(50_000));
    expect(await next.check()).toMatchObject({ blobs: 1, problems: [] });
  });
});
