import { describe, expect, it } from 'vitest';
import { inlineHasher } from '../../src/objects/index.ts';
import { caller } from '../../src/test/callers.ts';
import { access } from '../../src/service/index.ts';
import type { FileId, VolumeTraits } from '../../src/spi/index.ts';
import { cephFlavour } from '../flavour.ts';
import { mode, root, text } from '../world.ts';
import { changedCalls } from '../changed-calls.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, idAt, makeObjectWorld, md5, plain, s3 } from './object-world.ts';

/** A world over a volume without content stamps that counts the contents which are hashed to find an etag out. */
async function makeCounting(traits: Partial<VolumeTraits> = {}) {
  const count = { hashed: 0 };
  const world = await makeObjectWorld({
    ...cephFlavour,
    traits: { ...cephFlavour.traits, ...traits },
    minimumPartSize: 1,
    contentHasher: {
      ...inlineHasher,
      start: (...given) => {
        count.hashed += 1;
        return inlineHasher.start(...given);
      },
    },
  });
  return { world, count };
}

const smb = caller(0, { door: 'smb', stateless: false, foldNames: true });

/** An object that came in parts, and one that did not. */
async function fill({ objects }: ObjectWorld): Promise<{ readonly whole: string; readonly composed: string }> {
  const { etag: whole } = await objects.put(s3, 1, 'd/whole', bodyOf('hello'), plain);
  const upload = await objects.createUpload(s3, 1, 'd/parts', plain);
  const named = [];
  for (const [index, content] of ['abc', 'def', 'g'].entries()) {
    const { number, etag } = await objects.putPart(s3, 1, 'd/parts', upload.id, index + 1, bodyOf(content));
    named.push({ number, etag });
  }
  const { etag: composed } = await objects.completeUpload(s3, 1, 'd/parts', upload.id, named);
  return { whole, composed };
}

type Act = (world: ObjectWorld, id: FileId, name: string) => Promise<unknown>;

const changes: readonly [string, Act][] = [
  ['chmod', ({ files }, id) => files.setattr(root, { share: 1, id }, { mode: 0o600 })],
  ['chown', ({ files }, id) => files.setattr(root, { share: 1, id }, { uid: 5, gid: 6 })],
  ['touch', ({ files }, id) => files.setattr(root, { share: 1, id }, { modified: { seconds: 5, nanoseconds: 6 } })],
  ['DOS bits', ({ files }, id) => files.setattr(smb, { share: 1, id }, { dosBits: 2 })],
  ['an extended attribute', ({ files }, id) => files.setxattr(root, { share: 1, id }, 'user.a', text('b'), 'either')],
  [
    'rename, there and back',
    async ({ files, top }, _id, name) => {
      const directory = (await files.lookup(root, top, text('d'))).attributes!.id;
      const within = { share: 1, id: directory };
      await files.rename(root, within, text(name), top, text('away'));
      await files.rename(root, top, text('away'), within, text(name));
    },
  ],
  [
    'rename of the directory, there and back',
    async ({ files, top }) => {
      await files.rename(root, top, text('d'), top, text('e'));
      await files.rename(root, top, text('e'), top, text('d'));
    },
  ],
  [
    'another name, and its removal',
    async ({ files, top }, id) => {
      await files.link(root, { share: 1, id }, top, text('second'));
      await files.remove(root, top, text('second'));
    },
  ],
  [
    'another name, removed as an object',
    async ({ files, objects, top }, id) => {
      await files.link(root, { share: 1, id }, top, text('second'));
      await objects.delete(s3, 1, 'second');
    },
  ],
  [
    'tagging',
    ({ objects }, _id, name) =>
      objects.setMetadata(s3, 1, `d/${name}`, ({ headers }) => ({ headers, user: { a: 'b' } })),
  ],
  [
    'an open of SMB that sets attributes',
    async ({ state }, id) => {
      const rights = access.writeAttributes | access.writeAcl;
      const request = { access: rights, deny: 0, opener: { client: 'c', owner: 'o' } };
      const open = await state.open(smb, { share: 1, id }, request);
      await open.setattr(smb, { mode: 0o644, dosBits: 4 });
      await open.close();
    },
  ],
];

const writers: readonly ['head' | 'shared'][] = [['head'], ['shared']];

