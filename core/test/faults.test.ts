import { faults } from '@polynas/backend-layers';
import type { FaultyVolume } from '@polynas/backend-layers';
import { describe, expect, it } from 'vitest';
import type { ChangeEvent } from '../src/service/index.ts';
import type { World } from './world.ts';
import { makeWorld, mode, root, text } from './world.ts';

async function faultyWorld(): Promise<{ world: World; faulty: FaultyVolume }> {
  let faulty: FaultyVolume | undefined;
  const world = await makeWorld({ wrap: (volume) => (faulty = faults(volume)).volume });
  return { world, faulty: faulty! };
}

describe('a backend that fails', () => {
  const operations: Record<string, (world: World, file: { share: number; id: bigint }) => Promise<unknown>> = {
    setattr: ({ files }, file) => files.setattr(root, file, { size: 2 }),
    create: ({ files, top }) => files.create(root, top, text('n'), { kind: 'guarded' }, mode(0o644)),
    mkdir: ({ files, top }) => files.mkdir(root, top, text('n'), mode(0o755)),
    symlink: ({ files, top }) => files.symlink(root, top, text('n'), text('t'), mode(0o777)),
    link: ({ files, top }, file) => files.link(root, file, top, text('n')),
    unlink: ({ files, top }) => files.remove(root, top, text('f')),
    rmdir: ({ files, top }) => files.rmdir(root, top, text('d')),
    rename: ({ files, top }) => files.rename(root, top, text('f'), top, text('n')),
    setxattr: ({ files }, file) => files.setxattr(root, file, 'user.a', text('1'), 'either'),
    'handle.write': ({ files }, file) => files.write(root, file, 0, [text('x')], 'unstable'),
    open: ({ files }, file) => files.write(root, file, 0, [text('x')], 'unstable'),
  };

  for (const [method, act] of Object.entries(operations)) {
    it(`in ${method}: the caller is told, nothing stands, nobody hears of a change that was none`, async () => {
      const { world, faulty } = await faultyWorld();
      const file = await world.file('f', {}, 'text');
      await world.directory('d');
      const heard: ChangeEvent[] = [];
      world.parts.events.changes.subscribe((event) => heard.push(event));
      await world.parts.handles.forget(world.volume, file.id);
      const heal = faulty.add({ method: method as 'open', what: { kind: 'reject', code: 'io' } });
      await expect(act(world, file)).rejects.toMatchObject({ code: 'io' });
      expect(heard).toEqual([]);
      expect(world.parts.table.volume('v').guards.size).toBe(0);
      heal();
      await act(world, file);
      expect(heard).toHaveLength(1);
      expect(world.parts.table.volume('v').guards.size).toBe(0);
    });
  }

  it('by going away: cached handles of its former life are let go', async () => {
    const { world, faulty } = await faultyWorld();
    const file = await world.file('f', {}, 'text');
    await world.files.write(root, file, 0, [text('T')], 'unstable');
    const epoch = world.files.epoch(1);
    faulty.fail('sync failed');
    await expect(world.files.read(root, file, 0, 9)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(world.files.write(root, file, 0, [text('x')], 'file')).rejects.toMatchObject({ code: 'unavailable' });
    faulty.restore(epoch + 1n);
    expect((await world.files.read(root, file, 0, 9)).bytes.length).toBe(4);
    await world.files.write(root, file, 0, [text('x')], 'file');
    expect((await world.files.commit(root, file, 0, 0)).epoch).not.toBe(epoch);
  });
});
