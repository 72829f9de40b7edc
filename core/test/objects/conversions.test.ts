import { expect, it } from 'vitest';
import type { Volume } from '../../src/spi/index.ts';
import { changedCalls } from '../changed-calls.ts';
import { root, text } from '../world.ts';
import { bodyOf, codeOf, contentOf, keysOf, makeObjectWorld, plain, s3 } from './object-world.ts';

/** A volume whose renames wait while they are held. */
function holding(volume: Volume, held: () => Promise<void> | undefined): Volume {
  return changedCalls(volume, {
    rename: async (...given) => {
      await held();
      return volume.rename(...given);
    },
  });
}

it('a file that is on its way to its alternate name does not stop others from finding that their keys are free', async () => {
  const held = Promise.withResolvers<void>();
  let waiting: Promise<void> | undefined = undefined;
  const { objects } = await makeObjectWorld({ wrap: (volume) => holding(volume, () => waiting) });
  await objects.put(s3, 1, 'd/x', bodyOf('x'), plain);
  waiting = held.promise;
  const moving = objects.put(s3, 1, 'd/x/y', bodyOf('y'), plain);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);

  expect(await codeOf(objects.put(s3, 1, 'd/other', bodyOf('1'), plain))).toBe('ok');
  expect(await codeOf(objects.put(s3, 1, 'elsewhere/other', bodyOf('1'), plain))).toBe('ok');
  expect(await codeOf(objects.head(s3, 1, 'd/missing'))).toBe('noSuchKey');
  expect(await keysOf(objects)).toEqual(['d/other', 'd/x', 'elsewhere/other']);

  held.resolve();
  await moving;
  expect(await keysOf(objects)).toEqual(['d/other', 'd/x', 'd/x/y', 'elsewhere/other']);
  expect((await contentOf(objects, 'd/x')).toString()).toBe('x');
});

it('an object that stepped aside for a directory is itself while a file of another door has its name, and comes back after it', async () => {
  const { objects, files, file, top } = await makeObjectWorld();
  await objects.put(s3, 1, 'a', bodyOf('older'), plain);
  await objects.put(s3, 1, 'a/b', bodyOf('below'), plain);
  await files.rename(root, top, text('a'), top, text('away'));
  await file('a', {}, 'newer');
  expect(await keysOf(objects)).toEqual(['%%oa', 'a', 'away/b']);
  expect((await contentOf(objects, '%%oa')).toString()).toBe('older');

  await objects.delete(s3, 1, 'a');
  expect(await keysOf(objects)).toEqual(['a', 'away/b']);
  expect((await contentOf(objects, 'a')).toString()).toBe('older');
  await objects.delete(s3, 1, 'a');
  expect(await keysOf(objects)).toEqual(['away/b']);
});
