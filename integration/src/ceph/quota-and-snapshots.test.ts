import { randomUUID } from 'node:crypto';
import { abandonedClients, mountCephfs } from '@polynas/backend-cephfs';
import type { FileHandle, FileId, QuotaGroup, SnapshotsGroup, Volume } from '@polynas/core/spi';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o755 };
const megabyte = new Uint8Array(1_000_000);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const unlimited = { maxBytes: 0, maxFiles: 0 };

describe.skipIf(whyNoCeph() !== undefined)('on CephFS', () => {
  let volume: Volume;
  let directory: FileId;
  const root = `/groups/${randomUUID()}`;

  beforeAll(async () => {
    volume = await openVolume(await TestCluster.shared(), { root, writers: 'head' });
  });

  afterAll(async () => {
    await volume.close();
    // libcephfs let go of all that the tests held.
    expect(abandonedClients()).toBe(0);
  });

  beforeEach(async () => {
    directory = (await volume.mkdir(call, volume.root, text(randomUUID()), owner)).attributes.id;
  });

  async function file(name: string, within = directory): Promise<FileHandle> {
    const made = await volume.create(call, within, text(name), { kind: 'guarded' }, { ...owner, mode: 0o644 });
    const handle = await volume.open(call, made.attributes.id, 'write');
    onTestFinished(() => handle.close());
    return handle;
  }

  const quota = (): QuotaGroup => volume.quota ?? expect.fail('no quotas');
  const snapshots = (): SnapshotsGroup => volume.snapshots ?? expect.fail('no snapshots');

  test('a quota holds for bytes and files below its directory, and is told with what is used', async () => {
    expect((await quota().get(call, directory)).limit).toEqual(unlimited);
    const limit = { maxBytes: 5_000_000, maxFiles: 4 };
    await quota().set(call, directory, limit);
    const handle = await file('a');
    for (let index = 0; index < 5; index += 1) await handle.write(call, index * 1_000_000, [megabyte], 'file');
    await expect(handle.write(call, 5_000_000, [megabyte], 'file')).rejects.toMatchObject({ code: 'quotaExceeded' });
    expect((await volume.getattr(call, handle.id)).size).toBe(5_000_000);
    const below = (await volume.mkdir(call, directory, text('d'), owner)).attributes.id;
    await file('b', below);
    // What is below further directories is counted some seconds late.
    const another = async (): Promise<string> => {
      const made = await file(randomUUID(), below).catch((error: { code: string }) => error.code);
      return typeof made === 'string' ? made : 'made';
    };
    await expect.poll(another, { timeout: 60_000, interval: 500 }).toBe('quotaExceeded');
    const { limit: told, usedBytes } = await quota().get(call, directory);
    expect([told, usedBytes]).toEqual([limit, 5_000_000]);
    const used = async (): Promise<number> => (await quota().get(call, directory)).usedFiles;
    await expect.poll(used, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await quota().set(call, directory, unlimited);
    await handle.write(call, 5_000_000, [megabyte], 'file');
    expect((await quota().get(call, directory)).limit).toEqual(unlimited);
  });

  test('an object that an MDS has miscounted after a crash is in a snapshot of then, one that was never whole is not', async () => {
    const { configuration: conf, fileSystem } = await TestCluster.shared();
    const within = text('within');
    const { id } = (await volume.mkdir(call, directory, within, owner)).attributes;
    const name = ({ entries }: Awaited<ReturnType<Volume['readdir']>>) => entries.map((one) => Buffer.from(one.name));
    const { entries } = await volume.readdir(call, volume.root, 0n, { limit: 4096, attributes: false });
    const above = entries.find((one) => one.id === directory) ?? expect.fail('no such directory');
    const other = await mountCephfs({
      ...{ conf, clientName: 'admin', fileSystem },
      root: `${root}/${Buffer.from(above.name).toString()}/within`,
    });
    // `attributes/unpublished.ts`: one attribute and bytes make two changes, of which the MDS has counted one.
    for (const file of ['whole', 'left']) {
      const made = await other.mknod(other.root, text(file), 0o100_644, 0x504f_4c81n, { uid: 0, gid: 0 });
      if (file === 'whole') await other.setxattr(made.inode, 'user.x', text('value'), 'either');
      other.put(made.inode);
    }
    await other.syncInode(other.root, false);
    await other.unmount();
    const snapshot = await snapshots().create(call, id, text('of then'));
    const first = { limit: 10, attributes: true };
    for (const place of [snapshot, id, snapshot]) {
      const found = await volume.lookup(call, place, text('whole'));
      expect(found).toMatchObject({ type: 'file' });
      expect(await volume.getxattr(call, found!.id, 'user.x')).toEqual(text('value'));
      expect(await volume.lookup(call, place, text('left'))).toBeUndefined();
      expect(name(await volume.readdir(call, place, 0n, first))).toEqual([Buffer.from('whole')]);
    }
    await snapshots().remove(call, id, text('of then'));
  });

  test('into a directory with a quota nothing is moved from outside, which callers learn', async () => {
    await quota().set(call, directory, { maxBytes: 1_000_000, maxFiles: 0 });
    const outside = await file(randomUUID(), volume.root);
    const { entries } = await volume.readdir(call, volume.root, 0n, { limit: 4096, attributes: false });
    const { name } = entries.find(({ id }) => id === outside.id) ?? expect.fail('no such file');
    await expect(volume.rename(call, volume.root, name, directory, name)).rejects.toMatchObject({
      code: 'crossDevice',
    });
    const inside = await file('inside');
    await volume.rename(call, directory, text('inside'), directory, text('renamed'));
    expect((await volume.lookup(call, directory, text('renamed')))?.id).toBe(inside.id);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('a quota of %d is none', async (maxBytes) => {
    await expect(quota().set(call, directory, { maxBytes, maxFiles: 0 })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('only directories have quotas and snapshots', async () => {
    const { id } = await file('a');
    await expect(quota().get(call, id)).rejects.toMatchObject({ code: 'notDirectory' });
    await expect(quota().set(call, id, unlimited)).rejects.toMatchObject({ code: 'notDirectory' });
    await expect(snapshots().create(call, id, text('s'))).rejects.toMatchObject({ code: 'notDirectory' });
    await expect(snapshots().list(call, id)).rejects.toMatchObject({ code: 'notDirectory' });
  });

  test('a snapshot has what was answered before, unsynced writes too, and nothing of what comes after', async () => {
    const handle = await file('a');
    await handle.write(call, 0, [text('before')], 'unstable');
    const below = (await volume.mkdir(call, directory, text('d'), owner)).attributes.id;
    await file('b', below);
    const snapshot = await snapshots().create(call, directory, text('s1'));
    await handle.write(call, 0, [text('after!')], 'file');
    await volume.unlink(call, below, text('b'));
    const kept = (await volume.lookup(call, snapshot, text('a'))) ?? expect.fail('not in the snapshot');
    expect(kept.id).not.toBe(handle.id);
    const reader = await volume.open(call, kept.id, 'read');
    onTestFinished(() => reader.close());
    expect(Buffer.from((await reader.read(call, 0, 100)).bytes).toString()).toBe('before');
    const folder = (await volume.lookup(call, snapshot, text('d'))) ?? expect.fail('not in the snapshot');
    const { entries } = await volume.readdir(call, folder.id, 0n, { limit: 10, attributes: true });
    expect(entries.map(({ name }) => Buffer.from(name).toString())).toEqual(['b']);
    expect(Buffer.from((await handle.read(call, 0, 100)).bytes).toString()).toBe('after!');
  });

  test('nothing in a snapshot is changed', async () => {
    const handle = await file('a');
    const snapshot = await snapshots().create(call, directory, text('s1'));
    const kept = (await volume.lookup(call, snapshot, text('a'))) ?? expect.fail('not in the snapshot');
    const writer = await volume.open(call, kept.id, 'write');
    onTestFinished(() => writer.close());
    const changes = [
      writer.write(call, 0, [text('x')], 'file'),
      volume.setattr(call, kept.id, { mode: 0 }),
      volume.setxattr(call, kept.id, 'user.x', text('x'), 'either'),
      volume.unlink(call, snapshot, text('a')),
      volume.create(call, snapshot, text('b'), { kind: 'guarded' }, owner),
    ];
    const codes = await Promise.all(
      changes.map((change) => change.then(String, (error: { code: string }) => error.code)),
    );
    expect(codes).toEqual(changes.map(() => 'readOnly'));
    expect((await volume.getattr(call, handle.id)).mode).toBe(0o644);
  });

  test('snapshots are listed by name, each directory its own, until they are removed', async () => {
    const roots = new Map<string, FileId>();
    for (const name of ['one', 'two']) roots.set(name, await snapshots().create(call, directory, text(name)));
    await expect(snapshots().create(call, directory, text('one'))).rejects.toMatchObject({ code: 'exists' });
    await expect(snapshots().create(call, directory, text('_x'))).rejects.toMatchObject({ code: 'badName' });
    const below = (await volume.mkdir(call, directory, text('d'), owner)).attributes.id;
    expect(await snapshots().list(call, below)).toEqual([]);
    const listed = async (): Promise<unknown> =>
      new Map((await snapshots().list(call, directory)).map(({ name, root }) => [Buffer.from(name).toString(), root]));
    expect(await listed()).toEqual(roots);
    await snapshots().remove(call, directory, text('one'));
    await expect(snapshots().remove(call, directory, text('one'))).rejects.toMatchObject({ code: 'notFound' });
    roots.delete('one');
    expect(await listed()).toEqual(roots);
    await snapshots().remove(call, directory, text('two'));
  });

  test('no name is the door to snapshots: nobody makes or removes one as a directory', async () => {
    const door = text('.snap');
    await snapshots().create(call, directory, text('kept'));
    await file('a');
    expect(await volume.lookup(call, directory, door)).toBeUndefined();
    const attempts = [
      volume.mkdir(call, directory, door, owner),
      volume.create(call, directory, door, { kind: 'unchecked' }, owner),
      volume.rename(call, directory, text('a'), directory, door),
      volume.rmdir(call, directory, door),
    ];
    const codes = await Promise.all(attempts.map((each) => each.then(String, ({ code }: { code: string }) => code)));
    expect(codes).toEqual(attempts.map(() => 'badName'));
    expect((await snapshots().list(call, directory)).map(({ name }) => Buffer.from(name).toString())).toEqual(['kept']);
    await snapshots().remove(call, directory, text('kept'));
  });
});
