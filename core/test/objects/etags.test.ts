import { describe, expect, it } from 'vitest';
import { inlineHasher } from '../../src/objects/index.ts';
import type { ContentHasher } from '../../src/objects/index.ts';
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
