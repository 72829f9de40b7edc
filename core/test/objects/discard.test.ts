import { describe, expect, it } from 'vitest';
import type { Volume } from '../../src/spi/index.ts';
import { StorageError } from '../../src/spi/index.ts';
import { aroundCalls } from '../changed-calls.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, codeOf, leftovers, makeObjectWorld, plain, s3 } from './object-world.ts';

/** A volume on which nothing can be published nor removed, once it is broken. */
async function makeBreaking(): Promise<ObjectWorld & { break: () => void }> {
  let broken = false;
  const failing: Readonly<Record<string, StorageError>> = {
    replace: new StorageError('noSpace'),
    unlink: new StorageError('io'),
  };
  const wrap = (volume: Volume): Volume =>
    aroundCalls(volume, (name, _given, go) => {
      const error = broken ? failing[name] : undefined;
      return error === undefined ? go() : Promise.reject(error);
    });
  const world = await makeObjectWorld({ wrap, traits: { maxPublishBytes: 0 } });
  return { ...world, break: () => (broken = true) };
}

describe('a temporary file that cannot be removed after a failure', () => {
  it('does not hide the failure, and is reported', async () => {
    const world = await makeBreaking();
    const { objects } = world;
    await objects.put(s3, 1, 'k', bodyOf('content'), plain);
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    const { number, etag } = await objects.putPart(s3, 1, 'k', id, 1, bodyOf('x'));
    world.break();
    const failing = [
      objects.put(s3, 1, 'k', bodyOf('other'), plain),
      objects.copy(s3, { share: 1, key: 'k' }, { share: 1, key: 'copy' }, {}),
      objects.putPart(s3, 1, 'k', id, 1, bodyOf('y')),
      objects.completeUpload(s3, 1, 'k', id, [{ number, etag }]),
    ];
    expect(await Promise.all(failing.map(codeOf))).toEqual(failing.map(() => 'noSpace'));
    // Parts that lie in place are put together in the file that they are in.
    const temporary = world.volume.clone === undefined ? failing.slice(1) : failing;
    expect(world.reported).toEqual(temporary.map(() => expect.objectContaining({ code: 'io' })));
    const left = await leftovers(world);
    expect(left.filter((path) => path.includes('t-'))).toHaveLength(temporary.length);
  });
});
