import type { Attributes, Volume } from '@polynas/core/spi';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Mount } from '../native/mount-api.ts';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const xattrs = new Map([['user.x', text('value')]]);

async function opened(writers: 'head' | 'shared'): Promise<FakeVolume> {
  const fake = await fakeVolume(writers);
  onTestFinished(() => fake.volume.close());
  return fake;
}

type When = 'before' | 'after';

/** Evicts the client at its next call of that name: before it is done, or when it was done and is not answered yet. */
function evictAt({ current }: FakeVolume, name: keyof Mount, when: When): void {
  const mount = current();
  mount[when] = (called) => {
    if (called === name) mount.evict();
  };
}

/** More than clocks may differ by. */
function passTime({ cluster }: FakeVolume): void {
  for (let ticks = 0; ticks < 10; ticks += 1) cluster.now();
}

async function made(volume: Volume, name: string): Promise<Attributes> {
  return (await volume.create(call, volume.root, text(name), { kind: 'guarded' }, owner)).attributes;
}

async function names({ volume }: FakeVolume): Promise<string[]> {
  const { entries } = await volume.readdir(call, volume.root, 0n, { limit: 100, attributes: false });
  return entries.map(({ name }) => Buffer.from(name).toString()).toSorted();
}

const whenever = ['before', 'after'] as const;
const cases = (['head', 'shared'] as const).flatMap((writers) => whenever.map((when) => ({ writers, when })));

