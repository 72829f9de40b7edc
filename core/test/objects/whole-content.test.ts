import { describe, expect, it } from 'vitest';
import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import type { ContentHasher } from '../../src/objects/index.ts';
import { inlineHasher } from '../../src/objects/content/hasher.ts';
import type { ObjectBody } from '../../src/service/index.ts';
import type { Volume } from '../../src/spi/index.ts';
import { StorageError } from '../../src/spi/index.ts';
import { aroundCalls } from '../changed-calls.ts';
import { bodyOf, codeOf, contentOf, keysOf, leftovers, makeObjectWorld, md5, plain, s3 } from './object-world.ts';

const mutations = [
  'create',
  'mkdir',
  'setattr',
  'setxattr',
  'removexattr',
  'rename',
  'replace',
  'publish',
  'unlink',
  'link',
];

type Traits = NonNullable<MemoryVolumeOptions['traits']>;

/** A world that notes which steps change its volume, and how much memory contents hold. */
async function makeCounted(traits: Traits = {}) {
  const steps: string[] = [];
  const memory = { taken: 0, given: 0 };
  const wrap = (volume: Volume): Volume =>
    aroundCalls(volume, (name, _given, go) => {
      if (mutations.includes(name)) steps.push(name);
      return go();
    });
  const contentHasher: ContentHasher = {
    ...inlineHasher,
    takeMemory: (length) => {
      memory.taken += 1;
      return inlineHasher.takeMemory(length);
    },
    giveBackMemory: (bytes) => {
      memory.given += 1;
      // What is given back is somebody else's at once.
      bytes.fill(0x58);
    },
  };
  const world = await makeObjectWorld({ wrap, contentHasher, traits });
  // What is made once for each share.
  await world.objects.put(s3, 1, 'first', bodyOf('first'), plain);
  return { ...world, memory, steps: () => steps.splice(0) };
}

function withoutLength({ length: _, ...body }: ObjectBody): ObjectBody {
  return body;
}

const pattern = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31) & 0xff));

