import { openMemoryVolume } from '@polynas/backend-memory';
import type { RegistryState } from '@polynas/core';
import type { Volume } from '@polynas/core/spi';
import { beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { Sealer } from '../state/sealer.ts';
import { secretBox } from '../state/secret-box.ts';
import { systemRandom } from '../system-random.ts';
import { checkRegistry } from './check-registry.ts';

const path = '/data/state/registry.json';
const box = secretBox(new Sealer(systemRandom(32), systemRandom));
const otherBox = secretBox(new Sealer(systemRandom(32), systemRandom));
const emptyRegistry = { version: 1, nextShare: 1, nextUid: 10_000, tenants: [], users: [], shares: [] };
const directory = { uid: 0, gid: 0, mode: 0o755 };
let volume: Volume;
let passing: Volume;

beforeEach(async () => {
  volume = openMemoryVolume();
  Object.defineProperty(volume, 'traits', { value: { ...volume.traits, persistent: true } });
  passing = openMemoryVolume();
});

const check = (state: unknown) =>
  checkRegistry(state as RegistryState | undefined, {
    path,
    volumes: new Map([
      ['main', volume],
      ['scratch', passing],
    ]),
    box,
  });

async function makeShare(at: Volume): Promise<void> {
  const made = await at.mkdir({}, at.root, Buffer.from('shares'), directory);
  await at.mkdir({}, made.attributes.id, Buffer.from('1'), directory);
}

const refused = (message: RegExp) => ({
  name: 'HeadError',
  exitCode: exitCode.data,
  message: expect.stringMatching(message) as string,
});
const user = (...sealed: string[]) => ({
  id: 'u',
  tenant: 'default',
  name: 'ada',
  keys: sealed.map((sealedSecret) => ({ sealedSecret })),
});

describe('a registry that is not there', () => {
  it('is that of a first start where no volume holds shares', async () => {
    await check(undefined);
    await volume.mkdir({}, volume.root, Buffer.from('shares'), directory);
    await makeShare(passing);
    await check(undefined);
  });

  it('stops the start where a volume holds some', async () => {
    await makeShare(volume);
    await expect(check(undefined)).rejects.toMatchObject(
      refused(/registry\.json is missing, and volume main holds shares.*restore it from a backup/),
    );
    await expect(check(emptyRegistry)).rejects.toMatchObject(refused(/registry\.json is empty/));
    await check({ ...emptyRegistry, users: [user()] });
  });
});

describe('a registry that is there', () => {
  it('is refused in a version or shape that is not known', async () => {
    await expect(check({ ...emptyRegistry, version: 2 })).rejects.toMatchObject(refused(/has version 2/));
    await expect(check({ version: 1 })).rejects.toMatchObject(refused(/is damaged \(nextShare\)/));
    await expect(check({ ...emptyRegistry, users: [{}] })).rejects.toMatchObject(
      refused(/is damaged \(users\.0\.name\)/),
    );
  });

  it('is refused when another head.key has sealed it, not for one secret that is damaged', async () => {
    const other = otherBox.seal('secret');
    await expect(check({ ...emptyRegistry, users: [user(other)] })).rejects.toMatchObject(
      refused(/was sealed by another head\.key/),
    );
    await check({ ...emptyRegistry, users: [user(other, box.seal('secret'))] });
  });
});
