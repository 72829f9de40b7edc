import { describe, expect, it } from 'vitest';
import type { ChangeEvent, FileRef, Open } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import { StorageError, isStorageError } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { changedCalls } from './changed-calls.ts';
import { bodyOf, contentOf, keysOf, leftovers, makeObjectWorld, plain, s3 } from './objects/object-world.ts';
import type { World } from './world.ts';
import { makeWorld, mode, root, text } from './world.ts';

const smb = (uid = 0) => caller(uid, { door: 'smb', stateless: false, foldNames: true });
const { readData, writeData } = access;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

async function made(world: World, file: FileRef, name: string, content = '', who = smb()): Promise<FileRef> {
  const found = await world.files.stream(who, file, name, 'openOrCreate');
  if (content !== '') await world.files.write(who, found!.file, 0, [text(content)], 'file');
  return found!.file;
}

const namesOf = async (world: World, file: FileRef): Promise<string[]> =>
  (await world.files.streams(smb(), file)).map(({ name }) => name).sort();

function open(world: World, file: FileRef, rights: number, more: { deny?: number; name?: string; who?: number } = {}) {
  const { deny = 0, name, who = 0 } = more;
  return world.state.open(smb(who), file, {
    access: rights,
    deny,
    opener: { client: 'c', owner: 'o' },
    ...(name !== undefined && { place: { directory: world.top.id, name: text(name) } }),
  });
}

