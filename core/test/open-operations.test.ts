import { describe, expect, it } from 'vitest';
import type { Caller, ChangeEvent, FileRef, Open, OpenRequest } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import { StorageError, isStorageError } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { changedCalls } from './changed-calls.ts';
import type { World } from './world.ts';
import { isBare } from './flavour.ts';
import { makeWorld, mode, nameOf, root, text } from './world.ts';

const { readData, writeData, writeAttributes, writeAcl, writeOwner } = access;
const smb = (uid = 0, changes: Partial<Caller> = {}): Caller =>
  caller(uid, { door: 'smb', stateless: false, foldNames: true, ...changes });

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

type Asked = Partial<Omit<OpenRequest, 'access' | 'place'>> & {
  readonly name?: string;
  readonly directory?: FileRef;
  readonly uid?: number;
  readonly who?: Caller;
};

function open(world: World, file: FileRef, rights: number, asked: Asked = {}): Promise<Open> {
  const { name, directory = world.top, uid = 0, who = smb(uid), ...rest } = asked;
  const place = name === undefined ? {} : { place: { directory: directory.id, name: text(name) } };
  return world.state.open(who, file, {
    deny: 0,
    opener: { client: 'c', owner: 'o' },
    ...rest,
    ...place,
    access: rights,
  });
}

async function contentOf(world: World, file: FileRef): Promise<string> {
  return Buffer.from((await world.files.read(root, file, 0, 1_000_000)).bytes).toString();
}

async function namesIn(world: World, directory: FileRef = world.top): Promise<string[]> {
  const { entries } = await world.files.readdir(root, directory, 0n, { limit: 100, attributes: false });
  return entries.map(({ name }) => nameOf(name)).sort();
}

function heardIn(world: World): ChangeEvent[] {
  const heard: ChangeEvent[] = [];
  world.parts.events.changes.subscribe((event) => heard.push(event));
  return heard;
}

describe('an open of what has become read-only', () => {
  it.each(['share', 'door'])('changes nothing any more: %s', async (what) => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'content');
    const writer = await open(world, file, access.readData | writeData | writeAttributes | access.delete, {
      name: 'a',
    });
    const who = smb(0, what === 'door' ? { readOnly: true } : {});
    world.setReadOnly(what === 'share');
    const attempts = [
      () => writer.write(who, 0, [text('X')], 'file'),
      () => writer.zero(who, 0, 2),
      () => writer.allocate(who, 0, 2),
      () => writer.copyFrom(who, writer, 0, 2, 2),
      () => writer.setattr(who, { size: 0 }),
      () => writer.rename(who, world.top, text('b'), { replace: false }),
      () => writer.setDeletePending(who, true),
    ];
    for (const attempt of attempts) expect(await codeOf(attempt())).toBe('readOnly');
    world.setReadOnly(false);
    await writer.close();
    expect(await contentOf(world, file)).toBe('content');
    expect(await namesIn(world)).toEqual(['a']);
  });
});

