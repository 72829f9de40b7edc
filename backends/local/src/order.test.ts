import { afterEach, describe, expect, test } from 'vitest';
import type { FileHandle, FileId } from '@polynas/core/spi';
import { openLocalVolume } from './open.ts';
import { OrderRecorder } from './testing/order-recorder.ts';
import { discard, scratchDirectory } from './testing/scratch.ts';

const call = {};
const newFile = { uid: 0, gid: 0, mode: 0o644 };
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) discard(directory);
});

/** Numbers that are the same in each run of one seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

describe('order of host operations and commits', () => {
  test.each([1, 2, 3, 4])('underRandomLoadSeed%i_keepsTheRules', async (seed) => {
    const recorder = new OrderRecorder();
    const directory = scratchDirectory();
    directories.push(directory);
    const { host } = recorder;
    const volume = await openLocalVolume({ directory, host, observer: recorder, maxOpenBlobs: 4, idleFlush: 20 });
    const random = randomOf(seed);
    const lane = async (name: string): Promise<void> => {
      const ids: FileId[] = [];
      const handles: FileHandle[] = [];
      const begin = async (index: number): Promise<void> => {
        const made = await volume.create(
          call,
          volume.root,
          Buffer.from(`${name}${index}`),
          { kind: 'guarded' },
          newFile,
        );
        ids[index] = made.attributes.id;
        handles[index] = await volume.open(call, made.attributes.id, 'write');
      };
      for (let index = 0; index < 3; index += 1) await begin(index);
      for (let step = 0; step < 120; step += 1) {
        const index = random(3);
        const [id, handle] = [ids[index], handles[index]];
        if (id === undefined || handle === undefined) throw new Error('no file');
        const offset = random(400_000);
        const bytes = Buffer.alloc(1 + random(20_000), step);
        const kind = random(14);
        if (kind < 4) await handle.write(call, offset, [bytes], 'unstable');
        else if (kind === 4) await handle.write(call, offset, [bytes], 'data');
        else if (kind === 5) await handle.sync(call);
        else if (kind === 6) await volume.setattr(call, id, { size: offset });
        else if (kind === 7) await handle.punch(call, offset, bytes.length);
        else if (kind < 10) {
          const from = ids[random(3)] ?? id;
          const { size } = await volume.getattr(call, from);
          const length = Math.floor(size / 2);
          await volume.clone.ranges(
            call,
            [{ id: from, offset: random(Math.max(1, size - length)), length }],
            id,
            offset,
          );
        } else if (kind === 10) {
          await volume.unlink(call, volume.root, Buffer.from(`${name}${index}`));
          await handle.close();
          await begin(index);
        } else if (kind > 11) {
          const aside = { directory: volume.root, name: Buffer.from(`${name}-aside`) };
          await volume.publish(call, volume.root, Buffer.from(`${name}${index}`), newFile, [bytes], { aside });
        } else {
          await volume.create(call, volume.root, Buffer.from(`${name}-new`), { kind: 'unchecked' }, newFile);
          const made = await volume.lookup(call, volume.root, Buffer.from(`${name}-new`));
          const fresh = await volume.open(call, made?.id ?? 0n, 'write');
          await fresh.write(call, 0, [bytes], 'unstable');
          await fresh.close();
          await volume.replace(
            call,
            volume.root,
            Buffer.from(`${name}-new`),
            volume.root,
            Buffer.from(`${name}${index}`),
          );
        }
      }
      for (const handle of handles) await handle.close();
    };
    await Promise.all([lane('a'), lane('b'), lane('c')]);
    await volume.settled();
    expect(await volume.check()).toMatchObject({ problems: [] });
    await volume.close();
    expect(recorder.faults).toEqual([]);
    // The rules were really put to the test.
    for (const count of [recorder.publications, recorder.clears, recorder.redirections, recorder.unlinks]) {
      expect(count).toBeGreaterThan(10);
    }
  });
});
