import { expect, it } from 'vitest';
import type { FileId, Volume } from '../../src/spi/index.ts';
import { bodyOf, makeObjectWorld, plain, s3 } from './object-world.ts';
import { text } from '../world.ts';

async function makeCounting() {
  const listed: FileId[] = [];
  const wrap = (volume: Volume): Volume => {
    const readdir = volume.readdir.bind(volume);
    volume.readdir = (call, directory, ...rest) => {
      listed.push(directory);
      return readdir(call, directory, ...rest);
    };
    return volume;
  };
  const world = await makeObjectWorld({ wrap });
  const keys = Array.from({ length: 20 }, (_, index) => `d/k${index}`);
  for (const key of keys) await world.objects.put(s3, 1, key, bodyOf('x'), plain);
  const { volume } = world;
  const directory = await volume.lookup({}, world.parts.mounts.get(1).share.root, text('d'));
  if (directory === undefined) throw new Error('no directory');
  return { ...world, keys, directory: directory.id, listings: () => listed.filter((id) => id === directory.id).length };
}

it('lists a directory once for many keys that go, and removes it with the last', async () => {
  const { objects, keys, listings, volume, parts } = await makeCounting();
  for (const key of keys.slice(0, -1)) await objects.delete(s3, 1, key);
  expect(listings()).toBe(1);
  expect(await volume.lookup({}, parts.mounts.get(1).share.root, text('d'))).toBeDefined();
  await objects.delete(s3, 1, keys.at(-1)!);
  expect(await volume.lookup({}, parts.mounts.get(1).share.root, text('d'))).toBeUndefined();
});

it('goes by what is there, not by what was', async () => {
  const { objects, keys, directory, volume, parts } = await makeCounting();
  await objects.delete(s3, 1, keys[0]!);
  // Behind the service's back, as through another door.
  for (const key of keys.slice(1)) await volume.unlink({}, directory, text(key.slice(2)));
  await objects.put(s3, 1, 'd/new', bodyOf('x'), plain);
  await objects.put(s3, 1, 'd/newer', bodyOf('x'), plain);
  await objects.delete(s3, 1, 'd/new');
  expect(await volume.lookup({}, parts.mounts.get(1).share.root, text('d'))).toBeDefined();
  await objects.delete(s3, 1, 'd/newer');
  expect(await volume.lookup({}, parts.mounts.get(1).share.root, text('d'))).toBeUndefined();
});
