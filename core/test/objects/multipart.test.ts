import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeParts, encodeParts } from '../../src/objects/record/parts-codec.ts';
import { decodeRecord, encodeRecord } from '../../src/objects/record/record-codec.ts';
import type { ObjectMetadata, ObjectPart } from '../../src/service/index.ts';
import { root, text } from '../world.ts';
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
  [
    'bare',
    {
      traits: { replace: 'rename' as const, orderedListing: false, contentStamp: false },
      groups: { clone: false },
      now: false,
    },
  ],
] as const;

const etagOf = (contents: readonly string[]): string =>
  `${md5(Buffer.from(contents.map((content) => md5(content)).join(''), 'hex'))}-${contents.length}`;

type Named = Pick<ObjectPart, 'number' | 'etag'>;
const named = (...parts: readonly Named[]): Named[] => parts.map(({ number, etag }) => ({ number, etag }));

describe.each(variants)('multipart uploads over a volume: %s', (_variant, options) => {
  it('become one object, with the etag that clients compute', async () => {
    const world = await makeObjectWorld({ ...options, minimumPartSize: 5 });
    const { objects } = world;
    const upload = await objects.createUpload(s3, 1, 'a/big', plain, { algorithm: 'crc32', type: 'COMPOSITE' });
    const contents = ['first', 'second', '3'];
    const parts: ObjectPart[] = [];
    for (const [index, content] of contents.entries()) {
      parts.push(await objects.putPart(s3, 1, 'a/big', upload.id, (index + 1) * 10, bodyOf(content)));
    }
    expect(await treeOf(world)).toEqual([]);
    expect(await objects.upload(s3, 1, 'a/big', upload.id)).toEqual(upload);
    const again = world.restarted();
    expect(await again.listParts(s3, 1, 'a/big', upload.id, 0, 10)).toEqual({ parts, truncated: false });
    expect(await again.listParts(s3, 1, 'a/big', upload.id, 10, 1)).toEqual({ parts: [parts[1]], truncated: true });
    const checksums = { type: 'COMPOSITE' as const, values: { crc32: 'AAAAAA==-3' } };
    const info = await again.completeUpload(s3, 1, 'a/big', upload.id, named(...parts), { checksums });
    expect(info).toMatchObject({ etag: etagOf(contents), size: 12, metadata: plain, checksums });
    expect(info.parts?.map(({ number, size, etag }) => ({ number, size, etag }))).toEqual(
      parts.map(({ number, size, etag }) => ({ number, size, etag })),
    );
    expect((await contentOf(objects, 'a/big')).toString()).toBe(contents.join(''));
    expect(await objects.head(s3, 1, 'a/big')).toEqual(info);
    expect(await codeOf(objects.upload(s3, 1, 'a/big', upload.id))).toBe('noSuchUpload');
    expect(await leftovers(world)).toEqual([`completed/${upload.id}`]);
    for (const service of [objects, world.restarted()]) {
      const repeated = await service.completeUpload(s3, 1, 'a/big', upload.id, named(...parts));
      expect(repeated).toMatchObject({ key: 'a/big', etag: info.etag, size: info.size, checksums });
    }
    expect(await codeOf(objects.completeUpload(s3, 1, 'other', upload.id, named(...parts)))).toBe('noSuchUpload');
    await world.volume.setattr({}, info.file, { mode: 0o600 });
    expect((await objects.head(s3, 1, 'a/big')).etag).toBe(info.etag);
    await world.files.write(root, { share: 1, id: info.file }, 0, [text('F')], 'file');
    const changed = await objects.head(s3, 1, 'a/big');
    expect(changed).toMatchObject({ etag: md5('Firstsecond3'), metadata: plain });
    expect(changed.parts).toBeUndefined();
    expect(changed.checksums).toBeUndefined();
  });

  it('are refused for parts that are not there, changed, out of order or too small', async () => {
    const world = await makeObjectWorld({ ...options, minimumPartSize: 5 });
    const { objects } = world;
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    const one = await objects.putPart(s3, 1, 'k', id, 1, bodyOf('12345'));
    const two = await objects.putPart(s3, 1, 'k', id, 2, bodyOf('1234'));
    const three = await objects.putPart(s3, 1, 'k', id, 3, bodyOf('1'));
    const complete = (...parts: Named[]) => codeOf(objects.completeUpload(s3, 1, 'k', id, named(...parts)));
    expect(await complete(two, one)).toBe('invalidPartOrder');
    expect(await complete(one, one)).toBe('invalidPartOrder');
    expect(await complete(one, { number: 4, etag: one.etag })).toBe('invalidPart');
    expect(await complete(one, { number: 2, etag: one.etag })).toBe('invalidPart');
    const summed = { number: 1, etag: one.etag, checksums: { sha1: 'x' } };
    expect(await codeOf(objects.completeUpload(s3, 1, 'k', id, [summed]))).toBe('invalidPart');
    expect(await complete(one, two, three)).toBe('entityTooSmall');
    expect(await complete()).toBe('invalidPart');
    const other = await objects.putPart(s3, 1, 'k', id, 2, bodyOf('54321'));
    expect(await complete(one, two, three)).toBe('invalidPart');
    expect(await codeOf(objects.completeUpload(s3, 1, 'k', id, named(one), { conditions: { ifMatch: ['*'] } }))).toBe(
      'preconditionFailed',
    );
    expect(await leftovers(world)).toEqual([
      `uploads/${id}`,
      ...['00001', '00002', '00003'].map((name) => `uploads/${id}/${name}`),
    ]);
    expect(await complete(one, other)).toBe('ok');
    expect((await contentOf(objects, 'k')).toString()).toBe('1234554321');
    expect(await codeOf(objects.putPart(s3, 1, 'k', id, 1, bodyOf('x')))).toBe('noSuchUpload');
    expect(await codeOf(objects.putPart(s3, 1, 'k', '../../x', 1, bodyOf('x')))).toBe('noSuchUpload');
    expect(await codeOf(objects.putPart(s3, 1, 'k', id, 10_001, bodyOf('x')))).toBe('invalid');
  });

  it('are aborted without a trace, also while a part comes in', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    await objects.putPart(s3, 1, 'k', id, 1, bodyOf('one'));
    let given = false;
    const slow = objects.putPart(s3, 1, 'k', id, 2, {
      read: async () => {
        if (given) return undefined;
        given = true;
        await objects.abortUpload(s3, 1, 'k', id);
        return text('two');
      },
    });
    expect(await codeOf(slow)).toMatch(/noSuchUpload|stale/);
    expect(await codeOf(objects.abortUpload(s3, 1, 'k', id))).toBe('noSuchUpload');
    expect(await codeOf(objects.listParts(s3, 1, 'k', id, 0, 10))).toBe('noSuchUpload');
    expect(await leftovers(world)).toEqual([]);
  });

  it('copy parts from objects, whole or in ranges', async () => {
    const { objects } = await makeObjectWorld({ ...options, minimumPartSize: 1 });
    const content = Buffer.alloc(300_000, 'abcdefg');
    await objects.put(s3, 2, 'source', bodyOf(content, 50_000), plain);
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    const copy = (number: number, range?: { start: number; end: number }) =>
      objects.copyPart(s3, 1, 'k', id, number, { share: 2, key: 'source', ...(range && { range }) });
    const whole = await copy(1);
    const middle = await copy(2, { start: 100_001, end: 200_001 });
    expect(whole).toMatchObject({ etag: md5(content), size: content.length });
    expect(middle).toMatchObject({ etag: md5(content.subarray(100_001, 200_001)), size: 100_000 });
    expect(await codeOf(copy(3, { start: 0, end: content.length + 1 }))).toBe('invalidRange');
    await objects.completeUpload(s3, 1, 'k', id, named(whole, middle));
    expect((await contentOf(objects, 'k')).equals(Buffer.concat([content, content.subarray(100_001, 200_001)]))).toBe(
      true,
    );
  });

  it('are listed in order of keys, then of their beginning', async () => {
    const world = await makeObjectWorld(options);
    const { objects, clock } = world;
    const ids: Record<string, string[]> = {};
    for (const key of ['b', 'a/1', 'a', 'b', 'a/2', 'c/x', 'b']) {
      clock.advance(5);
      (ids[key] ??= []).push((await objects.createUpload(s3, 1, key, plain)).id);
    }
    const list = async (prefix: string, delimiter: string, limit: number) => {
      const found: string[] = [];
      let marker = { key: '', id: '' };
      for (;;) {
        const page = await objects.listUploads(s3, 1, {
          prefix,
          delimiter,
          afterKey: marker.key,
          afterId: marker.id,
          limit,
        });
        found.push(
          ...page.items.map((item) =>
            item.kind === 'prefix'
              ? item.prefix
              : `${item.upload.key} ${ids[item.upload.key]!.indexOf(item.upload.id)}`,
          ),
        );
        if (page.next === undefined) return found;
        marker = page.next;
      }
    };
    for (const limit of [1, 2, 3, 1000]) {
      expect(await list('', '', limit)).toEqual(['a 0', 'a/1 0', 'a/2 0', 'b 0', 'b 1', 'b 2', 'c/x 0']);
      expect(await list('', '/', limit)).toEqual(['a 0', 'a/', 'b 0', 'b 1', 'b 2', 'c/']);
      expect(await list('a/', '/', limit)).toEqual(['a/1 0', 'a/2 0']);
    }
    expect(await keysOf(objects)).toEqual([]);
  });

  it('are shown where the caller sees objects, and their own everywhere', async () => {
    const world = await makeObjectWorld(options);
    const { objects, volume, top } = world;
    const keys = ['free', 'new/deep/mp', 'open/mp', 'priv/below/mp', 'priv/mp', 'through/mp'];
    for (const key of keys.slice(2)) await objects.put(s3, 1, `${key}-object`, bodyOf('x'), plain);
    for (const [name, mode] of Object.entries({ open: 0o755, priv: 0o700, 'priv/below': 0o755, through: 0o711 })) {
      await volume.setattr({}, await idAt(world, name), { uid: 1, mode });
    }
    await volume.setattr({}, top.id, { uid: 1, mode: 0o755 });
    for (const key of keys) await objects.createUpload(key === 'priv/below/mp' ? s3 : user(1), 1, key, plain);
    const seenBy = async (who: typeof s3, delimiter = ''): Promise<string[]> => {
      const request = { prefix: '', delimiter, afterKey: '', afterId: '', limit: 1000 };
      const { items } = await objects.listUploads(who, 1, request);
      return items.map((item) => (item.kind === 'prefix' ? item.prefix : item.upload.key));
    };
    expect(await seenBy(s3)).toEqual(keys);
    expect(await seenBy(user(1))).toEqual(keys);
    expect(await seenBy(user(2))).toEqual(['free', 'new/deep/mp', 'open/mp']);
    expect(await seenBy(user(2), '/')).toEqual(['free', 'new/', 'open/']);
    await volume.setattr({}, await idAt(world, 'priv'), { uid: 3 });
    expect(await seenBy(user(1))).toEqual(keys.filter((key) => key !== 'priv/below/mp'));
  });

  it('belong to who began them', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    const { id } = await objects.createUpload(user(1), 1, 'k', plain);
    expect(await codeOf(objects.putPart(user(2), 1, 'k', id, 1, bodyOf('x')))).toBe('accessDenied');
    expect(await codeOf(objects.abortUpload(user(2), 1, 'k', id))).toBe('accessDenied');
    const part = await objects.putPart(user(1), 1, 'k', id, 1, bodyOf('x'));
    await objects.completeUpload(user(1), 1, 'k', id, named(part));
    expect(await world.volume.getattr({}, await idAt(world, 'k'))).toMatchObject({ uid: 1, gid: 1, mode: 0o660 });
    await world.volume.setattr({}, world.top.id, { mode: 0o755 });
    expect(await codeOf(objects.createUpload(user(2), 1, 'z', plain))).toBe('accessDenied');
  });

  it('of many completions of one upload at once all are answered alike', async () => {
    const { objects } = await makeObjectWorld(options);
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    const part = await objects.putPart(s3, 1, 'k', id, 1, bodyOf('x'));
    const all = await Promise.all(Array.from({ length: 5 }, () => objects.completeUpload(s3, 1, 'k', id, named(part))));
    expect(new Set(all.map((info) => info.etag))).toEqual(new Set([etagOf(['x'])]));
  });

  it('are answered again only for who may write the key', async () => {
    const world = await makeObjectWorld(options);
    const { objects } = world;
    await world.volume.setattr({}, world.top.id, { uid: 1, mode: 0o755 });
    const { id } = await objects.createUpload(user(1), 1, 'a/k', plain);
    const part = await objects.putPart(user(1), 1, 'a/k', id, 1, bodyOf('x'));
    const complete = (who: typeof s3) => objects.completeUpload(who, 1, 'a/k', id, named(part));
    const { etag } = await complete(user(1));
    await world.volume.setattr({}, await idAt(world, 'a/k'), { mode: 0o644 });
    expect((await complete(user(1))).etag).toBe(etag);
    expect(await codeOf(complete(user(2)))).toBe('accessDenied');
    await objects.delete(user(1), 1, 'a/k');
    expect((await complete(user(1))).etag).toBe(etag);
    expect(await codeOf(complete(user(2)))).toBe('accessDenied');
  });
});