describe('setattr through an open', () => {
  it('goes by the rights of the open, whatever the mode says by now', async () => {
    const world = await makeWorld();
    const file = await world.file('a', { uid: 1000, mode: 0o666 }, 'content');
    const writer = await open(world, file, writeData | writeAttributes, { name: 'a', uid: 2000 });
    const owner = await open(world, file, writeAcl | writeOwner, { uid: 1000 });
    await owner.setattr(smb(1000), { mode: 0o400 });
    const moment = { seconds: 1_000, nanoseconds: 5 };
    const set = { modified: moment, accessed: moment, born: moment, dosBits: 0x22, size: 3 };
    expect(await writer.setattr(smb(2000), set)).toMatchObject({ ...set, mode: 0o400 });
    expect(await codeOf(writer.setattr(smb(2000), { mode: 0o777 }))).toBe('accessDenied');
    expect(await codeOf(owner.setattr(smb(1000), { modified: moment }))).toBe('accessDenied');
    expect(await codeOf(owner.setattr(smb(1000), { uid: 2000 }))).toBe('notPermitted');
    expect(await codeOf(owner.setattr(smb(1000), { uid: 1000 }))).toBe('ok');
    const reader = await open(world, file, readData, { uid: 1000 });
    expect(await codeOf(reader.setattr(smb(1000), { size: 0 }))).toBe('accessDenied');
    expect(await codeOf(writer.setattr(smb(2000, { readOnly: true }), { size: 0 }))).toBe('readOnly');
    for (const each of [writer, owner, reader]) await each.close();
    expect(await codeOf(writer.setattr(smb(2000), { size: 0 }))).toBe('badHandle');
  });

  it('is bound by POSIX locks where the size changes, not by those of SMB, and clears suid', async () => {
    const world = await makeWorld();
    const file = await world.file('a', { uid: 1000, mode: 0o4777 }, 'content');
    const [mine, other] = [await open(world, file, writeData, { uid: 1000 }), await open(world, file, readData)];
    const range = { start: 5n, end: 9n };
    const lock = { mode: 'exclusive', range, opener: other.opener, wait: false } as const;
    await world.state.lock(smb(), file, { ...lock, kind: 'smb', open: other });
    expect(await codeOf(world.files.setattr(root, file, { size: 6 }))).toBe('locked');
    expect((await mine.setattr(smb(1000), { size: 6 })).size).toBe(6);
    await other.close();
    const posix = { client: 'host', owner: 'process' };
    await world.state.lock(root, file, { ...lock, kind: 'posix', opener: posix });
    expect(await codeOf(mine.setattr(smb(1000), { size: 3 }))).toBe('locked');
    expect((await mine.setattr(smb(1000), { size: 6 })).size).toBe(6);
    world.state.unlock(file, { kind: 'posix', range, opener: posix });
    expect(await mine.setattr(smb(1000), { size: 3 })).toMatchObject({ size: 3, mode: 0o777 });
    await mine.close();
  });
});