describe.each(cases)(
  'changes that an eviction cuts off, writers: $writers, $when the call is done',
  ({ writers, when }) => {
    test.each(['guarded', 'unchecked', 'exclusive'] as const)('create_%s_isDoneOnce', async (kind) => {
      const fake = await opened(writers);
      evictAt(fake, writers === 'head' && kind !== 'exclusive' ? 'create' : 'mknod', when);
      const mode = kind === 'exclusive' ? { kind, verifier: 7n } : { kind };
      const { created, attributes } = await fake.volume.create(call, fake.volume.root, text('f'), mode, {
        ...owner,
        xattrs,
      });
      expect([created, fake.mounts.length, await names(fake)]).toEqual([true, 2, ['f']]);
      expect(await fake.volume.getxattr(call, attributes.id, 'user.x')).toEqual(text('value'));
      expect(fake.cluster.inodes.size).toBe(2);
    });

    test('create_describedPartly_isMadeWhole', async () => {
      const fake = await opened(writers);
      evictAt(fake, 'setxattr', when);
      const file = { ...owner, xattrs };
      const { created, attributes } = await fake.volume.create(
        call,
        fake.volume.root,
        text('f'),
        { kind: 'guarded' },
        file,
      );
      expect(created).toBe(true);
      expect(await fake.volume.getxattr(call, attributes.id, 'user.x')).toEqual(text('value'));
    });

    test('create_guarded_overAnotherFile_exists', async () => {
      const fake = await opened(writers);
      fake.cluster.add(fake.cluster.root, 'f');
      passTime(fake);
      evictAt(fake, writers === 'head' ? 'create' : 'mknod', when);
      await expect(made(fake.volume, 'f')).rejects.toMatchObject({ code: 'exists' });
    });

    test('unlink_isDoneOnce', async () => {
      const fake = await opened(writers);
      await made(fake.volume, 'f');
      evictAt(fake, 'unlink', when);
      const removed = fake.volume.unlink(call, fake.volume.root, text('f'));
      // Somebody else may have taken it away.
      if (writers === 'shared' && when === 'after') await expect(removed).rejects.toMatchObject({ code: 'io' });
      else expect((await removed).removed.nlink).toBe(0);
      expect(await names(fake)).toEqual([]);
    });

    test('rmdir_isDoneOnce', async () => {
      const fake = await opened(writers);
      await fake.volume.mkdir(call, fake.volume.root, text('d'), { ...owner, mode: 0o755 });
      evictAt(fake, 'rmdir', when);
      const removed = fake.volume.rmdir(call, fake.volume.root, text('d'));
      if (writers === 'shared' && when === 'after') await expect(removed).rejects.toMatchObject({ code: 'io' });
      else expect((await removed).removed.type).toBe('directory');
      expect(await names(fake)).toEqual([]);
    });

    test('mkdir_isDoneOnce', async () => {
      const fake = await opened(writers);
      evictAt(fake, 'mkdir', when);
      const directory = fake.volume.mkdir(call, fake.volume.root, text('d'), { ...owner, mode: 0o755 });
      // Who makes a directory may mean it as a lock: another client's is not taken for ours.
      if (writers === 'shared' && when === 'after') await expect(directory).rejects.toMatchObject({ code: 'io' });
      else expect((await directory).created).toBe(true);
      expect(await names(fake)).toEqual(['d']);
    });

    test('mkdir_overAnother_exists', async () => {
      const fake = await opened('head');
      await fake.volume.mkdir(call, fake.volume.root, text('d'), { ...owner, mode: 0o755 });
      fake.current().evict();
      await fake.volume.statfs(call);
      passTime(fake);
      evictAt(fake, 'mkdir', when);
      const again = fake.volume.mkdir(call, fake.volume.root, text('d'), { ...owner, mode: 0o755 });
      await expect(again).rejects.toMatchObject({ code: 'exists' });
    });

    test('symlink_isDoneOnce', async () => {
      const fake = await opened('head');
      evictAt(fake, 'symlink', when);
      const { attributes } = await fake.volume.symlink(call, fake.volume.root, text('l'), text('target'), owner);
      expect(await fake.volume.readlink(call, attributes.id)).toEqual(text('target'));
    });

    describe.each([-5000, 5000])('while the clock is set by %i ms', (step) => {
      const making = {
        create: (volume: Volume) => volume.create(call, volume.root, text('n'), { kind: 'guarded' }, owner),
        mkdir: (volume: Volume) => volume.mkdir(call, volume.root, text('n'), owner),
        symlink: (volume: Volume) => volume.symlink(call, volume.root, text('n'), text('target'), owner),
      };
      type What = keyof typeof making;

      async function evictedAndSet(what: What): Promise<FakeVolume> {
        const fake = await opened('head');
        evictAt(fake, what, when);
        fake.onMount(() => fake.cluster.setClock(step));
        return fake;
      }

      test.each(Object.keys(making) as What[])('%s_ofANameThatWasFree_isDoneOnce', async (what) => {
        const fake = await evictedAndSet(what);
        expect(await fake.volume.lookup(call, fake.volume.root, text('n'))).toBeUndefined();
        expect((await making[what](fake.volume)).created).toBe(true);
        expect([fake.mounts.length, await names(fake)]).toEqual([2, ['n']]);
      });

      test.each(Object.keys(making) as What[])('%s_ofANameThatNobodyKnew_isNotTakenForAnothers', async (what) => {
        const fake = await evictedAndSet(what);
        const made = making[what](fake.volume);
        if (when === 'after') await expect(made).rejects.toMatchObject({ code: 'io' });
        else expect((await made).created).toBe(true);
      });

      test('create_overAFileOfATimeThatTheClockShowsAgain_isNotTakenForOwn', async () => {
        const fake = await evictedAndSet('create');
        const { cluster } = fake;
        cluster.setClock(step + 1);
        cluster.add(cluster.root, 'n');
        cluster.setClock(-step - 1);
        const made = making.create(fake.volume);
        await expect(made).rejects.toMatchObject({ code: expect.stringMatching(/^(io|exists)$/) as string });
      });
    });

    test('rename_isDoneOnce', async () => {
      const fake = await opened(writers);
      const [moved, target] = [await made(fake.volume, 'a'), await made(fake.volume, 'b')];
      evictAt(fake, 'rename', when);
      const { volume } = fake;
      const result = await volume.rename(call, volume.root, text('a'), volume.root, text('b'));
      expect([result.moved.id, result.replaced?.id, result.unchanged]).toEqual([moved.id, target.id, false]);
      expect(await names(fake)).toEqual(['b']);
      expect((await volume.lookup(call, volume.root, text('b')))?.id).toBe(moved.id);
    });

    test('link_isDoneOnce', async () => {
      const fake = await opened(writers);
      const { id } = await made(fake.volume, 'a');
      evictAt(fake, 'link', when);
      const { attributes } = await fake.volume.link(call, id, fake.volume.root, text('b'));
      expect([attributes.id, attributes.nlink]).toEqual([id, 2]);
      expect(await names(fake)).toEqual(['a', 'b']);
    });

    test('setattr_isDone', async () => {
      const fake = await opened(writers);
      const { id } = await made(fake.volume, 'a');
      evictAt(fake, 'setattr', when);
      const { after } = await fake.volume.setattr(call, id, { mode: 0o600, size: 5 });
      expect([after.mode & 0o777, after.size]).toEqual([0o600, 5]);
    });

    test('setattr_sizeThatIsNotThereAfterwards_isUnknown', async () => {
      const fake = await opened(writers);
      const { id } = await made(fake.volume, 'a');
      const mount = fake.current();
      mount[when] = (called) => {
        if (called !== 'syncInode') return;
        // The metadata server failed too, before it had written its journal.
        const inode = fake.cluster.inodes.get(id)!;
        inode.data = new Uint8Array(3);
        mount.evict();
      };
      await expect(fake.volume.setattr(call, id, { size: 0 })).rejects.toMatchObject({ code: 'io' });
    });

    test.each(['setxattr', 'removexattr'] as const)('%s_thatIsNotThereAfterwards_isUnknown', async (what) => {
      const fake = await opened(writers);
      const { id } = await made(fake.volume, 'a');
      await fake.volume.setxattr(call, id, 'user.x', text('old'), 'either');
      const mount = fake.current();
      mount[when] = (called) => {
        if (called !== 'syncInode') return;
        // The metadata server failed too, before it had written its journal.
        fake.cluster.inodes.get(id)!.xattrs.set('user.x', text('old'));
        mount.evict();
      };
      const changing =
        what === 'setxattr'
          ? fake.volume.setxattr(call, id, 'user.x', text('new'), 'either')
          : fake.volume.removexattr(call, id, 'user.x');
      await expect(changing).rejects.toMatchObject({ code: 'io' });
    });

    test('setattr_onCondition_isDoneWhereNobodyElseMayHaveBrokenIt', async () => {
      const fake = await opened(writers);
      const { id, change } = await made(fake.volume, 'a');
      evictAt(fake, 'setattr', when);
      const set = fake.volume.setattr(call, id, { mode: 0o600 }, { ifChange: change });
      if (writers === 'shared' && when === 'after') await expect(set).rejects.toMatchObject({ code: 'io' });
      else expect((await set).after.mode & 0o777).toBe(0o600);
    });

    test('setxattr_isDone', async () => {
      const fake = await opened(writers);
      const { id } = await made(fake.volume, 'a');
      evictAt(fake, 'setxattr', when);
      await fake.volume.setxattr(call, id, 'user.x', text('new'), 'either');
      expect(await fake.volume.getxattr(call, id, 'user.x')).toEqual(text('new'));
    });

    test('xattrs_thatMayBeMadeOrRemovedOnce', async () => {
      const fake = await opened('head');
      const { volume } = fake;
      const { id } = await made(volume, 'a');
      evictAt(fake, 'setxattr', when);
      await volume.setxattr(call, id, 'user.x', text('new'), 'create');
      evictAt(fake, 'removexattr', when);
      await volume.removexattr(call, id, 'user.x');
      expect(await volume.getxattr(call, id, 'user.x')).toBeUndefined();
      await expect(volume.removexattr(call, id, 'user.x')).rejects.toMatchObject({ code: 'notFound' });
    });

    // Who moves or takes away a name need not be alone on the file, and moves its change counter.
    test.each(['setxattr', 'removexattr'] as const)('%s_onceOnly_isDoneOnceWhateverOthersCounted', async (what) => {
      const fake = await opened('head');
      const { volume } = fake;
      const { id } = await made(volume, 'a');
      if (what === 'removexattr') await volume.setxattr(call, id, 'user.x', text('old'), 'either');
      const mount = fake.current();
      mount.before = async (called) => {
        if (called !== what) return;
        mount.before = () => undefined;
        await volume.rename(call, volume.root, text('a'), volume.root, text('b'));
        if (when === 'before') mount.evict();
      };
      mount.after = (called) => {
        if (called === what) mount.evict();
      };
      if (what === 'setxattr') await volume.setxattr(call, id, 'user.x', text('new'), 'create');
      else await volume.removexattr(call, id, 'user.x');
      const value = await volume.getxattr(call, id, 'user.x');
      expect([fake.mounts.length, value]).toEqual([2, what === 'setxattr' ? text('new') : undefined]);
    });

    test.each(['setxattr', 'removexattr'] as const)('%s_onceOnly_isRefusedAsWithoutAnEviction', async (what) => {
      const fake = await opened('head');
      const { volume } = fake;
      const { id } = await made(volume, 'a');
      if (what === 'setxattr') await volume.setxattr(call, id, 'user.x', text('new'), 'either');
      evictAt(fake, what, when);
      evictAt(fake, 'getxattr', when);
      const changing =
        what === 'setxattr'
          ? volume.setxattr(call, id, 'user.x', text('new'), 'create')
          : volume.removexattr(call, id, 'user.x');
      await expect(changing).rejects.toMatchObject({ code: what === 'setxattr' ? 'exists' : 'notFound' });
    });

    test.each(['lookup', 'opendir', 'readdirplus', 'releasedir'] as const)(
      'rmdir_ofOneThatIsNotEmpty_evictedAt_%s_isRefused',
      async (name) => {
        const fake = await opened(writers);
        const { volume } = fake;
        const { attributes } = await volume.mkdir(call, volume.root, text('d'), { ...owner, mode: 0o755 });
        fake.cluster.add(fake.cluster.inodes.get(attributes.id)!, 'f');
        const mount = fake.current();
        mount.before = (called) => {
          // What the directory is looked at for comes after that.
          if (called === 'rmdir') evictAt(fake, name, when);
        };
        await expect(volume.rmdir(call, volume.root, text('d'))).rejects.toMatchObject({ code: 'notEmpty' });
      },
    );

    test.each(['create', 'write', 'fsync', 'rename', 'syncInode'] as const)(
      'publish_at_%s_isDoneOnce',
      async (name) => {
        const fake = await opened(writers);
        const { volume } = fake;
        const before = await made(volume, 'object');
        evictAt(fake, name, when);
        const aside = { directory: volume.root, name: text('aside') };
        const file = { ...owner, mode: 0o600, xattrs };
        const options = { aside, ifTarget: { id: before.id } };
        const { attributes, replaced } = await volume.publish!(
          call,
          volume.root,
          text('object'),
          file,
          [text('bytes')],
          options,
        );
        expect([attributes.size, attributes.mode & 0o777, replaced?.id]).toEqual([5, 0o600, before.id]);
        expect(await names(fake)).toEqual(['object']);
        expect(await volume.getxattr(call, attributes.id, 'user.x')).toEqual(text('value'));
        expect(Buffer.from(fake.cluster.inodes.get(attributes.id)?.data ?? []).toString()).toBe('bytes');
      },
    );

    test('replace_isDoneOnce', async () => {
      const fake = await opened(writers);
      const { volume } = fake;
      const [source, target] = [await made(volume, 'temporary'), await made(volume, 'object')];
      evictAt(fake, 'rename', when);
      const { attributes, replaced } = await volume.replace(
        call,
        volume.root,
        text('temporary'),
        volume.root,
        text('object'),
        { ifTarget: { id: target.id } },
      );
      expect([attributes.id, replaced?.id]).toEqual([source.id, target.id]);
      expect(await names(fake)).toEqual(['object']);
    });

    test.each(['rename', 'syncInode'] as const)(
      'replace_ofWhatWasWritten_evictedAt_%s_isDoneWhereAllWasStable',
      async (step) => {
        const fake = await opened(writers);
        const { volume } = fake;
        const { id } = await made(volume, 'temporary');
        const handle = await volume.open(call, id, 'write');
        await handle.write(call, 0, [text('bytes')], 'unstable');
        const writtenIn = volume.epoch();
        const mount = fake.current();
        mount[when] = (called) => {
          // The sync of what was written comes first, and the rename after it.
          if (called === step) mount.evict();
        };
        const { root } = volume;
        const replacing = volume.replace(call, root, text('temporary'), root, text('object'), { writtenIn });
        if (step === 'rename') {
          await replacing;
          expect(await names(fake)).toEqual(['object']);
          expect(Buffer.from(fake.cluster.inodes.get(id)?.data ?? []).toString()).toBe('bytes');
        } else {
          await expect(replacing).rejects.toMatchObject({
            code: expect.stringMatching(/^(unavailable|io)$/) as string,
          });
          expect(await names(fake)).toEqual(['temporary']);
        }
        await handle.close().catch(() => undefined);
      },
    );

    test.each(['publish', 'replace'] as const)('%s_described_isStableWithWhatIsSaidAnew', async (step) => {
      const fake = await opened(writers);
      const { volume } = fake;
      const source = step === 'replace' ? await made(volume, 'temporary') : undefined;
      const stable: bigint[] = [];
      // Nothing of an attribute is stable before its own inode is synced after it.
      const watch = (mount: Mount): void => {
        const { setxattr, syncInode } = mount;
        mount.setxattr = (inode, ...rest) => {
          stable.length = 0;
          return setxattr.call(mount, inode, ...rest);
        };
        mount.syncInode = async (inode, ...rest) => {
          await syncInode.call(mount, inode, ...rest);
          stable.push(inode);
        };
      };
      watch(fake.current());
      fake.onMount(watch);
      evictAt(fake, 'rename', when);
      const described = { xattr: 'user.said', value: ({ change }: Attributes) => text(String(change)) };
      const aside = { directory: volume.root, name: text('temporary') };
      const { attributes } =
        source === undefined
          ? await volume.publish!(call, volume.root, text('object'), owner, [text('bytes')], { aside, described })
          : await volume.replace(call, volume.root, aside.name, volume.root, text('object'), { described });
      if (when === 'before') return;
      expect(await volume.getxattr(call, attributes.id, 'user.said')).toEqual(text(String(attributes.change)));
      expect(stable).toContain(attributes.id);
    });

    test('whatWasAnsweredByTheCluster_andNotSynced_isThere', async () => {
      const fake = await opened(writers);
      evictAt(fake, 'syncInode', when);
      expect((await made(fake.volume, 'f')).type).toBe('file');
      evictAt(fake, 'syncInode', when);
      await fake.volume.unlink(call, fake.volume.root, text('f'));
      expect([fake.mounts.length, await names(fake)]).toEqual([3, []]);
    });
  },
);

test('create_whileNothingIsMounted_waits_orIsTryLater', async () => {
  const fake = await opened('head');
  fake.onMount((mount) => mount.evict());
  fake.current().evict();
  await expect(made(fake.volume, 'f')).rejects.toMatchObject({ code: 'tryLater' });
});

test('unlink_evictedAgainAndAgain_isNeverToBeAskedAgain', async () => {
  const fake = await opened('head');
  await made(fake.volume, 'f');
  const doom = (): void => evictAt(fake, 'unlink', 'before');
  fake.onMount((mount) => {
    mount.before = (called) => {
      if (called === 'unlink') mount.evict();
    };
  });
  doom();
  await expect(fake.volume.unlink(call, fake.volume.root, text('f'))).rejects.toMatchObject({ code: 'io' });
});
