import { describe, expect, it } from 'vitest';
import { inlineHasher } from '../../src/objects/index.ts';
import type { ContentHasher } from '../../src/objects/index.ts';
import { recordXattr } from '../../src/objects/record/xattr-names.ts';
import { makeObjectWorld, md5, s3 } from './object-world.ts';

const held = 'a content that is hashed for long';

/** Hashes of `held` wait for `proceed`. */
function makeHolding(): { hasher: ContentHasher; proceed: () => void; most: () => number } {
  const gate = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const hasher: ContentHasher = {
    ...inlineHasher,
    start(algorithm, bytes) {
      const hash = inlineHasher.start(algorithm, bytes);
      running += 1;
      most = Math.max(most, running);
      return {
        ...hash,
        async digest() {
          if (bytes === held.length) await gate.promise;
          running -= 1;
          return hash.digest();
        },
      };
    },
  };
  return { hasher, proceed: gate.resolve, most: () => most };
}

describe('hashing files of other doors', () => {
  it('goes on beside a file that takes long, a few at a time', async () => {
    const { hasher, proceed, most } = makeHolding();
    const { objects, file } = await makeObjectWorld({ contentHasher: hasher });
    await file('held', {}, held);
    const names = Array.from({ length: 20 }, (_, index) => `short ${index}`);
    for (const name of names) await file(name, {}, name);

    const long = objects.head(s3, 1, 'held');
    const short = await Promise.all(names.map((name) => objects.head(s3, 1, name)));
    expect(short.map(({ etag }) => etag)).toEqual(names.map(md5));
    expect(most()).toBe(4);
    proceed();
    expect((await long).etag).toBe(md5(held));
  });
});

it('leaves a record alone that it cannot read: metadata may be had from it yet', async () => {
  const { objects, file, volume } = await makeObjectWorld();
  const { id } = await file('later', {}, 'of a later version');
  const unknown = Uint8Array.of(250, 1, 2, 3);
  await volume.setxattr({}, id, recordXattr, unknown, 'either');
  for (let times = 0; times < 2; times += 1) {
    expect(await objects.head(s3, 1, 'later')).toMatchObject({
      etag: md5('of a later version'),
      metadata: { user: {} },
    });
  }
  expect(await volume.getxattr({}, id, recordXattr)).toEqual(unknown);
});
