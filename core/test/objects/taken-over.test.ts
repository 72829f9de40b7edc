import { describe, expect, it } from 'vitest';
import { access } from '../../src/service/index.ts';
import type { Volume } from '../../src/spi/index.ts';
import { caller } from '../../src/test/callers.ts';
import { cephFlavour } from '../flavour.ts';
import { root, text } from '../world.ts';
import { aroundCalls, changedCalls } from '../changed-calls.ts';
import { bodyOf, codeOf, contentOf, makeObjectWorld, md5, plain, s3, user } from './object-world.ts';

const smb = caller(0, { door: 'smb', stateless: false, foldNames: true });

describe.each([
  ['in steps', { ...cephFlavour }],
  ['in one step', { ...cephFlavour, traits: { ...cephFlavour.traits, maxPublishBytes: 1_048_576 } }],
])('a PUT over a file, where its name is taken over, %s', (_how, options) => {
  it('keeps who the file is', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    const file = await world.file('k', { uid: 7, gid: 8, mode: 0o666 }, 'before');
    await files.setattr(root, file, { dosBits: 2 });
    await files.setxattr(root, file, 'user.a', text('1'), 'either');
    await files.setxattr(root, file, 'user.b', text('2'), 'either');
    const stream = await files.stream(smb, file, 'notes', 'create');
    await files.write(smb, stream!.file, 0, [text('note')], 'file');
    const info = await objects.put(user(9), 1, 'k', bodyOf('after'), plain);
    const { attributes } = await files.lookup(root, top, text('k'));
    expect(attributes).toMatchObject({ uid: 7, gid: 8, mode: 0o666, dosBits: 2, size: 5 });
    const now = { share: 1, id: attributes!.id };
    expect(now.id).not.toBe(file.id);
    expect(Buffer.from((await files.getxattr(root, now, 'user.a'))!).toString()).toBe('1');
    expect([...(await files.listxattr(root, now))].sort()).toEqual(['user.a', 'user.b']);
    expect((await files.streams(smb, now)).map(({ name, size }) => [name, size])).toEqual([['notes', 4]]);
    expect(await objects.head(s3, 1, 'k')).toEqual(info);
    expect(info).toMatchObject({ etag: md5('after'), metadata: plain });
  });

  it('keeps nothing of a file that was taken away meanwhile', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const wrap = (volume: Volume): Volume =>
      aroundCalls(volume, (name, _given, go) => {
        if ((name !== 'replace' && name !== 'publish') || meanwhile === undefined) return go();
        const act = meanwhile;
        meanwhile = undefined;
        return act().then(go);
      });
    const world = await makeObjectWorld({ ...options, wrap });
    const { objects, files, volume, top } = world;
    const first = await world.file('k', { uid: 7, mode: 0o666 }, 'first');
    const second = await world.file('other', { uid: 8, mode: 0o666 }, 'second');
    await files.setxattr(root, first, 'user.a', text('secret'), 'either');
    await files.setxattr(root, second, 'user.b', text('2'), 'either');
    meanwhile = () => volume.rename({}, top.id, text('other'), top.id, text('k'));
    await objects.put(user(9), 1, 'k', bodyOf('after'), plain);
    const { attributes } = await files.lookup(root, top, text('k'));
    expect(attributes).toMatchObject({ uid: 8 });
    expect(await files.listxattr(root, { share: 1, id: attributes!.id })).toEqual(['user.b']);
  });

  it('keeps no mode that lets programs run as its owner', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, top } = world;
    await world.file('k', { uid: 0, gid: 0, mode: 0o6777 }, 'before');
    await objects.put(user(9), 1, 'k', bodyOf('after'), plain);
    expect((await files.lookup(root, top, text('k'))).attributes).toMatchObject({ uid: 0, mode: 0o777 });
    await world.file('k2', { uid: 0, gid: 0, mode: 0o6777 }, 'before');
    await objects.put(s3, 1, 'k2', bodyOf('after'), plain);
    expect((await files.lookup(root, top, text('k2'))).attributes).toMatchObject({ uid: 0, mode: 0o6777 });
  });

  it('leaves the old content to its other names and to who has it open', async () => {
    const world = await makeObjectWorld(options);
    const { objects, files, state, top } = world;
    const file = await world.file('k', { mode: 0o666 }, 'before');
    await files.link(root, file, top, text('second'));
    const single = await world.file('single', { mode: 0o666 }, 'before');
    const request = { access: access.readData, deny: 0, opener: { client: 'c', owner: 'o' } };
    const opens = [await state.open(smb, file, request), await state.open(smb, single, request)];
    for (const key of ['k', 'single']) await objects.put(s3, 1, key, bodyOf('after'), plain);
    for (const open of opens) {
      expect(Buffer.from((await open.read(smb, 0, 10)).bytes).toString()).toBe('before');
      await open.close();
    }
    expect((await contentOf(objects, 'second')).toString()).toBe('before');
    for (const key of ['k', 'single']) expect((await contentOf(objects, key)).toString()).toBe('after');
    expect((await objects.head(s3, 1, 'second')).etag).toBe(md5('before'));
  });

  it('is refused to whom shares neither writing nor deletion', async () => {
    const world = await makeObjectWorld(options);
    const { objects, state } = world;
    const file = await world.file('k', { mode: 0o666 }, 'before');
    for (const deny of [access.writeData, access.delete]) {
      const request = { access: access.readData, deny, opener: { client: 'c', owner: 'o' } };
      const open = await state.open(smb, file, request);
      expect(await codeOf(objects.put(s3, 1, 'k', bodyOf('after'), plain))).toBe('sharingViolation');
      await open.close();
    }
  });
});