describe('rename through an open', () => {
  it('takes over nothing that somebody has open, whatever that shares', async () => {
    const world = await makeWorld();
    const file = await world.file('new', {}, 'new');
    const target = await world.file('old', {}, 'old');
    const mover = await open(world, file, access.delete, { name: 'new' });
    const rename = () => codeOf(mover.rename(smb(), world.top, text('old'), { replace: true }));
    for (const rights of [readData, writeData, access.delete]) {
      const held = await open(world, target, rights, { name: 'old', opener: { client: 'd', owner: 'o' } });
      expect(await rename()).toBe('accessDenied');
      await held.close();
    }
    const looking = await open(world, target, access.readAttributes, { name: 'old' });
    expect(await rename()).toBe('ok');
    await looking.close();
    await mover.close();
    expect(await namesIn(world)).toEqual(['old']);
    expect(await contentOf(world, file)).toBe('new');
  });

  it('moves the name that it was opened by, wherever it is by then', async () => {
    const world = await makeWorld();
    const heard = heardIn(world);
    const file = await world.file('a');
    const directory = await world.directory('d');
    const held = await open(world, file, access.delete | readData, { name: 'A' });
    expect(nameOf(held.place!.name)).toBe('a');
    await world.files.rename(root, world.top, text('a'), directory, text('b'));
    expect([held.place?.directory, nameOf(held.place!.name)]).toEqual([directory.id, 'b']);
    await held.rename(smb(), world.top, text('B'), { replace: false });
    expect(await namesIn(world)).toEqual(['B', 'd']);
    await held.rename(smb(), world.top, text('b'), { replace: false });
    expect(await namesIn(world)).toEqual(['b', 'd']);
    expect(heard.filter(({ kind }) => kind === 'renamed')).toHaveLength(3);
    expect(nameOf(heard.at(-1)!.toName!)).toBe('b');
    expect(await codeOf(held.rename(smb(), world.other, text('b'), { replace: false }))).toBe('crossDevice');
    expect(await codeOf(held.rename(smb(), world.top, text('.POLYNAS'), { replace: true }))).toBe('accessDenied');
    expect(await codeOf(held.rename(smb(), world.top, text('..'), { replace: true }))).toBe('badName');
    await held.close();
    const without = await open(world, file, access.delete);
    expect(await codeOf(without.rename(smb(), world.top, text('c'), { replace: false }))).toBe('invalid');
    await without.close();
    const reader = await open(world, file, readData, { name: 'b' });
    expect(await codeOf(reader.rename(smb(), world.top, text('c'), { replace: false }))).toBe('accessDenied');
    await reader.close();
  });

  it('takes over what nobody holds, when it may', async () => {
    const world = await makeWorld();
    const [file, target] = [await world.file('a', {}, 'new'), await world.file('T', {}, 'old')];
    const directory = await world.directory('d');
    const held = await open(world, file, access.delete, { name: 'a' });
    expect(await codeOf(held.rename(smb(), world.top, text('t'), { replace: false }))).toBe('exists');
    const other = await open(world, target, readData, { deny: access.delete });
    expect(await codeOf(held.rename(smb(), world.top, text('t'), { replace: true }))).toBe('accessDenied');
    await other.close();
    const doomed = await open(world, target, access.delete, { name: 'T' });
    await doomed.setDeletePending(smb(), true);
    expect(await codeOf(held.rename(smb(), world.top, text('t'), { replace: true }))).toBe('accessDenied');
    await doomed.setDeletePending(smb(), false);
    await doomed.close();
    expect(await codeOf(held.rename(smb(), world.top, text('D'), { replace: true }))).toBe('accessDenied');
    const heard = heardIn(world);
    const result = await held.rename(smb(), world.top, text('t'), { replace: true });
    expect(heard.map((event) => [event.kind, event.file])).toEqual([
      ['removed', target.id],
      ['renamed', file.id],
    ]);
    expect(result.replaced?.id).toBe(target.id);
    expect(await namesIn(world)).toEqual(['T', 'd']);
    await held.setDeletePending(smb(), true);
    expect(await codeOf(held.rename(smb(), world.top, text('x'), { replace: false }))).toBe('deletePending');
    await held.close();
    expect(await namesIn(world)).toEqual(['d']);
    const folder = await open(world, directory, access.delete, { name: 'd' });
    await world.file('file');
    expect(await codeOf(folder.rename(smb(), world.top, text('file'), { replace: true }))).toBe('accessDenied');
    await folder.close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('needs the right to add to where it goes', async () => {
    const world = await makeWorld();
    const file = await world.file('a', { uid: 1000 });
    const closed = await world.directory('closed', { mode: 0o755 });
    const held = await open(world, file, access.delete, { name: 'a', uid: 1000 });
    expect(await codeOf(held.rename(smb(1000), closed, text('a'), { replace: false }))).toBe('accessDenied');
    expect(await codeOf(held.rename(smb(1000), world.top, text('b'), { replace: false }))).toBe('ok');
    await held.close();
  });

  it('adds to a directory that others neither hold for deletion nor keep writers out of', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    const directory = await world.directory('d');
    const held = await open(world, file, access.delete, { name: 'a' });
    const rename = (name: string): Promise<string> =>
      codeOf(held.rename(smb(), directory, text(name), { replace: false }));
    for (const [rights, deny, expected] of [
      [access.delete | readData, 0, 'sharingViolation'],
      [readData, writeData, 'sharingViolation'],
      [readData | writeData, access.delete, 'ok'],
      [access.readAttributes, writeData, 'ok'],
    ] as const) {
      const other = await open(world, directory, rights, { deny, name: 'd' });
      expect(await rename(`${rights} ${deny}`)).toBe(expected);
      await other.close();
    }
    await held.close();
  });

  it('leaves a directory where it is while SMB has something open below; NFS does not mind', async () => {
    const world = await makeWorld();
    const directory = await world.directory('d');
    const below = await world.files.mkdir(root, directory, text('e'), mode(0o755));
    const inner = { share: 1, id: below.attributes.id };
    const made = await world.files.create(root, inner, text('f'), { kind: 'guarded' }, mode(0o644));
    const file = { share: 1, id: made.attributes.id };
    const moving = await open(world, directory, access.delete, { name: 'd' });
    const rename = (): Promise<string> => codeOf(moving.rename(smb(), world.top, text('x'), { replace: false }));
    const nfs = await open(world, file, readData, {
      name: 'f',
      directory: inner,
      who: caller(0, { stateless: false }),
    });
    expect(await rename()).toBe('ok');
    const held = await open(world, file, readData, { name: 'f', directory: inner });
    expect(await codeOf(moving.rename(smb(), world.top, text('y'), { replace: false }))).toBe('sharingViolation');
    expect(await codeOf(world.files.rename(root, world.top, text('x'), world.top, text('z')))).toBe('ok');
    expect(nameOf(moving.place!.name)).toBe('z');
    const beside = await world.directory('beside');
    const elsewhere = await open(world, beside, readData, { name: 'beside' });
    await held.close();
    expect(await codeOf(moving.rename(smb(), world.top, text('y'), { replace: false }))).toBe('ok');
    for (const each of [nfs, moving, elsewhere]) await each.close();
  });
});

describe('bytes through an open', () => {
  it('are zeroed, reserved, and found between holes', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'content');
    const held = await open(world, file, readData | writeData, { name: 'a' });
    const heard = heardIn(world);
    await held.zero(smb(), 2, 3);
    expect(await contentOf(world, file)).toBe('co\0\0\0nt');
    await held.zero(smb(), 5, 100);
    expect((await held.getattr(smb())).size).toBe(7);
    await held.allocate(smb(), 0, 10_000_000);
    expect((await held.getattr(smb())).size).toBe(7);
    expect(heard.map(({ kind, name }) => [kind, name && nameOf(name)])).toEqual([
      ['written', 'a'],
      ['written', 'a'],
      ['attributes', 'a'],
    ]);
    const far = 8 * 1024 * 1024;
    await held.write(smb(), far, [text('x')], 'file');
    const ranges = await held.dataRanges(smb(), 0, far + 1000, 10);
    expect(ranges.length).toBeGreaterThan(0);
    const last = ranges.at(-1)!;
    expect(last.offset + last.length).toBe(far + 1);
    expect(await held.dataRanges(smb(), 0, far + 1000, 1)).toEqual(ranges.slice(0, 1));
    expect(await held.dataRanges(smb(), far + 1, 10, 10)).toEqual([]);
    expect(await codeOf(held.zero(smb(), -1, 5))).toBe('invalid');
    await held.close();
    const reader = await open(world, file, readData);
    expect(await codeOf(reader.zero(smb(), 0, 1))).toBe('accessDenied');
    expect(await codeOf(reader.allocate(smb(), 0, 1))).toBe('accessDenied');
    await reader.close();
    const writer = await open(world, file, writeData);
    expect(await codeOf(writer.dataRanges(smb(), 0, 1, 1))).toBe('accessDenied');
    await writer.close();
  });

  it.each([true, false])('are copied, by reference where there is that (%s)', async (clone) => {
    const world = await makeWorld({ groups: { clone } });
    const long = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    const [from, to] = [await world.file('from', {}, long), await world.file('to', {}, 'start')];
    const made = await world.files.create(root, world.other, text('else'), { kind: 'guarded' }, mode(0o644));
    const [source, target] = [await open(world, from, readData), await open(world, to, readData | writeData)];
    const elsewhere = await open(world, { share: 2, id: made.attributes.id }, writeData);
    expect(await target.copyFrom(smb(), source, 10, 5, 200_000)).toBe(200_000);
    expect(await contentOf(world, to)).toBe(`start${long.slice(10, 200_010)}`);
    expect(await elsewhere.copyFrom(smb(), source, 0, 0, 26)).toBe(26);
    expect(await contentOf(world, elsewhere.file)).toBe(long.slice(0, 26));
    expect(await codeOf(target.copyFrom(smb(), source, 299_999, 0, 2))).toBe('invalid');
    expect(await target.copyFrom(smb(), source, 0, 0, 0)).toBe(0);
    // Onto itself, overlapping both ways.
    for (const [at, onto] of [
      [0, 50_000],
      [60_000, 5],
    ] as const) {
      const before = await contentOf(world, to);
      await target.copyFrom(smb(), target, at, onto, 120_000);
      const whole = before.slice(0, onto) + before.slice(at, at + 120_000) + before.slice(onto + 120_000);
      expect(await contentOf(world, to)).toBe(whole);
    }
    const locker = await open(world, from, readData);
    const lock = { kind: 'smb', mode: 'exclusive', range: { start: 0n, end: 9n }, wait: false } as const;
    await world.state.lock(smb(), from, { ...lock, opener: locker.opener, open: locker });
    expect(await codeOf(target.copyFrom(smb(), source, 5, 0, 10))).toBe('locked');
    expect(await codeOf(target.copyFrom(smb(), source, 10, 0, 10))).toBe('ok');
    expect(await codeOf(source.copyFrom(smb(), target, 0, 0, 1))).toBe('accessDenied');
    expect(await codeOf(target.copyFrom(smb(), elsewhere, 0, 0, 1))).toBe('accessDenied');
    for (const each of [source, target, elsewhere, locker]) await each.close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });
});

