import type { FileId, Volume } from '@polynas/core/spi';
import { expect, onTestFinished, test } from 'vitest';
import { CephError } from '../native/ceph-error.ts';
import { errno } from '../native/errno.ts';
import type { Mount } from '../native/mount-api.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Where another client takes a file away between two calls of ours, the second is answered ENOENT. */
const ofTheFile: readonly [keyof Mount, (volume: Volume, id: FileId, directory: FileId) => Promise<unknown>][] = [
  ['getattrs', (volume, id) => volume.getattr(call, id)],
  ['getxattr', (volume, id) => volume.getxattr(call, id, 'user.x')],
  ['listxattr', (volume, id) => volume.listxattr(call, id)],
  ['setxattr', (volume, id) => volume.setxattr(call, id, 'user.x', text('y'), 'either')],
  ['setattr', (volume, id) => volume.setattr(call, id, { mode: 0o600 })],
  ['open', async (volume, id) => (await volume.open(call, id, 'read')).read(call, 0, 10)],
  ['write', async (volume, id) => (await volume.open(call, id, 'write')).write(call, 0, [text('new')], 'file')],
  ['opendir', (volume, _, directory) => volume.readdir(call, directory, 0n, { limit: 10, attributes: true })],
];

test.for(ofTheFile)('%s_ofAFileThatOthersRemovedMeanwhile_isStale', async ([name, use]) => {
  const { volume, current } = await fakeVolume('shared');
  onTestFinished(() => volume.close());
  const file = await volume.create(call, volume.root, text('f'), { kind: 'guarded' }, owner);
  const directory = await volume.mkdir(call, volume.root, text('d'), { ...owner, mode: 0o755 });
  current().before = (called) => {
    if (called === name) throw new CephError(errno.ENOENT, name);
  };
  const used = use(volume, file.attributes.id, directory.attributes.id);
  await expect(used).rejects.toMatchObject({ code: 'stale' });
});

test('unlink_ofANameThatOthersRemovedMeanwhile_isNotFound', async () => {
  const { volume, current } = await fakeVolume('shared');
  onTestFinished(() => volume.close());
  await volume.create(call, volume.root, text('f'), { kind: 'guarded' }, owner);
  current().before = (called) => {
    if (called === 'unlink') throw new CephError(errno.ENOENT, called);
  };
  await expect(volume.unlink(call, volume.root, text('f'))).rejects.toMatchObject({ code: 'notFound' });
});
