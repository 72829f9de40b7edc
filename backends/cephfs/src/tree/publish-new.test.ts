import type { Attributes, Volume } from '@polynas/core/spi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unpublishedTag } from '../attributes/unpublished.ts';
import { CephError } from '../native/ceph-error.ts';
import { errno } from '../native/errno.ts';
import type { InodePointer } from '../native/mount-api.ts';
import type { FakeInode } from '../testing/fake-cluster.ts';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 3, gid: 4, mode: 0o640 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const said = 'user.said';
const described = { xattr: said, value: ({ change, size }: Attributes) => text(`${change} ${size}`) };
const names = { attributes: false, limit: 100 } as const;

async function opened(writers: 'head' | 'shared' = 'head'): Promise<FakeVolume> {
  const fake = await fakeVolume(writers);
  onTestFinished(() => fake.volume.close());
  return fake;
}

function publish({ volume }: FakeVolume, name = 'object', more: object = {}) {
  const options = { aside: { directory: volume.root, name: text('aside') }, described, ...more };
  return volume.publish!(call, volume.root, text(name), owner, [text('by'), text('tes')], options);
}

async function listed({ volume }: FakeVolume, directory = volume.root, options: object = names): Promise<string[]> {
  const { entries } = await volume.readdir(call, directory, 0n, { ...names, ...options });
  return entries.map(({ name }) => Buffer.from(name).toString()).toSorted();
}

const looks = (volume: Volume, name = 'object') => volume.lookup(call, volume.root, text(name));

async function expectWhole(fake: FakeVolume, name = 'object'): Promise<void> {
  const { volume, cluster } = fake;
  const found = await looks(volume, name);
  expect(found).toMatchObject({ ...owner, size: 5 });
  const { id, change } = found as Attributes;
  expect(await volume.getxattr(call, id, said)).toEqual(text(`${change} 5`));
  expect(Buffer.from(cluster.inodes.get(id)?.data ?? []).toString()).toBe('bytes');
}

/** What a client left that was killed while it published: `changes` of two were counted. */
function leave({ cluster }: FakeVolume, name: string, directory = cluster.root, changes = 1n): FakeInode {
  const inode = cluster.make(0o100_640, 3, 4, { rdev: unpublishedTag(1, true) });
  inode.version = changes;
  directory.entries.set(name, inode.ino);
  cluster.touch(directory, true);
  return inode;
}

/** All calls of the client that stands. */
function watched({ current }: FakeVolume): string[] {
  const calls: string[] = [];
  current().before = (called) => void calls.push(called);
  return calls;
}

