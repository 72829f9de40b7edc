import { describe, expect, it } from 'vitest';
import { bodyOf, contentOf, keysOf, makeObjectWorld, plain, s3, treeOf } from './object-world.ts';

const keys = ['.snap', '.snap/a', 'a/.snap/b', 'a/b', 'b/.snap', 'b/.snapshot'];

describe('keys with a segment that the file system keeps for itself', () => {
  it('are kept, found, listed and removed like others', async () => {
    const world = await makeObjectWorld({ traits: { reservedNames: ['.snap'] } });
    const { objects } = world;
    for (const key of keys) await objects.put(s3, 1, key, bodyOf(key), plain);
    for (const key of keys) expect((await contentOf(objects, key)).toString()).toBe(key);
    expect(await keysOf(objects)).toEqual(keys);
    expect(await keysOf(objects, s3, 'a/.snap/')).toEqual(['a/.snap/b']);
    expect(await treeOf(world)).toEqual(expect.arrayContaining([expect.stringContaining('%%q.snap')]));
    for (const key of keys) await objects.delete(s3, 1, key);
    expect(await keysOf(objects)).toEqual([]);
  });
});
