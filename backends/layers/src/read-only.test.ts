import { openMemoryVolume } from '@polynas/backend-memory';
import { describe, expect, test } from 'vitest';
import { readOnly } from './index.ts';

describe('readOnly', () => {
  const call = {};
  const name = (value: string) => new TextEncoder().encode(value);
  const file = { uid: 0, gid: 0, mode: 0o644 };

  test('mutations_each_areReadOnly', async () => {
    const inner = openMemoryVolume();
    const { attributes } = await inner.create(call, inner.root, name('a'), { kind: 'guarded' }, file);
    const before = await inner.getattr(call, inner.root);
    const volume = readOnly(inner);
    const { root } = volume;
    const { id } = attributes;
    const mutations = [
      () => volume.setattr(call, id, { mode: 0 }),
      () => volume.create(call, root, name('a'), { kind: 'unchecked' }, file),
      () => volume.mkdir(call, root, name('d'), file),
      () => volume.mknod(call, root, name('n'), 'fifo', { major: 0, minor: 0 }, file),
      () => volume.symlink(call, root, name('s'), name('t'), file),
      () => volume.link(call, id, root, name('l')),
      () => volume.unlink(call, root, name('a')),
      () => volume.rmdir(call, root, name('a')),
      () => volume.rename(call, root, name('a'), root, name('b')),
      () => volume.replace(call, root, name('a'), root, name('b')),
      () => volume.setxattr(call, id, 'user.x', name('v'), 'either'),
      () => volume.removexattr(call, id, 'user.x'),
      () => volume.open(call, id, 'write'),
      () => volume.clone?.ranges(call, [], id, 0),
      () => volume.records?.set(call, []),
    ];
    for (const mutation of mutations)
      await expect(mutation(), String(mutation)).rejects.toMatchObject({ code: 'readOnly' });
    expect(await inner.getattr(call, inner.root)).toEqual(before);
    expect(await inner.getattr(call, id)).toEqual(attributes);
  });

  test('reads_each_workAsBefore', async () => {
    const inner = openMemoryVolume();
    const { attributes } = await inner.create(call, inner.root, name('a'), { kind: 'guarded' }, file);
    const volume = readOnly(inner);
    expect(await volume.lookup(call, volume.root, name('a'))).toEqual(attributes);
    expect(volume.lookupNow?.(volume.root, name('a'))?.attributes).toEqual(attributes);
    const handle = await volume.open(call, attributes.id, 'read');
    expect((await handle.read(call, 0, 10)).eof).toBe(true);
    await expect(handle.write(call, 0, [name('x')], 'file')).rejects.toMatchObject({ code: 'readOnly' });
    await handle.close();
    await expect(handle.read(call, 0, 1)).rejects.toMatchObject({ code: 'badHandle' });
    await volume.close();
    await expect(inner.statfs(call)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