describe('publish under a name that means nothing yet', () => {
  test('isMadeThere_withoutARename_andOneFlush', async () => {
    const fake = await opened();
    await listed(fake);
    const calls = watched(fake);
    await publish(fake);
    await expectWhole(fake);
    expect(calls.slice(0, 5)).toEqual(['mknod', 'open', 'write', 'closeStable', 'setxattr']);
    expect(calls.filter((called) => called === 'syncInode')).toHaveLength(1);
    expect(calls).not.toContain('rename');
    expect(await listed(fake)).toEqual(['object']);
    expect(fake.current().opens).toBe(0);
  });

  test.each(['mknod', 'write', 'closeStable', 'setxattr'] as const)(
    'untilItIsWhole_at_%s_nobodySeesIt',
    async (name) => {
      const fake = await opened();
      const { volume } = fake;
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      fake.current().after = async (called) => {
        if (called !== name) return;
        reached.resolve();
        await released.promise;
      };
      const published = publish(fake);
      await reached.promise;
      const seen: string[] = [];
      const looked = looks(volume).then((found) => void seen.push(`looked ${found?.size}`));
      const list = listed(fake).then((found) => void seen.push(`listed ${found.join()}`));
      const made = volume
        .create(call, volume.root, text('object'), { kind: 'guarded' }, owner)
        .catch(({ code }: { code: string }) => void seen.push(`made ${code}`));
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      expect(seen).toEqual([]);
      released.resolve();
      await Promise.all([published, looked, list, made]);
      expect(seen.toSorted()).toEqual(['listed object', 'looked 5', 'made exists']);
      await expectWhole(fake);
    },
  );

  test.each(['mknod', 'open', 'write', 'closeStable', 'setxattr'] as const)(
    'thatFails_at_%s_leavesNothing',
    async (name) => {
      const fake = await opened();
      await listed(fake);
      fake.current().before = (called) => {
        if (called === name) throw new CephError(errno.ENOSPC, called);
      };
      await expect(publish(fake)).rejects.toMatchObject({ code: 'noSpace' });
      fake.current().before = () => undefined;
      expect([await looks(fake.volume), await listed(fake), fake.cluster.inodes.size]).toEqual([undefined, [], 1]);
      await publish(fake);
      await expectWhole(fake);
    },
  );

  test('intoAPoolThatGetsFullMeanwhile_leavesNothing_evenIfThereIsRoomAgain', async () => {
    const fake = await opened();
    const client = fake.current();
    const epoch = fake.volume.epoch();
    client.after = (called) => {
      if (called !== 'write') return;
      client.fill(true);
      client.fill(false);
    };
    await expect(publish(fake)).rejects.toMatchObject({ code: 'noSpace' });
    client.after = () => undefined;
    expect([await looks(fake.volume), await listed(fake), fake.cluster.inodes.size]).toEqual([undefined, [], 1]);
    expect(fake.volume.epoch()).not.toBe(epoch);
  });

  const moments = (['mknod', 'open', 'write', 'closeStable', 'setxattr', 'syncInode'] as const).flatMap((name) =>
    (['before', 'after'] as const).map((when) => ({ name, when })),
  );
  test.each(moments)('cutOff_by_an_eviction_$when_$name_isDoneOnce', async ({ name, when }) => {
    const fake = await opened();
    const mount = fake.current();
    mount[when] = (called) => {
      if (called === name) mount.evict();
    };
    await publish(fake);
    await expectWhole(fake);
    expect([await listed(fake), fake.cluster.inodes.size]).toEqual([['object'], 2]);
  });

  test('ofANameThatIsTaken_isARename_orTheConditionFails', async () => {
    const fake = await opened();
    const before = fake.cluster.add(fake.cluster.root, 'object');
    await expect(publish(fake, 'object', { ifTarget: 'absent' })).rejects.toMatchObject({ code: 'conditionFailed' });
    const { replaced } = await publish(fake);
    expect(replaced?.id).toBe(before.ino);
    await expectWhole(fake);
    expect(await listed(fake)).toEqual(['object']);
  });

  test('whereTheWriteIsNotCounted_isARename', async () => {
    const fake = await opened();
    const { current } = fake;
    const mount = current();
    const { getattrNow } = mount;
    let asked = 0;
    mount.getattrNow = (inode) => {
      const statx = getattrNow.call(mount, inode);
      asked += 1;
      return asked === 1 ? { ...statx, version: statx.version + 1n } : statx;
    };
    await publish(fake);
    await expectWhole(fake);
    expect([await listed(fake), fake.cluster.inodes.size]).toEqual([['object'], 2]);
  });

  test('inADirectoryThatGivesItsGroup_isARename', async () => {
    const fake = await opened();
    fake.cluster.root.mode |= 0o2000;
    const calls = watched(fake);
    await publish(fake);
    await expectWhole(fake);
    expect(calls).toContain('rename');
    expect(calls).not.toContain('mknod');
  });

  test('whereOthersWriteToo_isARename', async () => {
    const fake = await opened('shared');
    const calls = watched(fake);
    await publish(fake);
    expect(calls).toContain('rename');
    expect(calls).not.toContain('mknod');
  });
});

describe('publish that the MDS has miscounted when the client is evicted', () => {
  test('ofANewName_findsItsOwnFile', async () => {
    const fake = await opened();
    const mount = fake.current();
    mount.after = (called) => {
      if (called !== 'setxattr') return;
      const [ino] = fake.cluster.root.entries.values();
      fake.cluster.inodes.get(ino!)!.version -= 1n;
      mount.evict();
    };
    await publish(fake, 'object', { ifTarget: 'absent' });
    await expectWhole(fake);
    expect([fake.mounts.length, fake.cluster.inodes.size]).toEqual([2, 2]);
  });
});

