import { openMemoryVolume } from '@polynas/backend-memory';
import { describe, expect, it } from 'vitest';
import { createCore, memoryRegistryStore } from '../src/index.ts';
import type { Declared, RegistryStore } from '../src/index.ts';
import type { FileId, PlacementGroup, QuotaGroup, QuotaLimit, Volume } from '../src/spi/index.ts';
import { StorageError } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { TestClock } from '../src/test/clock.ts';
import { testBox, testHasher } from '../src/test/secrets.ts';
import { changedCalls } from './changed-calls.ts';

/** A volume in memory that keeps limits and pools of directories, as a cluster does. */
function clusterLike(used = { bytes: 300, files: 3 }) {
  const limits = new Map<FileId, QuotaLimit>();
  const pools = new Map<FileId, string>();
  const quota: QuotaGroup = {
    get: async (_call, directory) => ({
      limit: limits.get(directory) ?? { maxBytes: 0, maxFiles: 0 },
      usedBytes: used.bytes,
      usedFiles: used.files,
    }),
    set: async (_call, directory, limit) => void limits.set(directory, limit),
  };
  const placement: PlacementGroup = {
    get: async (_call, directory) => pools.get(directory),
    set: async (_call, directory, pool) => {
      if (pool !== 'slow' && pool !== 'fast') throw new StorageError('notFound', `no pool ${pool}`);
      pools.set(directory, pool);
    },
  };
  return changedCalls<Volume>(openMemoryVolume({ capacity: 100_000 }), { quota, placement });
}

async function start(volume: Volume, registry: RegistryStore = memoryRegistryStore()) {
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry,
    clock: new TestClock(),
    random: (length) => new Uint8Array(length).fill(7),
    hasher: testHasher,
    secretBox: testBox,
    report: (error) => expect.unreachable(String(error)),
  });
  return core;
}

const head = caller(0, { door: 'internal', stateless: false });
const users = [{ tenant: 'default', name: 'anna', accessKeys: [] }];
const share = { tenant: 'default', name: 'docs', owner: 'anna' };
const gibibyte = 2 ** 30;

describe('the space of a share', () => {
  it('is limited and placed as declared, and again when the declaration changes', async () => {
    const volume = clusterLike();
    const registry = memoryRegistryStore();
    const declare = async (more: Partial<NonNullable<Declared['shares']>[number]>) => {
      const core = await start(volume, registry);
      await core.apply({ users, shares: [{ ...share, ...more }] });
      const space = await core.shares.space(head, core.shares.all()[0]!.id);
      await core.close();
      return space;
    };
    expect(await declare({ quota: { maxBytes: gibibyte, maxFiles: 0 }, pool: 'fast' })).toEqual({
      quota: { maxBytes: gibibyte, maxFiles: 0 },
      usedBytes: 300,
      usedFiles: 3,
      pool: 'fast',
    });
    expect(await declare({})).toMatchObject({ quota: { maxBytes: gibibyte }, pool: 'fast' });
    expect(await declare({ quota: { maxBytes: 0, maxFiles: 10 }, pool: 'slow' })).toMatchObject({
      quota: { maxBytes: 0, maxFiles: 10 },
      pool: 'slow',
    });
  });

  it('is what its clients see as the size of the file system', async () => {
    const core = await start(clusterLike());
    await core.apply({ users, shares: [share] });
    const { id } = core.shares.all()[0]!;
    const space = () => core.files.statfs(head, core.files.root(id));
    expect(await space()).toMatchObject({ totalBytes: 100_000 });
    await core.shares.change(head, id, { quota: { maxBytes: 1000, maxFiles: 2 } });
    expect(await space()).toMatchObject({
      totalBytes: 1000,
      freeBytes: 700,
      availableBytes: 700,
      totalFiles: 2,
      freeFiles: 0,
    });
    await core.shares.change(head, id, { quota: { maxBytes: 2 * gibibyte, maxFiles: 0 } });
    expect(await space()).toMatchObject({ totalBytes: 100_000 });
  });

  it('is not for its owner to choose', async () => {
    const core = await start(clusterLike());
    await core.apply({ users, shares: [share] });
    const { id, owner } = core.shares.all()[0]!;
    const anna = caller(core.accounts.principalOf(core.accounts.userByName('default', 'anna')!), { door: 's3' });
    const quota = { maxBytes: 0, maxFiles: 0 };
    await expect(core.shares.change(anna, id, { quota })).rejects.toMatchObject({ code: 'accessDenied' });
    await expect(core.shares.change(anna, id, { pool: 'fast' })).rejects.toMatchObject({ code: 'accessDenied' });
    const made = { tenant: 'default', name: 'more', owner, quota: { maxBytes: 1, maxFiles: 0 } };
    await expect(core.shares.create(anna, made)).rejects.toMatchObject({ code: 'accessDenied' });
  });

  it('with a pool that is not there makes no share', async () => {
    const volume = clusterLike();
    const core = await start(volume);
    await core.apply({ users });
    const wanted = { tenant: 'default', name: 'docs', owner: core.accounts.userByName('default', 'anna')!.id };
    await expect(core.shares.create(head, { ...wanted, pool: 'none' })).rejects.toMatchObject({ code: 'notFound' });
    expect(core.shares.all()).toEqual([]);
    expect((await core.shares.create(head, { ...wanted, pool: 'fast' })).name).toBe('docs');
  });

  it('is refused where the volume cannot hold to it', async () => {
    const core = await start(openMemoryVolume());
    await core.apply({ users, shares: [{ ...share, quota: { maxBytes: 0, maxFiles: 0 } }] });
    const { id } = core.shares.all()[0]!;
    expect(await core.shares.space(head, id)).toEqual({});
    const change = (changes: Parameters<typeof core.shares.change>[2]) => core.shares.change(head, id, changes);
    await expect(change({ quota: { maxBytes: 1, maxFiles: 0 } })).rejects.toMatchObject({ code: 'notSupported' });
    await expect(change({ quota: { maxBytes: -1, maxFiles: 0 } })).rejects.toMatchObject({ code: 'invalid' });
    await expect(change({ pool: 'fast' })).rejects.toMatchObject({ code: 'notSupported' });
  });
});
