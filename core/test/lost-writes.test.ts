import { faults } from '@polynas/backend-layers';
import type { FaultyVolume } from '@polynas/backend-layers';
import { describe, expect, it } from 'vitest';
import { access } from '../src/service/index.ts';
import type { Open } from '../src/service/index.ts';
import { caller } from '../src/test/callers.ts';
import type { World } from './world.ts';
import { makeWorld, text } from './world.ts';

const smb = caller(0, { door: 'smb', stateless: false });

async function openOf(): Promise<{ world: World; faulty: FaultyVolume; open: Open; other: Open }> {
  let faulty: FaultyVolume | undefined;
  const world = await makeWorld({ epoch: 1n, wrap: (volume) => (faulty = faults(volume)).volume });
  const file = await world.file('f', {}, 'content');
  const rights = access.readData | access.writeData;
  const opener = { client: 'c', owner: 'o' };
  const [open, other] = [
    await world.state.open(smb, file, { access: rights, deny: 0, opener }),
    await world.state.open(smb, file, { access: rights, deny: 0, opener }),
  ];
  return { world, faulty: faulty!, open, other };
}

/** What can be asked of an open whose writes were lost. */
const asked: Record<string, (open: Open, other: Open) => Promise<unknown>> = {
  read: (open) => open.read(smb, 0, 10),
  write: (open) => open.write(smb, 0, [text('x')], 'file'),
  sync: (open) => open.sync(smb),
  allocate: (open) => open.allocate(smb, 0, 100),
  zero: (open) => open.zero(smb, 0, 1),
  dataRanges: (open) => open.dataRanges(smb, 0, 10, 10),
  copyFromIt: (open, other) => other.copyFrom(smb, open, 0, 1, 1),
  copyToIt: (open, other) => open.copyFrom(smb, other, 0, 1, 1),
  close: (open) => open.close(),
};

describe('an open whose volume comes back in another epoch', () => {
  for (const [name, ask] of Object.entries(asked)) {
    it(`says so after unstable writes: ${name}`, async () => {
      const { faulty, open, other } = await openOf();
      await open.write(smb, 0, [text('C')], 'unstable');
      faulty.restore(2n);
      await expect(ask(open, other)).rejects.toMatchObject({ code: 'io' });
      if (name !== 'close') await expect(open.sync(smb)).rejects.toMatchObject({ code: 'io' });
      await open.close().catch(() => undefined);
      await other.sync(smb);
      await other.close();
    });

    it(`goes on after what was stable: ${name}`, async () => {
      const { faulty, open, other } = await openOf();
      await open.write(smb, 0, [text('C')], 'file');
      await open.write(smb, 1, [text('O')], 'unstable');
      await open.sync(smb);
      faulty.restore(2n);
      await ask(open, other);
      await open.close();
    });
  }

  it('says so when the epoch changes while a write or a sync runs', async () => {
    for (const method of ['handle.write', 'handle.sync'] as const) {
      const { faulty, open } = await openOf();
      await open.write(smb, 0, [text('C')], 'unstable');
      const gate = Promise.withResolvers<void>();
      faulty.add({ method, what: { kind: 'delay', until: gate.promise } });
      const running = method === 'handle.sync' ? open.sync(smb) : open.write(smb, 1, [text('O')], 'unstable');
      await new Promise(setImmediate);
      faulty.restore(2n);
      gate.resolve();
      await expect(running).rejects.toMatchObject({ code: 'io' });
    }
  });

  it('says so of writes that were answered while a sync ran', async () => {
    const { faulty, open } = await openOf();
    await open.write(smb, 0, [text('C')], 'unstable');
    const gate = Promise.withResolvers<void>();
    faulty.add({ method: 'handle.sync', what: { kind: 'holdAnswer', until: gate.promise } });
    const syncing = open.sync(smb);
    await open.write(smb, 1, [text('O')], 'unstable');
    gate.resolve();
    await syncing;
    faulty.restore(2n);
    await expect(open.sync(smb)).rejects.toMatchObject({ code: 'io' });
  });
});