describe('a condition on the content, on a volume without content stamps', () => {
  const makeInterrupted = async (step: 'replace' | 'unlink' | 'listxattr') => {
    const during: { act?: () => Promise<void> } = {};
    const world = await makeObjectWorld({
      ...cephFlavour,
      wrap: (volume: Volume) =>
        aroundCalls(volume, (name, _given, go) => {
          const { act } = during;
          if (name !== step || act === undefined) return go();
          delete during.act;
          return act().then(go);
        }),
    });
    await world.objects.put(s3, 1, 'k', bodyOf('old'), plain);
    const { id } = (await world.volume.lookup({}, world.top.id, text('k')))!;
    return { world, during, file: { share: 1, id } };
  };

  it('keeps writes of other doors away until the step is done', async () => {
    for (const step of ['replace', 'unlink'] as const) {
      const { world, during, file } = await makeInterrupted(step);
      const { objects, files } = world;
      let writing: Promise<string> | undefined;
      let isDone = false;
      during.act = async () => {
        writing = codeOf(files.write(root, file, 0, [text('NFS')], 'file')).finally(() => (isDone = true));
        for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
        expect(isDone).toBe(false);
      };
      const conditions = { ifMatch: [md5('old')] };
      if (step === 'replace') await objects.put(s3, 1, 'k', bodyOf('new'), plain, conditions);
      else await objects.delete(s3, 1, 'k', conditions);
      // What it was to write into has gone before it.
      expect(await writing).toBe('stale');
      if (step === 'replace') expect((await contentOf(objects, 'k')).toString()).toBe('new');
    }
  });

  it('fails when a write came in after it was looked at', async () => {
    const { world } = await makeInterrupted('replace');
    const { objects, files } = world;
    const file = { share: 1, id: (await world.volume.lookup({}, world.top.id, text('k')))!.id };
    const body = bodyOf('new');
    const late = {
      ...body,
      read: async () => {
        const bytes = await body.read();
        if (bytes === undefined) await files.write(root, file, 0, [text('NFS')], 'file');
        return bytes;
      },
    };
    expect(await codeOf(objects.put(s3, 1, 'k', late, plain, { ifMatch: [md5('old')] }))).toBe('preconditionFailed');
    expect((await contentOf(objects, 'k')).toString()).toBe('NFS');
  });
});

describe('a PUT over a file that is being removed', () => {
  it('keeps nobody from the file while it waits', async () => {
    const held = Promise.withResolvers<void>();
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        unlink: async (...given) => {
          await held.promise;
          return volume.unlink(...given);
        },
      });
    const world = await makeObjectWorld({ ...cephFlavour, wrap });
    const { objects, files, top } = world;
    const file = await world.file('k', { mode: 0o666 }, 'before');
    await files.link(root, file, top, text('other name'));
    const doomed = await world.state.open(smb, file, {
      access: access.delete,
      deny: 0,
      opener: { client: 'host', owner: 'o' },
      place: { directory: top.id, name: text('k') },
      deleteOnClose: true,
    });
    const closing = doomed.close();
    const putting = objects.put(s3, 1, 'k', bodyOf('after'), plain);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    const { after } = await files.setattr(root, file, { mode: 0o600 });
    expect(after.mode).toBe(0o600);
    held.resolve();
    await closing;
    await putting;
    expect((await contentOf(objects, 'k')).toString()).toBe('after');
    expect((await contentOf(objects, 'other name')).toString()).toBe('before');
  });
});