describe.each(writers)(
  'on a volume without content stamps, with writers: %s, an etag stays and nothing is read for it after',
  (who) => {
    it.each(changes)('%s', async (_what, act) => {
      const { world, count } = await makeCounting({ writers: who });
      const { objects } = world;
      const { whole, composed } = await fill(world);
      expect([whole, composed]).toEqual([
        md5('hello'),
        `${md5(Buffer.from(md5('abc') + md5('def') + md5('g'), 'hex'))}-3`,
      ]);
      count.hashed = 0;
      for (const [name, etag] of [
        ['whole', whole],
        ['parts', composed],
      ] as const) {
        await act(world, await idAt(world, `d/${name}`), name);
        const page = await objects.list(s3, 1, { prefix: `d/${name}`, delimiter: '', after: '', limit: 1 });
        expect(page.items).toMatchObject([{ object: { etag } }]);
        const info = await objects.head(s3, 1, `d/${name}`);
        expect(info.etag).toBe(etag);
        expect(info.parts?.length).toBe(name === 'parts' ? 3 : undefined);
        expect(count.hashed).toBe(0);
      }
    });
  },
);

describe.each(writers)('on a volume without content stamps, with writers: %s', (who) => {
  it('what others change otherwise is hashed once, and keeps its etag, of parts as well', async () => {
    const { world, count } = await makeCounting({ writers: who });
    const { objects, inner } = world;
    const { whole, composed } = await fill(world);
    count.hashed = 0;
    for (const [name, etag] of [
      ['whole', whole],
      ['parts', composed],
    ] as const) {
      const before = count.hashed;
      await inner.setattr({}, await idAt(world, `d/${name}`), { mode: 0o600 });
      const page = await objects.list(s3, 1, { prefix: `d/${name}`, delimiter: '', after: '', limit: 1 });
      expect(page.items).toMatchObject([{ object: { etag: expect.stringMatching(/-0$/) } }]);
      expect(count.hashed).toBe(before);
      const info = await objects.head(s3, 1, `d/${name}`);
      expect([info.etag, info.metadata]).toEqual([etag, plain]);
      expect(info.parts?.length).toBe(name === 'parts' ? 3 : undefined);
      const after = count.hashed;
      expect(after).toBeGreaterThan(before);
      expect((await objects.head(s3, 1, `d/${name}`)).etag).toBe(etag);
      expect(count.hashed).toBe(after);
    }
  });

  it('what others write is seen at once, also with the size and the count of before', async () => {
    const { world } = await makeCounting({ writers: who });
    const { objects, inner } = world;
    await fill(world);
    for (const [name, content] of [
      ['whole', 'HELLO'],
      ['parts', 'ABCDEFG'],
    ] as const) {
      const id = await idAt(world, `d/${name}`);
      const handle = await inner.open({}, id, 'write');
      await handle.write({}, 0, [text(content)], 'file');
      await handle.close();
      expect(await objects.head(s3, 1, `d/${name}`)).toMatchObject({ etag: md5(content), metadata: plain });
      expect((await objects.head(s3, 1, `d/${name}`)).parts).toBeUndefined();
    }
  });

  it('a write beside a chmod is never taken for none', async () => {
    const { world } = await makeCounting({ writers: who });
    const { objects, files } = world;
    for (let round = 0; round < 20; round += 1) {
      await objects.put(s3, 1, 'k', bodyOf(`old ${round % 10}`), plain);
      const file = { share: 1, id: await idAt(world, 'k') };
      await Promise.all([
        files.setattr(root, file, { mode: round % 2 === 0 ? 0o600 : 0o644 }),
        files.write(root, file, 0, [text('new')], 'unstable'),
        files.setxattr(root, file, 'user.a', text(String(round)), 'either'),
      ]);
      expect((await objects.head(s3, 1, 'k')).etag).toBe(md5(`new ${round % 10}`));
    }
  });
});

it('a write waits for a chmod that is under way, whoever asks, and is done then', async () => {
  const during: { setattr?: () => Promise<void> } = {};
  const world = await makeObjectWorld({
    ...cephFlavour,
    wrap: (volume) =>
      changedCalls(volume, {
        setattr: async (...given) => {
          await during.setattr?.();
          return volume.setattr(...given);
        },
      }),
  });
  const { objects, files } = world;
  await objects.put(s3, 1, 'k', bodyOf('old'), plain);
  const file = { share: 1, id: await idAt(world, 'k') };
  let written: Promise<unknown> | undefined;
  let isWritten = false;
  during.setattr = async () => {
    const nfs = { ...root, patience: 'tryLater' as const };
    written = files.write(nfs, file, 0, [text('new')], 'file').then(() => (isWritten = true));
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(isWritten).toBe(false);
  };
  await files.setattr(root, file, mode(0o600));
  await written;
  expect((await objects.head(s3, 1, 'k')).etag).toBe(md5('new'));
});
