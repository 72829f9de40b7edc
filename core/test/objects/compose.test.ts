import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bodyOf, codeOf, contentOf, leftovers, makeObjectWorld, md5, plain, s3, user } from './object-world.ts';

describe.each([
  ['with clones', {}],
  ['without', { groups: { clone: false } }],
] as const)('compose over a volume %s', (_name, options) => {
  it('makes one object of whole objects, ranges and bytes', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    await objects.put(s3, 1, 'a', bodyOf('hello '), plain);
    await objects.put(s3, 2, 'b', bodyOf('the whole world'), plain);
    const manifest = Buffer.from('note');
    const made = await objects.compose(
      s3,
      1,
      'c/d',
      [
        { share: 1, key: 'a' },
        { bytes: Buffer.from('<') },
        { share: 2, key: 'b', range: { start: 10, end: 15 } },
        { bytes: Buffer.from('>') },
      ],
      plain,
      { manifest },
    );
    expect((await contentOf(objects, 'c/d')).toString()).toBe('hello <world>');
    expect(made).toMatchObject({ key: 'c/d', size: 13, metadata: plain });
    expect(made.etag).toMatch(/^[0-9a-f]{32}-4$/);
    expect(made.parts?.map(({ size }) => size)).toEqual([6, 1, 5, 1]);
    expect(await objects.manifest(s3, 1, 'c/d')).toEqual(new Uint8Array(manifest));
    expect(await objects.head(s3, 1, 'c/d', undefined, { md5: true })).toMatchObject({
      etag: made.etag,
      md5: md5('hello <world>'),
    });
    // Its sources may go.
    await objects.delete(s3, 1, 'a');
    await objects.delete(s3, 2, 'b');
    expect((await contentOf(objects, 'c/d')).toString()).toBe('hello <world>');
    await objects.put(s3, 1, 'c/d', bodyOf('new'), plain);
    expect(await objects.manifest(s3, 1, 'c/d')).toBeUndefined();
    expect(await leftovers(world)).toEqual([]);
  });

  it('has the etag of an upload of the same parts', async () => {
    const { objects } = await makeObjectWorld(options);
    await objects.put(s3, 1, 'a', bodyOf('one'), plain);
    await objects.put(s3, 1, 'b', bodyOf('two'), plain);
    const { etag } = await objects.compose(
      s3,
      1,
      'c',
      [
        { share: 1, key: 'a' },
        { share: 1, key: 'b' },
      ],
      plain,
    );
    const hash = createHash('md5').update(Buffer.from(md5('one') + md5('two'), 'hex'));
    expect(etag).toBe(`${hash.digest('hex')}-2`);
  });

  it('says which piece is wrong, and leaves nothing behind', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    await objects.put(user(1), 1, 'mine', bodyOf('one'), plain);
    const piece = { share: 1, key: 'mine' };
    const compose = (second: { key?: string; range?: { start: number; end: number }; conditions?: object }) =>
      objects.compose(user(1), 1, 'c', [piece, { ...piece, ...second }], plain);
    await expect(compose({ key: 'none' })).rejects.toMatchObject({ code: 'noSuchKey', detail: { piece: 1 } });
    await expect(compose({ range: { start: 1, end: 4 } })).rejects.toMatchObject({ code: 'invalidRange' });
    await expect(compose({ conditions: { ifMatch: ['x'] } })).rejects.toMatchObject({
      code: 'preconditionFailed',
      detail: { piece: 1 },
    });
    expect(await codeOf(objects.compose(user(2), 1, 'c', [piece], plain))).toBe('accessDenied');
    expect(await codeOf(objects.compose(user(2), 1, 'c', [{ ...piece, caller: user(1) }], plain))).toBe('ok');
    expect(await codeOf(objects.compose(s3, 1, 'c', [], plain))).toBe('invalid');
    // More than the extended attributes hold, or a sidecar.
    const manifest = new Uint8Array(world.volume.traits.replace === 'swap' ? 300_000 : 2 ** 24);
    expect(await codeOf(objects.compose(s3, 1, 'd', [piece], plain, { manifest }))).toBe('tooLarge');
    expect(await leftovers(world)).toEqual([]);
  });
});