describe('what an open asks for', () => {
  it('is limited by the mode, but for a file that it has just made', async () => {
    const world = await makeWorld();
    const all = 0x1f_01ff;
    const made = await world.files.create(smb(1000), world.top, text('a'), { kind: 'guarded' }, mode(0o444));
    const file = { share: 1, id: made.attributes.id };
    const fresh = await open(world, file, all, { name: 'a', uid: 1000, fresh: true });
    await fresh.write(smb(1000), 0, [text('x')], 'file');
    await fresh.close();
    expect(await codeOf(open(world, file, writeData, { name: 'a', uid: 1000 }))).toBe('accessDenied');
    expect(await codeOf(open(world, file, all, { uid: 1000, fresh: true, who: smb(1000, { readOnly: true }) }))).toBe(
      'readOnly',
    );
    await world.volume.setattr({}, file.id, { mode: 0o644 });
    const owner = await open(world, file, all, { name: 'a', uid: 1000 });
    await owner.close();
    expect(await codeOf(open(world, file, access.execute, { who: caller(1000, { stateless: false }) }))).toBe(
      'accessDenied',
    );
    const rights = (uid: number, name?: string): Promise<number> =>
      world.state.rights(
        smb(uid),
        file,
        name === undefined ? undefined : { directory: world.top.id, name: text(name) },
      );
    expect(await rights(1000, 'a')).toBe(all);
    expect(await rights(1000)).toBe(all & ~access.delete);
    expect(await rights(2000)).toBe(0x12_00a9);
    world.setReadOnly(true);
    expect(await rights(1000, 'a')).toBe(0x12_00a9);
  });

  it('may be that the file goes with it, by its own name, whoever closes last', async () => {
    const world = await makeWorld();
    const file = await world.file('Name');
    expect(await codeOf(open(world, file, readData, { name: 'Name', deleteOnClose: true }))).toBe('accessDenied');
    expect(await codeOf(open(world, file, access.delete, { deleteOnClose: true }))).toBe('invalid');
    const doomed = await open(world, file, access.delete, { name: 'NAME', deleteOnClose: true });
    const other = await open(world, file, readData);
    expect(doomed.deletePending).toBe(false);
    expect(await codeOf(open(world, file, readData).then((each) => each.close()))).toBe('ok');
    await doomed.close();
    expect(other.deletePending).toBe(true);
    expect(await codeOf(open(world, file, readData))).toBe('deletePending');
    expect(await namesIn(world)).toEqual(['Name']);
    await other.close();
    expect(await namesIn(world)).toEqual([]);
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });
});