describe('a content that is published in one step', () => {
  it('is one change of the volume, be it new, over another one, a part or a copy', async () => {
    const { objects, steps } = await makeCounted();
    steps();
    await objects.put(s3, 1, 'k', bodyOf('content'), plain);
    expect(steps()).toEqual(['publish']);
    await objects.put(s3, 1, 'k', bodyOf('another'), plain, { ifMatch: [md5('content')] });
    expect(steps()).toEqual(['publish']);
    await objects.put(s3, 1, 'd/k', bodyOf('content'), plain);
    expect(steps()).toEqual(['mkdir', 'publish']);
    await objects.copy(s3, { share: 1, key: 'k' }, { share: 2, key: 'copy' }, {});
    expect(steps().filter((step) => step !== 'mkdir')).toEqual(['publish']);
    const { id } = await objects.createUpload(s3, 1, 'large', plain);
    steps();
    const part = await objects.putPart(s3, 1, 'large', id, 1, bodyOf('part'));
    expect(steps()).toEqual(['publish']);
    expect(part).toMatchObject({ number: 1, size: 4, etag: md5('part') });
    expect(await objects.listParts(s3, 1, 'large', id, 0, 10)).toMatchObject({ parts: [{ etag: md5('part') }] });
  });

  it.each([
    { contentStamp: true, replace: 'swap' },
    { contentStamp: true, replace: 'rename' },
    { contentStamp: false, replace: 'rename', quietRecords: false },
    { contentStamp: false, replace: 'swap', quietRecords: true },
  ] as const satisfies readonly Traits[])('has a record that holds, with %j', async (traits) => {
    const { objects, volume, top } = await makeCounted(traits);
    for (const content of ['one', 'two', '']) {
      const put = await objects.put(s3, 1, 'k', bodyOf(content), plain);
      expect(put).toMatchObject({ etag: md5(content), md5: md5(content), size: content.length, metadata: plain });
      // LIST reads no content: an etag that it shows is one that is stored, and valid.
      const { items } = await objects.list(s3, 1, { prefix: 'k', delimiter: '', after: '', limit: 10 });
      expect(items).toMatchObject([{ object: { key: 'k', etag: md5(content) } }]);
      expect(await objects.head(s3, 1, 'k')).toMatchObject({ etag: md5(content), file: put.file });
    }
    const file = await volume.lookup({}, top.id, Buffer.from('k'));
    expect(file).toMatchObject({ mode: 0o660, nlink: 1 });
  });

  it.each([0, 1, 999, 1000, 1001, 5000])(
    'holds all its bytes, and is a file first beyond the limit: %i',
    async (length) => {
      const world = await makeCounted({ maxPublishBytes: 1000 });
      const { objects, steps, memory } = world;
      const content = pattern(length);
      for (const [key, body] of [
        ['known', bodyOf(content, 300)],
        ['unknown', withoutLength(bodyOf(content, 300))],
        ['at once', withoutLength(bodyOf(content, 10_000))],
      ] as const) {
        steps();
        const { etag, size } = await objects.put(s3, 1, key, body, plain);
        expect({ etag, size }).toEqual({ etag: md5(content), size: length });
        expect(await contentOf(objects, key)).toEqual(content);
        const made = steps();
        expect(made.includes('publish')).toBe(length <= 1000);
        expect(made.includes('create')).toBe(length > 1000);
      }
      expect(memory.given).toBe(memory.taken);
      expect(await leftovers(world)).toEqual([]);
    },
  );

  it('leaves no trace, and no memory taken, where its body fails', async () => {
    const world = await makeCounted({ maxPublishBytes: 1000 });
    const { objects, memory, steps } = world;
    steps();
    const broken = (at: number): ObjectBody => {
      const body = bodyOf(pattern(2000), 300);
      let read = 0;
      return {
        read: async () => {
          if (read >= at) throw new StorageError('aborted');
          read += 300;
          return body.read();
        },
      };
    };
    const bad: ObjectBody = { ...bodyOf('content'), finish: () => Promise.reject(new StorageError('corrupt')) };
    const bodies: [string, ObjectBody][] = [
      ['aborted', broken(0)],
      ['aborted', broken(600)],
      ['aborted', broken(1500)],
      ['corrupt', bad],
      ['corrupt', withoutLength(bad)],
      ['bodyTooShort', { ...bodyOf('content'), length: 8 }],
      ['bodyTooShort', { ...bodyOf('content'), length: 6 }],
    ];
    for (const [code, body] of bodies) expect(await codeOf(objects.put(s3, 1, 'k', body, plain))).toBe(code);
    expect(steps()).not.toContain('publish');
    expect(memory.given).toBe(memory.taken);
    expect(await keysOf(objects)).toEqual(['first']);
    expect(await leftovers(world)).toEqual([]);
  });

  it('is written down as it comes where many hold memory already', async () => {
    const world = await makeCounted();
    const { objects, steps, memory } = world;
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const slow = (): ObjectBody => {
      const body = bodyOf(pattern(1_048_576), 262_144);
      return { length: 1_048_576, read: () => gate.then(() => body.read()) };
    };
    const waiting = Array.from({ length: 40 }, (_, index) => objects.put(s3, 1, `slow${index}`, slow(), plain));
    await new Promise(setImmediate);
    steps();
    const held = memory.taken - memory.given;
    expect(held).toBeLessThanOrEqual(40);
    const content = pattern(200_000);
    await objects.put(s3, 1, 'k', bodyOf(content, 50_000), plain);
    expect(steps()).toEqual(['create', 'setxattr', 'replace']);
    expect(await contentOf(objects, 'k')).toEqual(content);
    go();
    await Promise.all(waiting);
    expect(memory.given).toBe(memory.taken);
    await objects.put(s3, 1, 'later', bodyOf(content, 50_000), plain);
    expect(steps().at(-1)).toBe('publish');
    expect(await contentOf(objects, 'slow39')).toEqual(pattern(1_048_576));
  });

  it('finds the system directory that was made again', async () => {
    const world = await makeCounted();
    const { objects, volume, top } = world;
    await volume.rmdir({}, top.id, Buffer.from('.polynas'));
    await volume.mkdir({}, top.id, Buffer.from('.polynas'), { uid: 0, gid: 0, mode: 0o700 });
    const publish = volume.publish!;
    // A volume that needs the place aside.
    volume.publish = async (call, directory, name, file, chunks, options) => {
      await volume.readdir({}, options.aside.directory, 0n, { limit: 1, attributes: false });
      return publish.call(volume, call, directory, name, file, chunks, options);
    };
    await objects.put(s3, 1, 'k', bodyOf('content'), plain);
    expect((await contentOf(objects, 'k')).toString()).toBe('content');
  });
});

describe('a small copy', () => {
  it('fails when its source changes while it is read, and is made again', async () => {
    const { objects, volume } = await makeCounted();
    await objects.put(s3, 1, 'k', bodyOf('before'), plain);
    const open = volume.open.bind(volume);
    let changes = 1;
    volume.open = async (call, id, access) => {
      const handle = await open(call, id, access);
      if (access === 'read' && changes-- > 0) {
        const writer = await open(call, id, 'write');
        await writer.write(call, 0, [Buffer.from('after!')], 'file');
        await writer.close();
      }
      return handle;
    };
    const copied = await objects.copy(s3, { share: 1, key: 'k' }, { share: 1, key: 'copy' }, {});
    expect(copied.etag).toBe(md5('after!'));
    expect((await contentOf(objects, 'copy')).toString()).toBe('after!');
  });
});
