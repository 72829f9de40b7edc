import { describe, expect, it } from 'vitest';
import { mode, root, text } from '../world.ts';
import { bodyOf, codeOf, contentOf, keysOf, leftovers, makeObjectWorld, md5, plain, s3, user } from './object-world.ts';

const blue = { headers: { 'content-type': 'text/html' }, user: { colour: 'blue' } };

describe.each([
  ['with content stamps', {}],
  ['with change counters alone', { traits: { contentStamp: false, quietRecords: false } }],
] as const)('setMetadata over a volume %s', (_name, options) => {
  it('changes what is said and nothing else', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const before = await objects.put(s3, 1, 'a/b', bodyOf('hello'), plain);
    const after = await objects.setMetadata(s3, 1, 'a/b', (present) => {
      expect(present).toEqual(plain);
      return blue;
    });
    expect(after).toMatchObject({ key: 'a/b', metadata: blue, etag: md5('hello'), modified: before.modified });
    expect(await objects.head(s3, 1, 'a/b')).toMatchObject({ metadata: blue, etag: md5('hello'), size: 5 });
    expect((await contentOf(objects, 'a/b')).toString()).toBe('hello');
  });

  it('describes files of other doors without hashing them, and markers', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    const made = await files.create(root, top, text('file'), { kind: 'guarded' }, mode(0o666));
    await files.write(root, { share: 1, id: made.attributes.id }, 0, [text('content')], 'file');
    expect((await objects.setMetadata(s3, 1, 'file', () => blue)).etag).toMatch(/-0$/);
    expect(await objects.head(s3, 1, 'file')).toMatchObject({ metadata: blue, etag: md5('content') });
    await objects.put(s3, 1, 'd/', bodyOf(''), plain);
    await objects.setMetadata(s3, 1, 'd/', () => blue);
    expect(await objects.head(s3, 1, 'd/')).toMatchObject({ metadata: blue, directory: true });
  });

  it('keeps what was known of a content that may come back', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files } = world;
    const { file } = await objects.put(s3, 1, 'k', bodyOf('one'), plain);
    await files.write(root, { share: 1, id: file }, 0, [text('two')], 'file');
    await objects.setMetadata(s3, 1, 'k', () => blue);
    expect(await objects.head(s3, 1, 'k')).toMatchObject({ metadata: blue, etag: md5('two') });
  });

  it('refuses who may not write, and what is not there', async () => {
    const { objects } = await makeObjectWorld(options);
    await objects.put(user(1), 1, 'mine', bodyOf('x'), plain);
    expect(await codeOf(objects.setMetadata(user(2), 1, 'mine', () => blue))).toBe('accessDenied');
    expect(await codeOf(objects.setMetadata(s3, 1, 'none', () => blue))).toBe('noSuchKey');
    expect(await codeOf(objects.setMetadata(s3, 1, 'no/such/key', () => blue))).toBe('noSuchKey');
    await objects.put(s3, 1, 'implicit/x', bodyOf('x'), plain);
    expect(await codeOf(objects.setMetadata(s3, 1, 'implicit/', () => blue))).toBe('noSuchKey');
  });
});

describe('MD5 of the whole', () => {
  it('is found out when it is wanted, and kept beside the etag and parts of an upload', async () => {
    const { objects } = await makeObjectWorld({ minimumPartSize: 1 });
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    const parts = [
      await objects.putPart(s3, 1, 'k', id, 1, bodyOf('abc')),
      await objects.putPart(s3, 1, 'k', id, 2, bodyOf('de')),
    ];
    const named = parts.map(({ number, etag: tag }) => ({ number, etag: tag }));
    const { etag } = await objects.completeUpload(s3, 1, 'k', id, named);
    expect((await objects.head(s3, 1, 'k')).md5).toBeUndefined();
    expect(await objects.head(s3, 1, 'k', undefined, { md5: true })).toMatchObject({ etag, md5: md5('abcde') });
    const after = await objects.head(s3, 1, 'k', { ifMatch: [md5('abcde')] });
    expect(after).toMatchObject({ etag, md5: md5('abcde'), metadata: plain });
    expect(after.parts).toHaveLength(2);
  });
});

