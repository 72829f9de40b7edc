import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Attributes, FileHandle, Volume } from '../../src/spi/index.ts';
import { changedCalls, nothingAtHand } from '../changed-calls.ts';
import { root, text } from '../world.ts';
import { bodyOf, codeOf, contentOf, idAt, makeObjectWorld, plain, s3 } from './object-world.ts';

/** A volume that moves stamps some time after it has written the bytes, as those do that write to host files. */
class LateStamps {
  readonly #shown = new Map<bigint, Attributes>();
  #held: PromiseWithResolvers<void> | undefined = undefined;

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#shown.clear();
    this.#held?.resolve();
    this.#held = undefined;
  }

  wrap(volume: Volume): Volume {
    return changedCalls(volume, {
      ...nothingAtHand,
      getattr: async (call, id) => this.#shown.get(id) ?? volume.getattr(call, id),
      open: async (...given) => this.#handle(volume, await volume.open(...given)),
    });
  }

  #handle(volume: Volume, handle: FileHandle): FileHandle {
    return changedCalls(handle, {
      write: async (...given) => {
        if (this.#held !== undefined) this.#shown.set(handle.id, await volume.getattr({}, handle.id));
        const written = await handle.write(...given);
        await this.#held?.promise;
        return written;
      },
    });
  }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

describe('reading an object while other doors write into its file', () => {
  it('a reader never gives bytes of a later content, though their stamp is not there yet', async () => {
    const stamps = new LateStamps();
    const world = await makeObjectWorld({ wrap: (volume) => stamps.wrap(volume) });
    const { objects, files } = world;
    await objects.put(s3, 1, 'k', bodyOf(Buffer.alloc(200_000, 'o'), 50_000), plain);
    const file = { share: 1, id: await idAt(world, 'k') };
    const reader = await objects.get(s3, 1, 'k');
    expect((await reader.read(0, 100_000)).length).toBe(100_000);

    stamps.hold();
    const writing = files.write(root, file, 150_000, [text('new')], 'unstable');
    await turns();
    const reading = codeOf(reader.read(100_000, 100_000));
    await turns();
    stamps.release();
    await writing;
    expect(await reading).toBe('conditionFailed');
    await reader.close();
  });

  it('a small object has the content that its etag says', async () => {
    const stamps = new LateStamps();
    const world = await makeObjectWorld({ wrap: (volume) => stamps.wrap(volume) });
    const { objects, files } = world;
    await objects.put(s3, 1, 'k', bodyOf('old content'), plain);
    const file = { share: 1, id: await idAt(world, 'k') };

    stamps.hold();
    const writing = files.write(root, file, 0, [text('new')], 'unstable');
    await turns();
    const reading = objects.get(s3, 1, 'k');
    await turns();
    stamps.release();
    await writing;
    const reader = await reading;
    const content = await reader.read(0, 100);
    expect(Buffer.from(content).toString()).toBe('new content');
    expect(reader.info.etag).toBe(createHash('md5').update(content).digest('hex'));
    await reader.close();
  });

  it('a copy is one of the old content or of the new one, with an etag that says so', async () => {
    const stamps = new LateStamps();
    const world = await makeObjectWorld({ wrap: (volume) => stamps.wrap(volume), groups: { clone: false } });
    const { objects, files } = world;
    await objects.put(s3, 1, 'k', bodyOf('old content'), plain);
    const file = { share: 1, id: await idAt(world, 'k') };

    stamps.hold();
    const writing = files.write(root, file, 0, [text('new')], 'unstable');
    await turns();
    const copying = objects.copy(s3, { share: 1, key: 'k' }, { share: 1, key: 'copy' }, {});
    await turns();
    stamps.release();
    await writing;
    const { etag } = await copying;
    const content = await contentOf(objects, 'copy');
    expect(content.toString()).toBe('new content');
    expect(etag).toBe(createHash('md5').update(content).digest('hex'));
    expect((await objects.head(s3, 1, 'copy')).etag).toBe(etag);
  });
});
