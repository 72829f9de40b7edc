import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectBody } from '../../src/service/index.ts';
import type { FileHandle, Volume } from '../../src/spi/index.ts';
import { cephFlavour } from '../flavour.ts';
import { aroundCalls, changedCalls } from '../changed-calls.ts';
import { text } from '../world.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, codeOf, contentOf, idAt, keysOf, leftovers, makeObjectWorld, md5, plain, s3 } from './object-world.ts';

/** Counts the bytes that are written into files, and lets a test come in before a step. */
function counting(volume: Volume, count: { written: number }, before: (step: string) => Promise<void>): Volume {
  return aroundCalls(volume, async (name, _given, go) => {
    await before(name);
    const result = await go();
    return name === 'open' ? countingHandle(result as FileHandle, count) : result;
  });
}

function countingHandle(handle: FileHandle, count: { written: number }): FileHandle {
  return changedCalls(handle, {
    write: (...given) => {
      for (const { length } of given[2]) count.written += length;
      return handle.write(...given);
    },
  });
}

async function makeCounting() {
  const count = { written: 0 };
  const during: { step?: (name: string) => Promise<void> } = {};
  const world = await makeObjectWorld({
    ...cephFlavour,
    minimumPartSize: 4,
    wrap: (volume) => counting(volume, count, async (name) => during.step?.(name)),
  });
  const { objects } = world;
  const { id } = await objects.createUpload(s3, 1, 'k', plain);
  const put = (number: number, content: string | Uint8Array) =>
    objects.putPart(s3, 1, 'k', id, number, bodyOf(content));
  const present = async () => (await objects.listParts(s3, 1, 'k', id, 0, 10_000)).parts;
  const complete = async (numbers?: readonly number[]) => {
    const named = (await present()).filter(({ number }) => numbers?.includes(number) ?? true);
    return objects.completeUpload(
      s3,
      1,
      'k',
      id,
      named.map(({ number, etag }) => ({ number, etag })),
    );
  };
  return { world, objects, count, during, id, put, present, complete };
}

const composite = (...contents: string[]): string => {
  const hash = createHash('md5');
  for (const content of contents) hash.update(Buffer.from(md5(content), 'hex'));
  return `${hash.digest('hex')}-${contents.length}`;
};

async function nothingLeft(world: ObjectWorld): Promise<void> {
  expect((await leftovers(world)).filter((path) => !path.startsWith('completed/'))).toEqual([]);
}