describe('expiry', () => {
  const at = (seconds: number) => ({ ...plain, expiresAt: 1_700_000_000 + seconds });

  it('removes what has expired, also after a restart, and nothing else', async () => {
    const world = await makeObjectWorld();
    const { objects, clock } = world;
    await objects.put(s3, 1, 'a/soon', bodyOf('1'), at(10));
    await objects.put(s3, 1, 'later', bodyOf('2'), at(100));
    await objects.put(s3, 2, 'soon', bodyOf('3'), at(10));
    await objects.put(s3, 1, 'kept', bodyOf('4'), at(10));
    await objects.setMetadata(s3, 1, 'kept', () => plain);
    await objects.put(s3, 1, 'again', bodyOf('5'), at(10));
    await objects.put(s3, 1, 'again', bodyOf('6'), plain);
    await objects.put(s3, 1, 'moved', bodyOf('7'), at(10));
    await objects.setMetadata(s3, 1, 'moved', () => at(100));
    await objects.put(s3, 1, 'd/', bodyOf(''), at(10));
    expect((await objects.head(s3, 1, 'later')).metadata).toEqual(at(100));
    expect(await objects.removeExpired()).toBe(0);
    clock.advance(20_000);
    await world.restarted().removeExpired();
    const keys = async (share: number) =>
      (await objects.list(s3, share, { prefix: '', delimiter: '', after: '', limit: 1000 })).items.map((item) =>
        item.kind === 'object' ? item.object.key : item.prefix,
      );
    expect(await keys(1)).toEqual(['again', 'kept', 'later', 'moved']);
    expect(await keys(2)).toEqual([]);
    clock.advance(100_000);
    await objects.removeExpired();
    expect(await keys(1)).toEqual(['again', 'kept']);
    expect(await leftovers(world)).toEqual(['expiring']);
    expect(world.reported).toEqual([]);
  });

  it('is void for what other doors have renamed since, and holds again under the old name', async () => {
    const { objects, clock, files, top } = await makeObjectWorld();
    for (const key of ['a', 'd/b', 'back']) await objects.put(s3, 1, key, bodyOf('1'), at(10));
    await objects.copy(s3, { share: 1, key: 'a' }, { share: 1, key: 'copy' }, {});
    await files.rename(root, top, text('a'), top, text('kept'));
    await files.rename(root, top, text('d'), top, text('e'));
    await files.rename(root, top, text('back'), top, text('away'));
    await files.rename(root, top, text('away'), top, text('back'));
    expect((await objects.head(s3, 1, 'kept')).metadata).toEqual(plain);
    const { items } = await objects.list(s3, 1, { prefix: 'e/', delimiter: '', after: '', limit: 1 });
    expect(items).toMatchObject([{ object: { key: 'e/b', metadata: plain } }]);
    for (const key of ['back', 'copy']) expect((await objects.head(s3, 1, key)).metadata).toEqual(at(10));
    clock.advance(20_000);
    await objects.removeExpired();
    expect(await keysOf(objects)).toEqual(['e/b', 'kept']);
    // Nobody waits for it any more: whoever sees it has it removed.
    clock.advance(200_000);
    await files.rename(root, top, text('kept'), top, text('a'));
    await objects.head(s3, 1, 'a');
    await objects.head(s3, 1, 'a');
    expect(await objects.removeExpired()).toBe(1);
    expect(await keysOf(objects)).toEqual(['e/b']);
  });

  it('is void for what other doors have written since, unless that is the same', async () => {
    const { objects, clock, files, ...world } = await makeObjectWorld();
    const write = async (key: string, content: string): Promise<void> => {
      const { file } = await objects.head(s3, 1, key);
      await files.setattr(s3, { share: 1, id: file }, { size: 0 });
      await files.write(s3, { share: 1, id: file }, 0, [Buffer.from(content)], 'file');
    };
    const keys = ['edited', 'edited and read', 'listed', 'same', 'again', 'untouched', 'moded'];
    for (const key of keys) await objects.put(s3, 1, key, bodyOf('upload'), at(10));
    for (const key of ['edited', 'edited and read', 'listed', 'again']) await write(key, 'work of hours');
    await write('same', 'upload');
    const { file } = await objects.head(s3, 1, 'moded');
    await files.setattr(s3, { share: 1, id: file }, { mode: 0o600 });
    expect((await objects.head(s3, 1, 'edited and read', undefined, { md5: true })).metadata).toEqual(plain);
    const page = await objects.list(s3, 1, { prefix: 'listed', delimiter: '', after: '', limit: 10 });
    expect(page.items).toMatchObject([{ object: { metadata: plain } }]);
    await objects.setMetadata(s3, 1, 'again', (present) => {
      expect(present).toEqual(plain);
      return at(10);
    });
    clock.advance(20_000);
    await objects.removeExpired();
    const left = await objects.list(s3, 1, { prefix: '', delimiter: '', after: '', limit: 1000 });
    expect(left.items.map((item) => item.kind === 'object' && item.object.key)).toEqual([
      'edited',
      'edited and read',
      'listed',
    ]);
    expect(world.reported).toEqual([]);
  });

  it('a copy takes it along, and leaves it with metadata of its own', async () => {
    const { objects, clock } = await makeObjectWorld();
    await objects.put(s3, 1, 'a', bodyOf('1'), at(10));
    await objects.copy(s3, { share: 1, key: 'a' }, { share: 1, key: 'b' }, {});
    await objects.copy(s3, { share: 1, key: 'a' }, { share: 1, key: 'c' }, { metadata: plain });
    clock.advance(20_000);
    await objects.removeExpired();
    expect(await codeOf(objects.head(s3, 1, 'b'))).toBe('noSuchKey');
    expect(await codeOf(objects.head(s3, 1, 'c'))).toBe('ok');
  });

  it('refuses a time that is none', async () => {
    const { objects } = await makeObjectWorld();
    expect(await codeOf(objects.put(s3, 1, 'a', bodyOf('1'), { ...plain, expiresAt: 2 ** 41 }))).toBe('invalid');
    expect(await codeOf(objects.put(s3, 1, 'a', bodyOf('1'), { ...plain, expiresAt: 0.5 }))).toBe('invalid');
  });
});

describe('usage', () => {
  it('counts objects and bytes, markers included', async () => {
    const { objects } = await makeObjectWorld();
    expect(await objects.usage(1)).toEqual({ objects: 0, bytes: 0 });
    await objects.put(s3, 1, 'a/b', bodyOf('hello'), plain);
    await objects.put(s3, 1, 'c', bodyOf('you'), plain);
    await objects.put(s3, 1, 'd/', bodyOf(''), plain);
    expect(await objects.usage(1)).toEqual({ objects: 3, bytes: 8 });
    await objects.delete(s3, 1, 'c');
    expect(await objects.usage(1, 1000)).toEqual({ objects: 3, bytes: 8 });
    expect(await objects.usage(1)).toEqual({ objects: 2, bytes: 5 });
  });
});