describe('named streams', () => {
  it('have a name and content of their own, and all else from their file', async () => {
    const world = await makeWorld();
    const file = await world.file('file', { uid: 1000, mode: 0o640 }, 'content');
    const before = await world.files.getattr(root, file);
    const stream = await made(world, file, 'Zone.Identifier', 'zone');
    expect(stream.base).toBe(file.id);
    const after = await world.files.getattr(root, file);
    expect(after.change).toBeGreaterThan(before.change);
    expect(after.contentStamp).toBe(before.contentStamp);
    expect(await world.files.streams(smb(), file)).toMatchObject([{ name: 'Zone.Identifier', id: stream.id, size: 4 }]);
    expect(await world.files.getattr(smb(), stream)).toMatchObject({ uid: 1000, mode: 0o640, size: 4, id: stream.id });
    const again = await world.files.stream(smb(), file, 'ZONE.identifier', 'open');
    expect(again).toEqual({ file: stream, created: false });
    expect(await world.files.stream(root, file, 'zone.identifier', 'open')).toBeUndefined();
    for (const who of [smb(), root]) {
      expect(await codeOf(world.files.stream(who, file, 'zone.identifier', 'create'))).toBe('exists');
    }
    expect(await world.files.stream(smb(), file, 'none', 'open')).toBeUndefined();
    expect(Buffer.from((await world.files.read(root, stream, 0, 9)).bytes).toString()).toBe('zone');
    expect(Buffer.from((await world.files.read(root, file, 0, 9)).bytes).toString()).toBe('content');
    const sized = await world.files.setattr(root, stream, { size: 2, mode: 0o600 });
    expect(sized.after).toMatchObject({ size: 2, mode: 0o600 });
    expect(await world.files.getattr(root, file)).toMatchObject({ size: 7, mode: 0o600 });
    const { entries } = await world.files.readdir(root, world.top, 0n, { limit: 10, attributes: false });
    expect(entries).toHaveLength(1);
    for (const name of ['', '.', 'a/b', 'a:b', 'a\\b', '\ud800', 'a\0']) {
      expect(await codeOf(world.files.stream(smb(), file, name, 'create'))).toBe('badName');
    }
    expect(await codeOf(world.files.stream(smb(), file, 'é'.repeat(128), 'create'))).toBe('nameTooLong');
  });

  it('are as open to people as their file', async () => {
    const world = await makeWorld();
    const file = await world.file('file', { uid: 1000, mode: 0o644 });
    expect(await codeOf(world.files.stream(smb(2000), file, 's', 'create'))).toBe('accessDenied');
    const stream = await made(world, file, 's', 'text', smb(1000));
    expect(await world.files.stream(smb(2000), file, 's', 'openOrCreate')).toMatchObject({ created: false });
    expect((await world.files.read(smb(2000), stream, 0, 9)).bytes.length).toBe(4);
    expect(await codeOf(world.files.write(smb(2000), stream, 0, [text('x')], 'file'))).toBe('accessDenied');
    expect(await codeOf(world.files.setattr(smb(2000), stream, { size: 0 }))).toBe('accessDenied');
    expect(await codeOf(open(world, stream, writeData, { who: 2000 }))).toBe('accessDenied');
    expect(await codeOf(open(world, stream, access.delete, { who: 2000 }))).toBe('accessDenied');
    const held = await open(world, stream, readData | writeData | access.delete, { who: 1000 });
    await held.close();
    expect(await codeOf(world.files.link(root, stream, world.top, text('x')))).toBe('invalid');
    world.setReadOnly(true);
    expect(await codeOf(world.files.stream(smb(), file, 't', 'create'))).toBe('readOnly');
  });

  it('tell of changes as changes of their file', async () => {
    const world = await makeWorld();
    const file = await world.file('file');
    const heard: ChangeEvent[] = [];
    world.parts.events.changes.subscribe((event) => heard.push(event));
    const stream = await made(world, file, 's', 'text');
    const held = await open(world, stream, writeData | access.delete);
    await held.write(smb(), 0, [text('more')], 'unstable');
    await held.setattr(smb(), { size: 1 });
    await held.renameStream(smb(), 't', { replace: false });
    await held.setDeletePending(smb(), true);
    await held.close();
    expect(heard.map(({ kind, file: id }) => [kind, id])).toEqual(
      ['attributes', 'written', 'written', 'written', 'attributes', 'attributes'].map((kind) => [kind, file.id]),
    );
    expect(await namesOf(world, file)).toEqual([]);
  });

  it('go with the last name of their file, through any door', async () => {
    const world = await makeObjectWorld();
    const { files, objects, top } = world;
    const gone = async (name: string, remove: (file: FileRef) => Promise<unknown>): Promise<void> => {
      const file = await world.file(name, {}, 'text');
      await made(world, file, 'one', 'content');
      await made(world, file, 'two');
      expect(await leftovers(world)).toHaveLength(4);
      await remove(file);
      expect(await leftovers(world)).toEqual(['streams']);
    };
    await gone('removed', () => files.remove(root, top, text('removed')));
    await world.file('over');
    await gone('target', () => files.rename(root, top, text('over'), top, text('target')));
    await gone('closed', async (file) => {
      const held = await open(world, file, access.delete, { name: 'closed' });
      await held.setDeletePending(smb(), true);
      await held.close();
    });
    await gone('object', () => objects.delete(s3, 1, 'object'));
    await gone('linked', async (file) => {
      await files.link(root, file, top, text('other'));
      await files.remove(root, top, text('linked'));
      expect(await namesOf(world, file)).toEqual(['one', 'two']);
      await files.rename(root, top, text('other'), top, text('moved'));
      expect(await namesOf(world, file)).toEqual(['one', 'two']);
      await files.remove(root, top, text('moved'));
    });
    const directory = await world.directory('directory');
    await made(world, directory, 'one');
    await files.rmdir(root, top, text('directory'));
    expect(await leftovers(world)).toEqual(['streams']);
    await objects.put(s3, 1, 'implicit/key', bodyOf('x'), plain);
    const implicit = await files.lookup(root, top, text('implicit'));
    await made(world, { share: 1, id: implicit.attributes!.id }, 'one');
    await objects.delete(s3, 1, 'implicit/key');
    expect(await leftovers(world)).toEqual(['streams']);
    expect(world.reported).toEqual([]);
  });

  it.each(['swap', 'rename'] as const)(
    'stay over a PUT (replace by %s), and are no part of an object',
    async (replace) => {
      const world = await makeObjectWorld({ traits: { replace } });
      await world.objects.put(s3, 1, 'key', bodyOf('old'), plain);
      const found = async (): Promise<FileRef> => {
        const { attributes } = await world.files.lookup(root, world.top, text('key'));
        return { share: 1, id: attributes!.id };
      };
      await made(world, await found(), 's', 'stream');
      await world.objects.put(s3, 1, 'key', bodyOf('new'), plain);
      expect(await namesOf(world, await found())).toEqual(['s']);
      const stream = await world.files.stream(smb(), await found(), 's', 'open');
      expect(Buffer.from((await world.files.read(root, stream!.file, 0, 9)).bytes).toString()).toBe('stream');
      await world.objects.copy(s3, { share: 1, key: 'key' }, { share: 1, key: 'copy' }, {});
      const copy = await world.files.lookup(root, world.top, text('copy'));
      expect(await namesOf(world, { share: 1, id: copy.attributes!.id })).toEqual([]);
      expect((await contentOf(world.objects, 'copy')).toString()).toBe('new');
      expect(await keysOf(world.objects)).toEqual(['copy', 'key']);
    },
  );

  it('that a crash left behind are removed at the next start, and no others', async () => {
    const world = await makeObjectWorld();
    const [gone, stays] = [await world.file('gone'), await world.file('stays')];
    const directory = await world.directory('directory');
    for (const file of [gone, stays, directory]) await made(world, file, 's', 'text');
    await world.volume.unlink({}, world.top.id, text('gone'));
    const mount = world.parts.mounts.get(1);
    expect(await world.parts.streams.sweep(mount)).toBe(1);
    expect(await world.parts.streams.sweep(mount)).toBe(0);
    expect(await namesOf(world, stays)).toEqual(['s']);
    expect(await namesOf(world, directory)).toEqual(['s']);
    expect(await codeOf(world.files.streams(smb(), gone))).toBe('stale');
  });

  it('that could not be removed with their file are reported, and removed at the next start', async () => {
    let broken = false;
    const world = await makeObjectWorld({
      wrap: (volume) =>
        changedCalls(volume, {
          rename: (...given) => (broken ? Promise.reject(new StorageError('io')) : volume.rename(...given)),
        }),
    });
    await made(world, await world.file('file'), 's', 'text');
    broken = true;
    await world.files.remove(root, world.top, text('file'));
    expect(world.reported).toMatchObject([{ code: 'io' }]);
    broken = false;
    expect(await world.parts.streams.sweep(world.parts.mounts.get(1))).toBe(1);
    expect(await leftovers(world)).toEqual(['streams']);
  });

  it('are made once, by whoever is first, and not for a file that goes', async () => {
    const world = await makeObjectWorld();
    const file = await world.file('file');
    const all = await Promise.all(['s', 'S', 's', 'S'].map((name) => made(world, file, name)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    for (let round = 0; round < 20; round += 1) {
      const victim = await world.file(`victim${round}`);
      const making = codeOf(world.files.stream(smb(), victim, 's', 'create'));
      for (let turn = 0; turn < round; turn += 1) await Promise.resolve();
      const [removed, result] = await Promise.all([
        codeOf(world.files.remove(root, world.top, text(`victim${round}`))),
        making,
      ]);
      expect(removed).toBe('ok');
      expect(['ok', 'stale', 'notFound']).toContain(result);
    }
    expect((await leftovers(world)).filter((path) => path.startsWith('streams/')).length).toBe(2);
  });
});

describe('opens of streams', () => {
  it('have share modes and locks of their own', async () => {
    const world = await makeWorld();
    const file = await world.file('file', {}, 'content');
    const stream = await made(world, file, 's', 'stream');
    const base = await open(world, file, readData, { deny: readData | writeData });
    const held = await open(world, stream, readData | writeData, { deny: writeData });
    expect(await codeOf(open(world, stream, writeData))).toBe('sharingViolation');
    expect(await codeOf(world.files.write(root, stream, 0, [text('x')], 'file'))).toBe('sharingViolation');
    await held.write(smb(), 0, [text('STREAM')], 'file');
    expect(Buffer.from((await held.read(smb(), 0, 9)).bytes).toString()).toBe('STREAM');
    expect(await held.setattr(smb(), { size: 3 })).toMatchObject({ size: 3 });
    expect(await codeOf(held.setattr(smb(), { mode: 0o600 }))).toBe('accessDenied');
    await base.close();
    await held.close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('that do not share deletion keep their file where it is', async () => {
    const world = await makeWorld();
    const file = await world.file('file');
    const stream = await made(world, file, 's');
    const held = await open(world, stream, readData, { deny: access.delete });
    expect(await codeOf(open(world, file, access.delete, { name: 'file' }))).toBe('sharingViolation');
    expect(await codeOf(world.files.remove(root, world.top, text('file')))).toBe('sharingViolation');
    expect(await codeOf(world.files.rename(root, world.top, text('file'), world.top, text('x')))).toBe(
      'sharingViolation',
    );
    await held.close();
    const base = await open(world, file, access.delete, { name: 'file' });
    expect(await codeOf(open(world, stream, readData, { deny: access.delete }))).toBe('sharingViolation');
    const shares = await open(world, stream, readData);
    await base.setDeletePending(smb(), true);
    expect(await codeOf(open(world, stream, readData))).toBe('deletePending');
    expect(await codeOf(world.files.stream(smb(), file, 't', 'create'))).toBe('deletePending');
    await base.close();
    // The file goes with the last of all that is open of it.
    expect(await codeOf(open(world, file, readData))).toBe('deletePending');
    expect(await codeOf(open(world, stream, readData))).toBe('deletePending');
    expect((await shares.read(smb(), 0, 9)).eof).toBe(true);
    expect((await world.files.lookup(root, world.top, text('file'))).attributes?.id).toBe(file.id);
    await shares.close();
    expect((await world.files.lookup(root, world.top, text('file'))).attributes).toBeUndefined();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('keep their content when another door removes the file', async () => {
    const world = await makeWorld();
    const file = await world.file('file');
    const stream = await made(world, file, 's', 'text');
    const held = await open(world, stream, readData | access.delete);
    await world.files.remove(root, world.top, text('file'));
    expect((await held.read(smb(), 0, 9)).bytes.length).toBe(4);
    await held.setDeletePending(smb(), true);
    await held.close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('rename and delete the stream', async () => {
    const world = await makeWorld();
    const file = await world.file('file');
    const [one, two] = [await made(world, file, 'one', '1'), await made(world, file, 'two', '22')];
    const held: Open = await open(world, one, access.delete);
    expect(held.place).toBeUndefined();
    expect(await codeOf(held.rename(smb(), world.top, text('x'), { replace: false }))).toBe('invalid');
    expect(await codeOf(held.renameStream(smb(), 'TWO', { replace: false }))).toBe('exists');
    const other = await open(world, two, readData, { deny: access.delete });
    expect(await codeOf(held.renameStream(smb(), 'TWO', { replace: true }))).toBe('accessDenied');
    await other.close();
    await held.renameStream(smb(), 'ONE', { replace: false });
    expect(await namesOf(world, file)).toEqual(['ONE', 'two']);
    await held.renameStream(smb(), 'TWO', { replace: true });
    expect(await world.files.streams(smb(), file)).toMatchObject([{ name: 'two', id: one.id, size: 1 }]);
    await held.close();
    const last = await world.state.open(smb(), one, {
      access: access.delete,
      deny: 0,
      opener: { client: 'c', owner: 'o' },
      deleteOnClose: true,
    });
    expect(last.deletePending).toBe(false);
    await last.close();
    expect(await namesOf(world, file)).toEqual([]);
    expect((await world.files.create(root, world.top, text('n'), { kind: 'guarded' }, mode(0o644))).created).toBe(true);
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });
});