describe('parts of one size, on a volume that cannot clone', () => {
  it('are written once, in any order, with their etags', async () => {
    const { world, objects, count, put, present, complete } = await makeCounting();
    await put(1, 'aaaaa');
    await Promise.all([put(4, 'dd'), put(3, 'ccccc'), put(2, 'bbbbb')]);
    expect((await present()).map(({ number, size, etag }) => [number, size, etag])).toEqual([
      [1, 5, md5('aaaaa')],
      [2, 5, md5('bbbbb')],
      [3, 5, md5('ccccc')],
      [4, 2, md5('dd')],
    ]);
    expect(count.written).toBe(17);
    const info = await complete();
    expect(count.written).toBe(17);
    expect(info).toMatchObject({ size: 17, etag: composite('aaaaa', 'bbbbb', 'ccccc', 'dd'), metadata: plain });
    expect(info.parts?.map(({ size }) => size)).toEqual([5, 5, 5, 2]);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabbbbbcccccdd');
    const file = await world.volume.getattr({}, await idAt(world, 'k'));
    expect([file.uid, file.mode]).toEqual([0, 0o660]);
    await nothingLeft(world);
  });

  it('that came before the first one are copied to their places, and no others', async () => {
    const { count, put, complete, objects } = await makeCounting();
    await put(2, 'bbbbb');
    await put(1, 'aaaaa');
    await put(3, 'ccccc');
    expect((await complete()).etag).toBe(composite('aaaaa', 'bbbbb', 'ccccc'));
    expect(count.written).toBe(20);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabbbbbccccc');
  });

  it('uploaded again are another file, so that what was acknowledged stays when that fails', async () => {
    const { objects, id, put, present, complete } = await makeCounting();
    await put(1, 'aaaaa');
    await put(2, 'bbbbb');
    const broken: ObjectBody = {
      length: 5,
      read: () => Promise.reject(new Error('the client went away')),
    };
    let given = false;
    const halfBroken: ObjectBody = {
      length: 5,
      async read() {
        if (given) throw new Error('the client went away');
        given = true;
        return text('XX');
      },
    };
    for (const body of [broken, halfBroken]) {
      await expect(objects.putPart(s3, 1, 'k', id, 1, body)).rejects.toThrow('went away');
    }
    expect((await present()).map(({ etag }) => etag)).toEqual([md5('aaaaa'), md5('bbbbb')]);
    await put(1, 'AAAAA');
    expect((await complete()).etag).toBe(composite('AAAAA', 'bbbbb'));
    expect((await contentOf(objects, 'k')).toString()).toBe('AAAAAbbbbb');
  });

  it('of which one failed half-way can be sent again', async () => {
    const { objects, id, put, complete } = await makeCounting();
    await put(1, 'aaaaa');
    let given = 0;
    const halfBroken: ObjectBody = {
      length: 5,
      async read() {
        given += 1;
        if (given > 3) throw new Error('the client went away');
        return text('X');
      },
    };
    await expect(objects.putPart(s3, 1, 'k', id, 2, halfBroken)).rejects.toThrow('went away');
    expect(await codeOf(objects.putPart(s3, 1, 'k', id, 2, { ...bodyOf('bb'), length: 5 }))).toBe('bodyTooShort');
    await put(2, 'bb');
    await complete();
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabb');
  });

  it('are put together in any choice, size and number', async () => {
    const part = fc.record({ number: fc.integer({ min: 1, max: 6 }), size: fc.constantFrom(0, 4, 5, 5, 5, 5, 7) });
    const uploads = fc.array(part, { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(
        uploads,
        fc.array(fc.integer({ min: 1, max: 6 })),
        fc.boolean(),
        async (all, dropped, together) => {
          const { world, objects, id, put, present, complete } = await makeCounting();
          const contents = new Map<number, string>();
          const one = async ({ number, size }: { number: number; size: number }, index: number): Promise<void> => {
            const content = String.fromCharCode(97 + index).repeat(size);
            await put(number, content);
            contents.set(number, content);
          };
          const [first, ...others] = all.entries();
          await one(first![1], first![0]);
          if (together) await Promise.all(others.map(([index, each]) => one(each, index)));
          else for (const [index, each] of others) await one(each, index);
          const listed = await present();
          // Of two that came at once either may have stayed.
          if (!together)
            expect(listed.map(({ number, etag }) => [number, etag])).toEqual(
              [...contents].sort(([a], [b]) => a - b).map(([number, content]) => [number, md5(content)]),
            );
          const candidates = all.map(({ size }, index) => String.fromCharCode(97 + index).repeat(size));
          const wanted = listed
            .filter(({ number }) => !dropped.includes(number))
            .map(({ number, etag }) => ({ number, content: candidates.find((each) => md5(each) === etag)! }));
          const numbers = wanted.map(({ number }) => number);
          const isSmall = wanted.slice(0, -1).some(({ content }) => content.length < 4);
          if (wanted.length === 0 || isSmall) {
            await objects.abortUpload(s3, 1, 'k', id);
          } else {
            expect((await complete(numbers)).etag).toBe(composite(...wanted.map(({ content }) => content)));
            expect((await contentOf(objects, 'k')).toString()).toBe(wanted.map(({ content }) => content).join(''));
          }
          await nothingLeft(world);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('stay an upload when the completion is refused', async () => {
    const { world, objects, id, put, present, complete } = await makeCounting();
    await objects.put(s3, 1, 'k', bodyOf('old'), plain);
    await put(1, 'aaaaa');
    await put(3, 'cc');
    await put(2, 'bbbbb');
    const named = (await present()).map(({ number, etag }) => ({ number, etag }));
    for (const ifMatch of [['none'], [md5('other')]]) {
      const refused = objects.completeUpload(s3, 1, 'k', id, named, { conditions: { ifMatch } });
      expect(await codeOf(refused)).toBe('preconditionFailed');
    }
    expect((await contentOf(objects, 'k')).toString()).toBe('old');
    await complete([1, 3]);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaacc');
    await nothingLeft(world);
  });

  it('that come while the upload is put together do no harm to the object', async () => {
    const { world, objects, during, id, put, present } = await makeCounting();
    await put(1, 'aaaaa');
    await put(2, 'bbbbb');
    const named = (await present()).map(({ number, etag }) => ({ number, etag }));
    let late: Promise<unknown>[] = [];
    during.step = async (name) => {
      if (name !== 'replace') return;
      delete during.step;
      late = [3, 2, 1].map((number) => codeOf(put(number, 'XXXXX')));
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    };
    await objects.completeUpload(s3, 1, 'k', id, named);
    await Promise.all(late);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabbbbb');
    expect((await objects.head(s3, 1, 'k')).etag).toBe(composite('aaaaa', 'bbbbb'));
    expect(await keysOf(objects)).toEqual(['k']);
    await world.restarted().sweep();
  });

  it('of an upload that is completed while one of them is written are copied', async () => {
    const { objects, count, id, put, present } = await makeCounting();
    await put(1, 'aaaaa');
    await put(2, 'bb');
    const named = (await present()).map(({ number, etag }) => ({ number, etag }));
    const gate = Promise.withResolvers<void>();
    let given = 0;
    const slow: ObjectBody = {
      length: 5,
      async read() {
        given += 1;
        if (given === 2) await gate.promise;
        return given > 5 ? undefined : text('X');
      },
    };
    const late = codeOf(objects.putPart(s3, 1, 'k', id, 3, slow));
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    const before = count.written;
    await objects.completeUpload(s3, 1, 'k', id, named);
    expect(count.written - before).toBe(7);
    gate.resolve();
    expect(await late).toBe('noSuchUpload');
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabb');
  });

  it('outlive a restart, also one in the middle of the completion', async () => {
    const { world, during, id, put, present } = await makeCounting();
    await put(1, 'aaaaa');
    const again = world.restarted();
    await again.sweep();
    await again.putPart(s3, 1, 'k', id, 2, bodyOf('bb'));
    const named = (await present()).map(({ number, etag }) => ({ number, etag }));
    // The object is published, and the head ends before the upload does.
    during.step = async (name) => {
      if (name === 'rename') throw new Error('the head ended');
    };
    await expect(again.completeUpload(s3, 1, 'k', id, named)).rejects.toThrow('the head ended');
    delete during.step;
    const third = world.restarted();
    expect((await contentOf(third, 'k')).toString()).toBe('aaaaabb');
    expect((await third.completeUpload(s3, 1, 'k', id, named)).etag).toBe(composite('aaaaa', 'bb'));
    expect((await contentOf(third, 'k')).toString()).toBe('aaaaabb');
    await nothingLeft(world);
  });

  it('that became the object, in an upload that did not end, are never made of other bytes', async () => {
    const { world, objects, during, id, put, present, complete } = await makeCounting();
    await put(1, 'aaaaa');
    await put(2, 'bb');
    const named = (await present()).map(({ number, etag }) => ({ number, etag }));
    during.step = async (name) => {
      if (name === 'rename') throw new Error('the head ended');
    };
    await expect(complete()).rejects.toThrow('the head ended');
    delete during.step;
    const again = world.restarted();
    await again.putPart(s3, 1, 'k', id, 1, bodyOf('aaaaa'));
    await again.putPart(s3, 1, 'k', id, 3, bodyOf('ccccc'));
    await again.completeUpload(s3, 1, 'k', id, named).catch(() => undefined);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaabb');
  });

  it('copied from other objects lie in place as well', async () => {
    const { objects, count, id, put, complete } = await makeCounting();
    await objects.put(s3, 1, 'source', bodyOf('0123456789'), plain);
    await put(1, 'aaaaa');
    const from = { share: 1, key: 'source', range: { start: 2, end: 7 } };
    const part = await objects.copyPart(s3, 1, 'k', id, 2, from);
    expect(part).toMatchObject({ size: 5, etag: md5('23456') });
    const before = count.written;
    await complete();
    expect(count.written).toBe(before);
    expect((await contentOf(objects, 'k')).toString()).toBe('aaaaa23456');
  });

  it('that were lost before they were stable are not acknowledged', async () => {
    let epoch = 1n;
    const world = await makeObjectWorld({
      ...cephFlavour,
      minimumPartSize: 4,
      wrap: (volume) =>
        changedCalls(volume, {
          open: async (...given) => {
            const handle = await volume.open(...given);
            return changedCalls(handle, {
              sync: async (call) => ({ ...(await handle.sync(call)), epoch }),
              write: async (...what) => ({ ...(await handle.write(...what)), epoch: 1n }),
            });
          },
        }),
    });
    const { objects } = world;
    const { id } = await objects.createUpload(s3, 1, 'k', plain);
    await objects.putPart(s3, 1, 'k', id, 1, bodyOf('aaaaa'));
    epoch = 2n;
    expect(await codeOf(objects.putPart(s3, 1, 'k', id, 2, bodyOf('bbbbb')))).toBe('unavailable');
    expect((await objects.listParts(s3, 1, 'k', id, 0, 10)).parts.map(({ number }) => number)).toEqual([1]);
  });
});