describe('a file that is to go', () => {
  it('stays where the share has become read-only before its last close', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    const doomed = [
      await open(world, file, access.delete, { name: 'a', deleteOnClose: true }),
      await open(world, file, access.delete, { name: 'a' }),
    ];
    await doomed[1]!.setDeletePending(smb(), true);
    world.setReadOnly(true);
    for (const each of doomed) await each.close();
    expect(await namesIn(world)).toEqual(['a']);
    world.setReadOnly(false);
    // And is like any other from then on.
    await (await open(world, file, readData)).close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('goes by each of its names that somebody condemned, and by no other', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    for (const name of ['b', 'c', 'd']) await world.files.link(root, file, world.top, text(name));
    const [a, b, c] = [
      await open(world, file, access.delete, { name: 'a' }),
      await open(world, file, access.delete, { name: 'b' }),
      await open(world, file, access.delete, { name: 'c', deleteOnClose: true }),
    ];
    await a.setDeletePending(smb(), true);
    await b.setDeletePending(smb(), true);
    await a.setDeletePending(smb(), false);
    expect(a.deletePending).toBe(true);
    await a.setDeletePending(smb(), true);
    for (const each of [a, b, c]) await each.close();
    expect(await namesIn(world)).toEqual(['d']);
  });

  it('stays when the open that it was to go with has never been given to anybody', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    const undone = await open(world, file, access.delete, { name: 'a', deleteOnClose: true });
    await undone.close({ undone: true });
    expect(await namesIn(world)).toEqual(['a']);
  });
});

