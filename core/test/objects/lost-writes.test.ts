import { faults } from '@polynas/backend-layers';
import type { FaultyVolume } from '@polynas/backend-layers';
import { describe, expect, it } from 'vitest';
import type { Objects } from '../../src/objects/index.ts';
import type { FileHandle } from '../../src/spi/index.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, codeOf, contentOf, leftovers, makeObjectWorld, plain, s3 } from './object-world.ts';

interface LossyWorld {
  readonly world: ObjectWorld;
  readonly objects: Objects;
  readonly faulty: FaultyVolume;
}

async function lossyWorld(): Promise<LossyWorld> {
  let faulty: FaultyVolume | undefined;
  const traits = { maxPublishBytes: 0, replace: 'rename', contentStamp: false } as const;
  const world = await makeObjectWorld({
    epoch: 1n,
    traits,
    groups: { clone: false },
    wrap: (volume) => (faulty = faults(volume)).volume,
  });
  await world.objects.put(s3, 1, 'source', bodyOf('from there'), plain);
  await world.objects.put(s3, 1, 'target', bodyOf('before'), plain);
  return { world, objects: world.objects, faulty: faulty! };
}

const operations: Record<string, (world: LossyWorld, upload: string) => Promise<unknown>> = {
  put: ({ objects }) => objects.put(s3, 1, 'target', bodyOf('content'), plain),
  copy: ({ objects }) => objects.copy(s3, { share: 1, key: 'source' }, { share: 1, key: 'target' }, {}),
  putPart: ({ objects }, upload) => objects.putPart(s3, 1, 'target', upload, 2, bodyOf('second')),
  copyPart: ({ objects }, upload) => objects.copyPart(s3, 1, 'target', upload, 2, { share: 1, key: 'source' }),
  compose: ({ objects }) =>
    objects.compose(s3, 1, 'target', [{ share: 1, key: 'source' }, { bytes: Buffer.from('more') }], plain),
};

/** The volume comes back in another epoch right before it publishes. */
function loseBeforeReplace({ world, faulty }: LossyWorld): void {
  const { replace } = world.volume;
  Object.assign(world.volume, {
    replace: (...given: Parameters<typeof replace>) => {
      faulty.restore(2n);
      return replace(...given);
    },
  });
}

/** The volume comes back in another epoch right before the second write. */
function loseBeforeSecondWrite({ world, faulty }: LossyWorld): void {
  const { open } = world.volume;
  let writes = 0;
  const opened = async (...given: Parameters<typeof open>): Promise<FileHandle> => {
    const handle = await open(...given);
    const write: FileHandle['write'] = (...chunks) => {
      writes += 1;
      if (writes === 2) faulty.restore(2n);
      return handle.write(...chunks);
    };
    return { ...handle, write };
  };
  Object.assign(world.volume, { open: opened });
}

describe('an object whose unstable bytes the volume may have lost', () => {
  for (const [name, make] of Object.entries(operations)) {
    it(`is not published, and what was there stays: ${name}`, async () => {
      const world = await lossyWorld();
      const { objects } = world;
      const upload = await objects.createUpload(s3, 1, 'target', plain);
      loseBeforeReplace(world);
      expect(await codeOf(make(world, upload.id))).toBe('unavailable');
      expect(await contentOf(objects, 'target')).toEqual(Buffer.from('before'));
      expect((await objects.listParts(s3, 1, 'target', upload.id, 0, 10)).parts).toEqual([]);
      // Asked again, it is done.
      await make(world, upload.id);
    });
  }

  it('is not published after a loss between two writes', async () => {
    const world = await lossyWorld();
    const { objects } = world;
    const large = new Uint8Array(2_500_000);
    loseBeforeSecondWrite(world);
    expect(await codeOf(objects.put(s3, 1, 'target', bodyOf(large, 100_000), plain))).toBe('unavailable');
    expect(await contentOf(objects, 'target')).toEqual(Buffer.from('before'));
    expect(await leftovers(world.world)).toEqual([]);
  });

  it('is not composed of given bytes that were lost before they were copied', async () => {
    const world = await lossyWorld();
    loseBeforeSecondWrite(world);
    expect(await codeOf(operations['compose']!(world, ''))).toBe('unavailable');
    expect(await contentOf(world.objects, 'target')).toEqual(Buffer.from('before'));
  });
});