describe.each(['head', 'shared'] as const)('what a crash left unpublished, writers: %s', (writers) => {
  const ways: readonly (readonly [string, (volume: Volume) => Promise<unknown>])[] = [
    ['create', (volume) => volume.create(call, volume.root, text('f'), { kind: 'guarded' }, owner)],
    ['exclusive create', (v) => v.create(call, v.root, text('f'), { kind: 'exclusive', verifier: 1n }, owner)],
    ['mkdir', (volume) => volume.mkdir(call, volume.root, text('f'), owner)],
    ['symlink', (volume) => volume.symlink(call, volume.root, text('f'), text('target'), owner)],
    ['link', async (v) => v.link(call, (await looks(v, 'other'))!.id, v.root, text('f'))],
    ['rename', (volume) => volume.rename(call, volume.root, text('other'), volume.root, text('f'))],
    ['rename of a directory', (volume) => volume.rename(call, volume.root, text('folder'), volume.root, text('f'))],
  ];

  test.each(ways)('isNotInTheWayOf_%s', async (_, step) => {
    const fake = await opened(writers);
    await fake.volume.create(call, fake.volume.root, text('other'), { kind: 'guarded' }, owner);
    await fake.volume.mkdir(call, fake.volume.root, text('folder'), owner);
    const { ino } = leave(fake, 'f');
    await step(fake.volume);
    expect((await looks(fake.volume, 'f'))?.id).not.toBe(ino);
    expect(await listed(fake)).toContain('f');
    expect(fake.cluster.inodes.has(ino)).toBe(false);
  });

  test('isNotThere_andGoesWhenItIsMet', async () => {
    const fake = await opened(writers);
    const { volume, cluster } = fake;
    const left = leave(fake, 'f', cluster.root, 0n);
    await expect(volume.getattr(call, left.ino)).rejects.toMatchObject({ code: 'stale' });
    await expect(volume.unlink(call, volume.root, text('f'))).rejects.toMatchObject({ code: 'notFound' });
    expect(cluster.inodes.has(left.ino)).toBe(false);
    leave(fake, 'g');
    expect(await looks(volume, 'g')).toBeUndefined();
    expect(cluster.inodes.size).toBe(1);
  });

  test('isLetGo_whenLookingAtItFails', async () => {
    const fake = await opened(writers);
    leave(fake, 'f');
    const client = fake.current();
    const held: InodePointer[] = [];
    const { lookup, put } = client;
    client.lookup = async (...given) => {
      const found = await lookup.apply(client, given);
      if (found !== undefined) held.push(found.inode);
      return found;
    };
    client.put = (inode) => {
      held.splice(held.indexOf(inode), 1);
      put.call(client, inode);
    };
    client.before = (called) => {
      if (called === 'listxattr') throw new CephError(errno.EIO, called);
    };
    await expect(looks(fake.volume, 'f')).rejects.toMatchObject({ code: 'io' });
    expect(held).toEqual([]);
  });

  test.each([{ attributes: true }, { attributes: false }, { attributes: false, xattrs: ['user.x'] }])(
    'isNotListed_with_%o',
    async (options) => {
      const fake = await opened(writers);
      leave(fake, 'left');
      fake.cluster.add(fake.cluster.root, 'there');
      expect(await listed(fake, fake.volume.root, options)).toEqual(['there']);
      expect(fake.cluster.inodes.size).toBe(2);
      expect(await listed(fake, fake.volume.root, options)).toEqual(['there']);
    },
  );

  test('keepsNoDirectory', async () => {
    const fake = await opened(writers);
    const { volume, cluster } = fake;
    const { attributes } = await volume.mkdir(call, volume.root, text('d'), owner);
    const directory = cluster.inodes.get(attributes.id)!;
    for (let count = 0; count < 30; count += 1) leave(fake, `left ${count}`, directory);
    await volume.rmdir(call, volume.root, text('d'));
    expect(cluster.inodes.size).toBe(1);
    const { attributes: other } = await volume.mkdir(call, volume.root, text('e'), owner);
    cluster.add(cluster.inodes.get(other.id)!, 'there');
    await expect(volume.rmdir(call, volume.root, text('e'))).rejects.toMatchObject({ code: 'notEmpty' });
  });

  test('publish_overIt_isWhole', async () => {
    const fake = await opened(writers);
    leave(fake, 'object');
    await publish(fake);
    await expectWhole(fake);
    expect([await listed(fake), fake.cluster.inodes.size]).toEqual([['object'], 2]);
  });

  test('butWhatHasAllItsAttributes_isThere_andIsCounted', async () => {
    const fake = await opened(writers);
    const whole = leave(fake, 'f');
    whole.xattrs.set(said, text('2 5'));
    expect(await listed(fake)).toEqual(['f']);
    expect((await looks(fake.volume, 'f'))?.id).toBe(whole.ino);
    expect([whole.version, whole.xattrs.get(said)]).toEqual([2n, text('2 5')]);
    const other = leave(fake, 'g');
    other.xattrs.set(said, text('2 5'));
    expect((await fake.volume.getattr(call, other.ino)).id).toBe(other.ino);
  });

  test('butWhatIsWhole_isCountedOnce_whoeverLooks', async () => {
    const fake = await opened(writers);
    const { volume } = fake;
    const whole = leave(fake, 'f');
    whole.xattrs.set(said, text('2 5'));
    fake.current().before = () => new Promise((resolve) => setImmediate(resolve));
    const looking = [
      looks(volume, 'f'),
      looks(volume, 'f'),
      volume.getattr(call, whole.ino),
      listed(fake),
      listed(fake),
    ];
    await Promise.all(looking);
    expect(whole.version).toBe(2n);
  });

  test('butWhatIsWhole_isThere', async () => {
    const fake = await opened(writers);
    const whole = leave(fake, 'f', fake.cluster.root, 2n);
    expect((await looks(fake.volume, 'f'))?.id).toBe(whole.ino);
    expect(await listed(fake)).toEqual(['f']);
  });
});