describe('a link', () => {
  it('takes over a name in one step', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'new');
    const old = await world.file('b', {}, 'old');
    const heard = heardIn(world);
    const take = (): Promise<unknown> => world.files.link(smb(), file, world.top, text('B'), { replace: true });
    expect(await codeOf(world.files.link(smb(), file, world.top, text('B')))).toBe('exists');
    await take();
    expect(await namesIn(world)).toEqual(['a', 'b']);
    const { attributes } = await world.files.lookup(root, world.top, text('b'));
    expect(attributes).toMatchObject({ id: file.id, nlink: 2 });
    expect(await codeOf(world.files.getattr(root, old))).toBe('stale');
    expect(heard.map(({ kind, name }) => [kind, nameOf(name!)])).toEqual([
      ['removed', 'b'],
      ['created', 'b'],
    ]);
    // It is there already.
    expect(await take()).toMatchObject({ created: false });
    expect(await world.files.getattr(root, file)).toMatchObject({ nlink: 2 });
  });

  it('takes over nothing that somebody has open, nor a directory, nor what the caller may not remove', async () => {
    const world = await makeWorld();
    const file = await world.file('a', { mode: 0o666 });
    const held = await world.file('b');
    await world.directory('d');
    const take = (name: string, uid = 0): Promise<unknown> =>
      world.files.link(smb(uid), file, world.top, text(name), { replace: true });
    const reader = await open(world, held, readData, { name: 'b' });
    expect(await codeOf(take('b'))).toBe('accessDenied');
    await reader.close();
    const looker = await open(world, held, access.readAttributes, { name: 'b' });
    await world.files.setattr(root, world.top, { mode: 0o755 });
    expect(await codeOf(take('d'))).toBe('accessDenied');
    expect(await codeOf(take('b', 1000))).toBe('accessDenied');
    world.setReadOnly(true);
    expect(await codeOf(take('b'))).toBe('readOnly');
    world.setReadOnly(false);
    expect(await namesIn(world)).toEqual(['a', 'b', 'd']);
    expect(await codeOf(take('b'))).toBe('ok');
    await looker.close();
  });

  it('that fails leaves the name whose it was, and nothing of its own', async () => {
    let failing = false;
    const world = await makeWorld({
      wrap: (volume) =>
        changedCalls(volume, {
          rename: (...given) => (failing ? Promise.reject(new StorageError('noSpace')) : volume.rename(...given)),
        }),
    });
    const file = await world.file('a', {}, 'new');
    const old = await world.file('b', {}, 'old');
    failing = true;
    expect(await codeOf(world.files.link(smb(), file, world.top, text('b'), { replace: true }))).toBe('noSpace');
    expect(await contentOf(world, old)).toBe('old');
    expect(await world.files.getattr(root, file)).toMatchObject({ nlink: 1 });
    expect(world.reported).toEqual([]);
  });
});