describe('stored records', () => {
  const pairs = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 5 });
  const metadata: fc.Arbitrary<ObjectMetadata> = fc.record({ headers: pairs, user: pairs });

  it('come back as they were, and anything else is corrupt', () => {
    const record = fc.record(
      {
        stamp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        size: fc.maxSafeNat(),
        etag: fc.string({ minLength: 1 }),
        digest: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        checksums: fc.record({ type: fc.constantFrom('FULL_OBJECT' as const, 'COMPOSITE' as const), values: pairs }),
        metadata,
        parts: fc.nat({ max: 10_000 }),
      },
      { requiredKeys: ['stamp', 'size', 'metadata', 'parts'] },
    );
    fc.assert(
      fc.property(record, (value) => {
        const bytes = encodeRecord(value);
        const { etag, ...rest } = value;
        expect(decodeRecord(bytes)).toEqual({ ...rest, ...(etag && { etag }) });
        for (let length = 0; length < bytes.length; length += 1) {
          expect(() => decodeRecord(bytes.subarray(0, length))).toThrow();
        }
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          decodeRecord(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt' });
        }
      }),
    );
  });

  it('parts keep as much as there is room for', () => {
    const parts: ObjectPart[] = Array.from({ length: 10_000 }, (_, index) => ({
      number: index + 1,
      size: index === 9_999 ? 17 : 8_388_608,
      etag: md5(String(index)),
      modified: { seconds: 1_700_000_000 + index, nanoseconds: index },
      checksums: {
        type: 'FULL_OBJECT',
        values: { crc32: Buffer.from([1, 2, index >> 8, index & 255]).toString('base64') },
      },
    }));
    expect(decodeParts(encodeParts(parts.slice(0, 1000), 65_536)!)).toEqual(parts.slice(0, 1000));
    const withoutEtags = decodeParts(encodeParts(parts, 65_536)!);
    expect(withoutEtags.map(({ number, size, checksums }) => ({ number, size, checksums }))).toEqual(
      parts.map(({ number, size, checksums }) => ({ number, size, checksums })),
    );
    const sizes = decodeParts(encodeParts(parts, 4096)!);
    expect(sizes.map(({ number, size }) => ({ number, size }))).toEqual(
      parts.map(({ number, size }) => ({ number, size })),
    );
    expect(encodeParts(parts, 10)).toBeUndefined();
  });
});
