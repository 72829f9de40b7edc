import { describe, expect, it } from 'vitest';
import { access } from '../../src/service/index.ts';
import type { ObjectBody } from '../../src/service/index.ts';
import { caller } from '../../src/test/callers.ts';
import { mode, root, text } from '../world.ts';
import {
  bodyOf,
  codeOf,
  contentOf,
  idAt,
  keysOf,
  leftovers,
  makeObjectWorld,
  md5,
  plain,
  s3,
  treeOf,
  user,
} from './object-world.ts';

const variants = [
  ['swap', {}],
  ['rename', { traits: { replace: 'rename' as const } }],
  [
    'bare',
    {
      traits: { replace: 'rename' as const, orderedListing: false, contentStamp: false },
      groups: { clone: false },
      now: false,
    },
  ],
  ['loud', { traits: { contentStamp: false, quietRecords: false } }],
] as const;

describe.each(variants)('objects over a volume: %s', (variant, options) => {
  it('come back as they went in, with etag, metadata and the name in the tree', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const info = await objects.put(s3, 1, 'a/b.txt', bodyOf('hello world'), plain);
    expect(info).toMatchObject({
      key: 'a/b.txt',
      size: 11,
      etag: md5('hello world'),
      metadata: plain,
      directory: false,
    });
    expect(await objects.head(s3, 1, 'a/b.txt')).toEqual(info);
    expect((await contentOf(objects, 'a/b.txt')).toString()).toBe('hello world');
    expect(await treeOf(world)).toEqual(['a/', 'a/b.txt']);
    expect(await leftovers(world)).toEqual([]);
    expect(await codeOf(objects.head(s3, 1, 'a'))).toBe('noSuchKey');
    expect(await codeOf(objects.head(s3, 1, 'a/'))).toBe('noSuchKey');
    expect(await objects.head(s3, 1, 'a/b.txt')).toEqual(await world.restarted().head(s3, 1, 'a/b.txt'));
  });

  it('of every size: empty, one byte, a gather buffer and one more, three and a bit', async () => {
    const { objects } = await makeObjectWorld(options);
    for (const size of [0, 1, 65_536, 65_537, 1_048_576, 1_048_577, 3_500_000]) {
      const content = Buffer.alloc(size);
      for (let at = 0; at < size; at += 1) content[at] = (at * 31 + (at >> 13)) & 255;
      const info = await objects.put(s3, 1, 'k', bodyOf(content, 60_000), plain);
      expect(info.etag).toBe(md5(content));
      expect((await contentOf(objects, 'k')).equals(content)).toBe(true);
    }
  });

  it('a and a/b live together, whichever comes first, and take their plain names again', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    await objects.put(s3, 1, 'a', bodyOf('file'), plain);
    await objects.put(s3, 1, 'a/b', bodyOf('below'), plain);
    expect(await treeOf(world)).toEqual(['%%oa', 'a/', 'a/b']);
    expect((await contentOf(objects, 'a')).toString()).toBe('file');
    expect((await contentOf(objects, 'a/b')).toString()).toBe('below');
    expect(await keysOf(objects)).toEqual(['a', 'a/b']);
    await objects.put(s3, 1, 'a', bodyOf('file 2'), plain);
    expect(await treeOf(world)).toEqual(['%%oa', 'a/', 'a/b']);
    await objects.delete(s3, 1, 'a/b');
    expect(await treeOf(world)).toEqual(['a']);
    expect((await contentOf(objects, 'a')).toString()).toBe('file 2');
    await objects.put(s3, 1, 'c/d', bodyOf('below'), plain);
    await objects.put(s3, 1, 'c', bodyOf('file'), plain);
    expect(await keysOf(objects)).toEqual(['a', 'c', 'c/d']);
    await objects.delete(s3, 1, 'c');
    expect(await treeOf(world)).toEqual(['a', 'c/', 'c/d']);
  });

  it('odd keys have their places', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const keys = [
      '/',
      '/a',
      '//',
      'a//b',
      'a/',
      '../x',
      './y',
      '.',
      '..',
      '.polynas',
      '.polynas/z',
      'x/.polynas',
      'n\0ul',
      '%%oa',
      '%%q',
      '%%oa/b',
      '\u{10ffff}x',
      'é',
      'e\u0301',
      '\u{1f600}',
      '+#&% ?',
      'l'.repeat(1000),
      `${'l'.repeat(999)}m`,
      `${'l'.repeat(300)}/x`,
      'm'.repeat(255),
      `${'m'.repeat(255)}/y`,
      '\u{feff}bom',
    ];
    for (const key of keys) await objects.put(s3, 1, key, bodyOf(`content of ${key}`), plain);
    for (const key of keys) expect((await contentOf(objects, key)).toString()).toBe(`content of ${key}`);
    const sorted = keys
      .map((key) => Buffer.from(key))
      .sort(Buffer.compare)
      .map(String);
    expect(await keysOf(objects)).toEqual(sorted);
    for (const key of keys) expect((await objects.delete(s3, 1, key))?.key).toBe(key);
    expect(await treeOf(world)).toEqual([]);
    expect(await keysOf(objects)).toEqual([]);
  });

  it('long segments are files and directories at once, too', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const long = `${'x'.repeat(240)}é${'x'.repeat(60)}`;
    for (const keys of [
      [long, `${long}/a`],
      [`${long}/a`, long],
    ]) {
      for (const key of keys) await objects.put(s3, 1, key, bodyOf(key), plain);
      expect(await keysOf(objects)).toEqual([long, `${long}/a`]);
      for (const key of keys) expect((await contentOf(objects, key)).toString()).toBe(key);
      for (const key of keys) await objects.delete(s3, 1, key);
      expect(await treeOf(world)).toEqual([]);
    }
  });

  it('names of other doors have keys, also those that look like escapes', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    const names = ['plain', '%%oplain', '%%qplain', '%%q.', `%%hx~${'0'.repeat(64)}`, '%%oother'];
    for (const name of names) await files.create(root, top, text(name), { kind: 'guarded' }, mode(0o644));
    await files.create(root, top, Buffer.from('caf\u{e9}', 'latin1'), { kind: 'guarded' }, mode(0o644));
    const keys = await keysOf(objects);
    expect(keys).toEqual([
      '%%hx~' + '0'.repeat(64),
      '%%oplain',
      '%%qplain',
      '.',
      'caf\u{8fff}\u{10ffff}e9',
      'other',
      'plain',
    ]);
    for (const key of keys) {
      await objects.put(s3, 1, key, bodyOf(key), plain);
      expect((await contentOf(objects, key)).toString()).toBe(key);
    }
    expect(await keysOf(objects)).toEqual(keys);
    for (const key of keys) await objects.delete(s3, 1, key);
    expect(await treeOf(world)).toEqual([]);
  });

  it('a directory of others under an alternate name makes way', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    await files.mkdir(root, top, text('a'), mode(0o755));
    const taken = await files.mkdir(root, top, text('%%oa'), mode(0o755));
    await files.create(root, { share: 1, id: taken.attributes.id }, text('x'), { kind: 'guarded' }, mode(0o644));
    await objects.put(s3, 1, 'a', bodyOf('a'), plain);
    expect(await keysOf(objects)).toEqual(['%%oa/', '%%oa/x', 'a', 'a/']);
    expect((await contentOf(objects, 'a')).toString()).toBe('a');
  });

  it('markers: PUT a/ and mkdir are objects, with metadata, until they are deleted', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    const made = await objects.put(s3, 1, 'a/', bodyOf(''), plain);
    expect(made).toMatchObject({ key: 'a/', size: 0, etag: md5(''), directory: true, metadata: plain });
    expect(await objects.head(s3, 1, 'a/')).toEqual(made);
    expect((await contentOf(objects, 'a/')).length).toBe(0);
    await files.mkdir(root, top, text('m'), mode(0o755));
    await objects.put(s3, 1, 'a/x', bodyOf('1'), plain);
    expect(await keysOf(objects)).toEqual(['a/', 'a/x', 'm/']);
    await objects.delete(s3, 1, 'a/x');
    expect(await treeOf(world)).toEqual(['a/', 'm/']);
    await objects.put(s3, 1, 'a/x', bodyOf('1'), plain);
    expect(await objects.delete(s3, 1, 'a/')).toMatchObject({ key: 'a/' });
    expect(await keysOf(objects)).toEqual(['a/x', 'm/']);
    await objects.delete(s3, 1, 'a/x');
    await objects.delete(s3, 1, 'm/');
    expect(await treeOf(world)).toEqual([]);
    await objects.put(s3, 1, 'p/q', bodyOf('1'), plain);
    await objects.put(s3, 1, 'p/', bodyOf(''), plain);
    await objects.delete(s3, 1, 'p/q');
    expect(await keysOf(objects)).toEqual(['p/']);
  });

  it('a marker with content keeps it', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    await objects.put(s3, 1, 'a/', bodyOf('inside'), plain);
    await objects.put(s3, 1, 'a/b', bodyOf('x'), plain);
    expect((await contentOf(objects, 'a/')).toString()).toBe('inside');
    expect(await keysOf(objects)).toEqual(['a/', 'a/b']);
    expect(await keysOf(objects, s3, '', '/')).toEqual(['a/']);
    await objects.put(s3, 1, 'a/', bodyOf(''), plain);
    expect((await objects.head(s3, 1, 'a/')).size).toBe(0);
    await objects.delete(s3, 1, 'a/');
    expect(await keysOf(objects)).toEqual(['a/b']);
    await objects.delete(s3, 1, 'a/b');
    expect(await treeOf(world)).toEqual([]);
  });

  it('etags follow the content and nothing else', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    await objects.put(s3, 1, 'k', bodyOf('one'), plain);
    const file = { share: 1, id: await idAt(world, 'k') };
    await files.setattr(root, file, { mode: 0o600 });
    await files.rename(root, top, text('k'), top, text('j'));
    expect(await objects.head(s3, 1, 'j')).toMatchObject({ etag: md5('one'), metadata: plain });
    const { modified } = await files.getattr(root, file);
    await files.write(root, file, 0, [text('two')], 'file');
    await files.setattr(root, file, { modified });
    const [listed] = (await objects.list(s3, 1, { prefix: '', delimiter: '', after: '', limit: 1 })).items;
    const listedEtag = listed?.kind === 'object' ? listed.object.etag : '';
    expect(listedEtag).toMatch(/^[0-9a-f]{32}-0$/);
    expect(await codeOf(objects.get(s3, 1, 'j', { ifMatch: [listedEtag] }))).toBe('ok');
    expect(await objects.head(s3, 1, 'j')).toMatchObject({ etag: md5('two'), metadata: plain });
    expect((await objects.list(s3, 1, { prefix: '', delimiter: '', after: '', limit: 1 })).items[0]).toMatchObject({
      object: { etag: md5('two') },
    });
    expect((await world.restarted().head(s3, 1, 'j')).etag).toBe(md5('two'));
    await files.create(root, top, text('nfs'), { kind: 'guarded' }, mode(0o644));
    const nfs = { share: 1, id: await idAt(world, 'nfs') };
    await files.write(root, nfs, 0, [text('by nfs')], 'unstable');
    expect(await objects.head(s3, 1, 'nfs')).toMatchObject({
      etag: md5('by nfs'),
      metadata: { headers: {}, user: {} },
    });
  });

  it('the same bytes written again keep etag and checksums', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files } = world;
    const checksums = { type: 'FULL_OBJECT' as const, values: { crc32: 'AAAAAA==' } };
    await objects.put(s3, 1, 'k', { ...bodyOf('same'), finish: async () => checksums }, plain);
    const file = { share: 1, id: await idAt(world, 'k') };
    await files.write(root, file, 0, [text('same')], 'file');
    expect(await objects.head(s3, 1, 'k')).toMatchObject({ etag: md5('same'), checksums });
    await files.write(root, file, 0, [text('SAME')], 'file');
    expect((await objects.head(s3, 1, 'k')).checksums).toBeUndefined();
  });

  it('conditions hold in the same step as the change', async () => {
    const { objects } = await makeObjectWorld(options);
    const put = (content: string, conditions: Parameters<typeof objects.put>[5]) =>
      codeOf(objects.put(s3, 1, 'k', bodyOf(content), plain, conditions));
    expect(await put('1', { ifMatch: ['*'] })).toBe('preconditionFailed');
    expect(await put('1', { ifNoneMatch: ['*'] })).toBe('ok');
    expect(await put('2', { ifNoneMatch: ['*'] })).toBe('preconditionFailed');
    expect(await put('2', { ifMatch: [md5('0')] })).toBe('preconditionFailed');
    expect(await put('2', { ifMatch: [md5('1')] })).toBe('ok');
    expect(await codeOf(objects.get(s3, 1, 'k', { ifNoneMatch: [md5('2')] }))).toBe('notModified');
    expect(await codeOf(objects.get(s3, 1, 'k', { ifMatch: [md5('1')] }))).toBe('preconditionFailed');
    const { modified } = await objects.head(s3, 1, 'k');
    expect(await codeOf(objects.head(s3, 1, 'k', { ifModifiedSince: modified.seconds }))).toBe('notModified');
    expect(await codeOf(objects.head(s3, 1, 'k', { ifUnmodifiedSince: modified.seconds - 1 }))).toBe(
      'preconditionFailed',
    );
    expect(await codeOf(objects.delete(s3, 1, 'k', { ifMatch: [md5('1')] }))).toBe('preconditionFailed');
    expect(await codeOf(objects.delete(s3, 1, 'k', { ifSize: 7 }))).toBe('preconditionFailed');
    expect(await codeOf(objects.delete(s3, 1, 'k', { ifSize: 1, ifMatch: [md5('2')] }))).toBe('ok');
    expect(await codeOf(objects.delete(s3, 1, 'k', { ifMatch: ['*'] }))).toBe('preconditionFailed');
    expect(await objects.delete(s3, 1, 'k')).toBeUndefined();
  });

  it('of many conditional PUTs at once one wins', async () => {
    const { objects } = await makeObjectWorld(options);
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        codeOf(objects.put(s3, 1, 'x/k', bodyOf(`content ${index}`), plain, { ifNoneMatch: ['*'] })),
      ),
    );
    expect(all.filter((code) => code === 'ok')).toHaveLength(1);
    expect(new Set(all)).toEqual(new Set(['ok', 'preconditionFailed']));
    const before = (await objects.head(s3, 1, 'x/k')).etag;
    const next = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        codeOf(objects.put(s3, 1, 'x/k', bodyOf(`next ${index}`), plain, { ifMatch: [before] })),
      ),
    );
    expect(next.filter((code) => code === 'ok')).toHaveLength(1);
  });

  it('a PUT that fails leaves no trace', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const broken: ObjectBody = { read: () => Promise.reject(new Error('gone')) };
    expect(await codeOf(objects.put(s3, 1, 'a/b/c', broken, plain))).toBe('Error: gone');
    const refused: ObjectBody = { ...bodyOf('x'), finish: () => Promise.reject(new Error('bad digest')) };
    expect(await codeOf(objects.put(s3, 1, 'a/b/c', refused, plain))).toBe('Error: bad digest');
    expect(await codeOf(objects.put(s3, 1, 'a/b/c', { ...bodyOf('xyz'), length: 4 }, plain))).toBe('bodyTooShort');
    expect(await codeOf(objects.put(s3, 1, 'k'.repeat(1025), bodyOf('x'), plain))).toBe('keyTooLong');
    expect(await treeOf(world)).toEqual([]);
    expect(await leftovers(world)).toEqual([]);
    let late = 0;
    const conditional: ObjectBody = {
      read: async () => {
        late += 1;
        if (late > 1) return undefined;
        await objects.put(s3, 1, 'q', bodyOf('first'), plain);
        return text('second');
      },
    };
    expect(await codeOf(objects.put(s3, 1, 'q', conditional, plain, { ifNoneMatch: ['*'] }))).toBe(
      'preconditionFailed',
    );
    expect(await leftovers(world)).toEqual([]);
  });

  it('copies by reference or by bytes keep what is known', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const content = Buffer.alloc(700_000, 'abc');
    await objects.put(s3, 1, 'from', bodyOf(content, 50_000), plain);
    const copied = await objects.copy(s3, { share: 1, key: 'from' }, { share: 2, key: 'x/to' }, {});
    expect(copied).toMatchObject({ key: 'x/to', etag: md5(content), metadata: plain, size: content.length });
    expect((await contentOf(objects, 'x/to', s3, 2)).equals(content)).toBe(true);
    let seen = 0;
    const digest = {
      update: (bytes: Uint8Array) => {
        seen += bytes.length;
      },
      finish: () => ({ type: 'FULL_OBJECT' as const, values: { sha1: 'x' } }),
    };
    const metadata = { headers: {}, user: { new: 'yes' } };
    const summed = await objects.copy(s3, { share: 1, key: 'from' }, { share: 1, key: 'sum' }, { digest, metadata });
    expect(seen).toBe(content.length);
    expect(summed).toMatchObject({ checksums: { values: { sha1: 'x' } }, metadata, etag: md5(content) });
    const id = await idAt(world, 'from');
    const itself = await objects.copy(s3, { share: 1, key: 'from' }, { share: 1, key: 'from' }, { metadata });
    expect(itself).toMatchObject({ metadata, etag: md5(content), file: id });
    expect(await objects.head(s3, 1, 'from')).toMatchObject({ metadata, etag: md5(content) });
    expect(await codeOf(objects.copy(s3, { share: 1, key: 'none' }, { share: 1, key: 'z' }, {}))).toBe('noSuchKey');
    const failing = { share: 1, key: 'from', conditions: { ifMatch: ['0'] } };
    expect(await codeOf(objects.copy(s3, failing, { share: 1, key: 'z' }, {}))).toBe('preconditionFailed');
    expect(await leftovers(world)).toEqual([]);
  });

  it('keep owner, mode and other names as the backend can', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    const file = await world.file('shared', { uid: 7, gid: 8, mode: 0o666 }, 'before');
    await files.link(root, file, top, text('second'));
    await objects.put(user(9), 1, 'shared', bodyOf('after'), plain);
    const after = await world.volume.lookup({}, top.id, text('shared'));
    expect(after).toMatchObject({ uid: 7, gid: 8, mode: 0o666, size: 5 });
    if (world.volume.traits.replace === 'swap' && variant === 'swap') {
      expect(after?.id).toBe(file.id);
      expect((await contentOf(objects, 'second')).toString()).toBe('after');
    }
    await objects.put(user(9), 1, 'mine/x', bodyOf('1'), plain);
    expect(await world.volume.getattr({}, await idAt(world, 'mine'))).toMatchObject({ uid: 9, gid: 9, mode: 0o770 });
    expect(await world.volume.getattr({}, await idAt(world, 'mine/x'))).toMatchObject({ uid: 9, gid: 9, mode: 0o660 });
  });

  it('permissions are those of the files', async () => {
    const world = await makeObjectWorld(options);
    const { objects, volume } = world;
    await objects.put(user(1), 1, 'own/a', bodyOf('1'), plain);
    for (const work of [
      objects.get(user(2), 1, 'own/a'),
      objects.put(user(2), 1, 'own/b', bodyOf('1'), plain),
      objects.put(user(2), 1, 'own/a', bodyOf('1'), plain),
      objects.delete(user(2), 1, 'own/a'),
      objects.list(user(2), 1, { prefix: 'own/', delimiter: '', after: '', limit: 10 }),
    ]) {
      expect(await codeOf(work)).toBe('accessDenied');
    }
    await objects.put(user(2), 1, 'z', bodyOf('1'), plain);
    expect(await keysOf(objects, user(2))).toEqual(['z']);
    expect(await keysOf(objects, user(1))).toEqual(['own/a', 'z']);
    await volume.setattr({}, await idAt(world, 'own'), { mode: 0o755 });
    expect(await keysOf(objects, user(2))).toEqual(['own/a', 'z']);
    expect(await codeOf(objects.get(user(2), 1, 'own/a'))).toBe('accessDenied');
    await volume.setattr({}, await idAt(world, 'own/a'), { mode: 0o606 });
    expect(await codeOf(objects.put(user(2), 1, 'own/a', bodyOf('2'), plain))).toBe('ok');
    expect(await codeOf(objects.delete(user(2), 1, 'own/a'))).toBe('accessDenied');
    world.setReadOnly(true);
    expect(await codeOf(objects.put(s3, 1, 'own/a', bodyOf('2'), plain))).toBe('readOnly');
    expect(await codeOf(objects.delete(s3, 1, 'own/a'))).toBe('readOnly');
    expect(await codeOf(objects.get(s3, 1, 'own/a'))).toBe('ok');
  });

  it('locks and deny modes of other doors bind', async () => {
    const world = await makeObjectWorld(options);
    const { objects, state } = world;
    await objects.put(s3, 1, 'k', bodyOf('1'), plain);
    const file = { share: 1, id: await idAt(world, 'k') };
    const smb = caller(0, { door: 'smb', stateless: false });
    const opener = { client: 'c', owner: 'o' };
    const open = await state.open(smb, file, {
      access: access.readData,
      deny: access.writeData | access.delete,
      opener,
    });
    expect(await codeOf(objects.put(s3, 1, 'k', bodyOf('2'), plain))).toBe('sharingViolation');
    expect(await codeOf(objects.delete(s3, 1, 'k'))).toBe('sharingViolation');
    expect((await contentOf(objects, 'k')).toString()).toBe('1');
    await open.close();
    expect(await codeOf(objects.put(s3, 1, 'k', bodyOf('2'), plain))).toBe('ok');
    expect(await leftovers(world)).toEqual([]);
  });

  it('a reader meets the old content or an error, never a mixture', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const old = Buffer.alloc(300_000, 'o');
    await objects.put(s3, 1, 'k', bodyOf(old, 60_000), plain);
    const reader = await objects.get(s3, 1, 'k');
    expect(Buffer.from(await reader.read(0, 100_000)).equals(old.subarray(0, 100_000))).toBe(true);
    await objects.put(s3, 1, 'k', bodyOf(Buffer.alloc(300_000, 'n'), 60_000), plain);
    const next = await reader.read(100_000, 100_000).then(
      (bytes) => Buffer.from(bytes).toString()[0],
      (error: { code: string }) => error.code,
    );
    expect(next).toBe(world.volume.traits.replace === 'swap' ? 'conditionFailed' : 'o');
    await reader.close();
  });

  it('what a crash left behind is swept, and nothing else', async () => {
    const world = await makeObjectWorld(options);
    const { objects, volume } = world;
    await objects.put(s3, 1, 'k', bodyOf('1'), plain);
    const upload = await objects.createUpload(s3, 1, 'u', plain);
    await objects.putPart(s3, 1, 'u', upload.id, 1, bodyOf('part'));
    const system = (await volume.lookup({}, world.top.id, text('.polynas')))!.id;
    const file = { uid: 0, gid: 0, mode: 0o600 };
    await volume.create({}, system, text('t-left'), { kind: 'guarded' }, file);
    const left = await volume.mkdir({}, system, text('t-directory'), file);
    await volume.create({}, left.attributes.id, text('00001'), { kind: 'guarded' }, file);
    const uploads = (await volume.lookup({}, system, text('uploads')))!.id;
    const own = (await volume.lookup({}, uploads, text(upload.id)))!.id;
    await volume.create({}, own, text('t-part'), { kind: 'guarded' }, file);
    expect(await world.restarted().sweep()).toBe(3);
    expect(await leftovers(world)).toEqual([`uploads/${upload.id}`, `uploads/${upload.id}/00001`]);
    expect(await keysOf(objects)).toEqual(['k']);
  });
});