describe('paths of directories', () => {
  it('lead from one down to the other, or there is none', async () => {
    const world = await makeWorld();
    const a = await world.directory('a');
    const made = await world.files.mkdir(root, a, text('b'), mode(0o755));
    const b = { share: 1, id: made.attributes.id };
    const path = async (above: FileRef, below: FileRef): Promise<string | undefined> =>
      (await world.files.pathBelow(smb(2000), above, below))?.map(nameOf).join('/');
    expect(await path(world.top, b)).toBe('a/b');
    expect(await path(a, b)).toBe('b');
    expect(await path(b, b)).toBe('');
    expect(await path(b, a)).toBeUndefined();
    expect(await path(world.other, b)).toBeUndefined();
    await world.files.rename(root, a, text('b'), world.top, text('c'));
    expect([await path(a, b), await path(world.top, b)]).toEqual([undefined, 'c']);
    await world.files.rmdir(root, world.top, text('c'));
    expect(await path(world.top, b)).toBeUndefined();
  });

  it('is told as visible to who may go there and list it', async () => {
    const world = await makeWorld();
    const { attributes: outer } = await world.files.mkdir(root, world.top, text('outer'), {
      uid: 1000,
      gid: 1000,
      mode: 0o755,
    });
    const a: FileRef = { share: world.top.share, id: outer.id };
    const { attributes: inner } = await world.files.mkdir(root, a, text('inner'), {
      uid: 1000,
      gid: 1000,
      mode: 0o755,
    });
    const b: FileRef = { share: world.top.share, id: inner.id };
    const seen = async (): Promise<boolean> =>
      (await world.files.pathBelow(smb(2000), world.top, b, { visible: true })) !== undefined;
    const modes = [
      [0o755, 0o755, true],
      [0o711, 0o755, true],
      [0o700, 0o755, false],
      [0o755, 0o711, false],
      [0o755, 0o744, false],
    ] as const;
    for (const [outerMode, innerMode, expected] of modes) {
      await world.files.setattr(root, a, { mode: outerMode });
      await world.files.setattr(root, b, { mode: innerMode });
      expect(await seen()).toBe(expected);
    }
    expect(await world.files.pathBelow(smb(2000), world.top, b)).toBeDefined();
  });
});

describe('changes by number', () => {
  it('on a volume that others change are told with a name that was asked for anew', async () => {
    const world = await makeWorld({ now: false, traits: { writers: 'shared' } });
    const heard = heardIn(world);
    const file = await world.file('a');
    const told = async (): Promise<readonly (string | undefined)[]> => {
      const before = heard.length;
      for (let count = 0; count < 3; count += 1) await world.files.write(root, file, count, [text('x')], 'file');
      await new Promise(setImmediate);
      const written = heard.slice(before);
      expect(written.every(({ kind }) => kind === 'written')).toBe(true);
      return written.map(({ name }) => name && nameOf(name));
    };
    expect(new Set(await told())).toEqual(new Set(['a']));
    await world.inner.rename({}, world.top.id, text('a'), world.top.id, text('b'));
    expect(new Set(await told())).toEqual(new Set([undefined]));
  });

  it('are told with a name that the file was found by, as long as it has it', async () => {
    const world = await makeWorld();
    const heard = heardIn(world);
    const file = await world.file('a');
    const last = async (): Promise<string | undefined> => {
      await world.files.write(root, file, 0, [text('x')], 'file');
      const { kind, directory, name } = heard.at(-1)!;
      expect(kind).toBe('written');
      expect(directory === undefined).toBe(name === undefined);
      return name && nameOf(name);
    };
    expect(await last()).toBe('a');
    await world.files.rename(root, world.top, text('a'), world.top, text('b'));
    expect(await last()).toBe('b');
    if (isBare()) return;
    await world.volume.rename({}, world.top.id, text('b'), world.top.id, text('c'));
    expect(await last()).toBeUndefined();
    await world.files.lookup(root, world.top, text('c'));
    expect(await last()).toBe('c');
    await world.files.setattr(root, file, { mode: 0o600 });
    expect(heard.at(-1)).toMatchObject({ kind: 'attributes', directory: world.top.id });
  });
});
