import { describe, expect, it } from 'vitest';
import type { Caller, LockKind, LockMode, Open, Opener } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import type { FileHandle, Volume } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { changedCalls } from './changed-calls.ts';
import type { World } from './world.ts';
import { makeWorld, root, text } from './world.ts';

const { readData, writeData } = access;
const smb = (changes: Partial<Caller> = {}) => caller(0, { door: 'smb', stateless: false, ...changes });
const opener = (owner: string, client = 'host'): Opener => ({ client, owner });
const range = (start: number, end: number) => ({ start: BigInt(start), end: BigInt(end) });

type Requested = { deny?: number; rights?: number; owner?: string; client?: string; name?: string };

function openFile(world: World, file: { share: number; id: bigint }, asked: Requested = {}): Promise<Open> {
  const { deny = 0, rights = readData | writeData | access.delete, owner = 'o', client = 'host', name } = asked;
  const place = name === undefined ? {} : { place: { directory: world.top.id, name: text(name) } };
  return world.state.open(smb(), file, { access: rights, deny, opener: opener(owner, client), ...place });
}

function lockAs(
  world: World,
  file: { share: number; id: bigint },
  owner: string,
  mode: LockMode,
  start: number,
  end: number,
  more: { wait?: boolean; kind?: LockKind; open?: Open; caller?: Caller } = {},
) {
  const { wait = false, kind = 'posix', open, caller: who = caller(0) } = more;
  const request = { kind, mode, range: range(start, end), opener: opener(owner), wait };
  return world.state.lock(who, file, open === undefined ? request : { ...request, open });
}

const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

describe('opens', () => {
  it('of one user, or from one address, leave places for others', async () => {
    const world = await makeWorld({ maxOpens: 16 });
    const file = await world.file('f', { mode: 0o666 });
    const held: Open[] = [];
    const request = { access: readData, deny: 0, opener: opener('o') };
    const fill = async (uid: number, client: string): Promise<number> => {
      for (let count = 0; ; count += 1) {
        try {
          held.push(await world.state.open(caller(uid, { client }), file, request));
        } catch (error) {
          expect(error).toMatchObject({ code: 'tooMany' });
          return count;
        }
      }
    };
    expect([await fill(1, 'a'), await fill(1, 'b'), await fill(2, 'a'), await fill(3, 'a')]).toEqual([4, 0, 4, 0]);
    expect([await fill(3, 'b'), await fill(4, 'b'), await fill(5, 'c')]).toEqual([4, 4, 0]);
    // What is refused for another reason takes no place, and what is closed gives its place back, once.
    await held[0]!.close();
    await held[0]!.close();
    const forbidden = { ...request, access: access.writeOwner };
    for (let count = 0; count < 8; count += 1) {
      await expect(world.state.open(caller(5, { client: 'c' }), file, forbidden)).rejects.toThrow('accessDenied');
    }
    expect([await fill(1, 'a'), await fill(5, 'c')]).toEqual([1, 0]);
    await Promise.all(held.map((open) => open.close()));
    expect(await fill(1, 'a')).toBe(4);
  });

  it('check share modes both ways, and permissions', async () => {
    const world = await makeWorld();
    const file = await world.file('a', { uid: 1000, mode: 0o600 }, 'text');
    const first = await openFile(world, file, { rights: readData, deny: writeData });
    await expect(openFile(world, file, { rights: writeData })).rejects.toMatchObject({ code: 'sharingViolation' });
    await expect(openFile(world, file, { rights: readData, deny: readData })).rejects.toMatchObject({
      code: 'sharingViolation',
    });
    const second = await openFile(world, file, { rights: readData });
    const stat = await openFile(world, file, { rights: access.readAttributes, deny: readData | writeData });
    expect(stat.deny).toBe(0);
    await expect(
      world.state.open(caller(2000, { stateless: false }), file, { access: readData, deny: 0, opener: opener('x') }),
    ).rejects.toMatchObject({ code: 'accessDenied' });
    expect(Buffer.from((await second.read(smb(), 0, 9)).bytes).toString()).toBe('text');
    await expect(second.write(smb(), 0, [text('x')], 'file')).rejects.toMatchObject({ code: 'accessDenied' });
    for (const open of [first, second, stat]) await open.close();
    await first.close();
    await expect(first.read(smb(), 0, 1)).rejects.toMatchObject({ code: 'badHandle' });
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('bind doors that have none', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'text');
    const open = await openFile(world, file, { rights: readData, deny: readData | writeData | access.delete });
    const { files, top } = world;
    const refused = { code: 'sharingViolation' };
    await expect(files.read(root, file, 0, 1)).rejects.toMatchObject(refused);
    await expect(files.write(root, file, 0, [text('x')], 'file')).rejects.toMatchObject(refused);
    await expect(files.setattr(root, file, { size: 0 })).rejects.toMatchObject(refused);
    await expect(files.remove(root, top, text('a'))).rejects.toMatchObject(refused);
    await expect(files.rename(root, top, text('a'), top, text('b'))).rejects.toMatchObject(refused);
    await world.file('b');
    await expect(files.rename(root, top, text('b'), top, text('a'))).rejects.toMatchObject(refused);
    await files.setattr(root, file, { mode: 0o600 });
    expect(world.state.holders().map((holder) => holder.kind)).toEqual(['open']);
    await open.close();
    await files.remove(root, top, text('a'));
  });

  it('are answered when operations that they deny have ended', async () => {
    const started = Promise.withResolvers<void>();
    const slow = Promise.withResolvers<void>();
    const world = await makeWorld({ wrap: (volume) => slowWrites(volume, started, slow.promise) });
    const file = await world.file('a');
    const writing = world.files.write(root, file, 0, [text('slow')], 'unstable');
    await started.promise;
    let opened = false;
    const opening = openFile(world, file, { rights: readData, deny: writeData }).then((open) => {
      opened = true;
      return open;
    });
    await turns();
    await expect(world.files.write(root, file, 0, [text('late')], 'file')).rejects.toMatchObject({
      code: 'sharingViolation',
    });
    expect(opened).toBe(false);
    slow.resolve();
    await writing;
    const open = await opening;
    expect(Buffer.from((await open.read(smb(), 0, 9)).bytes).toString()).toBe('slow');
    await open.close();
  });

  it('of a delete-pending file go on, and the last close takes the name', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'text');
    const { files, top } = world;
    const [first, second] = [await openFile(world, file, { name: 'a' }), await openFile(world, file)];
    await files.rename(root, top, text('a'), top, text('moved'));
    await expect(second.setDeletePending(smb(), true)).rejects.toMatchObject({ code: 'invalid' });
    await first.setDeletePending(smb(), true);
    for (const refused of [
      () => openFile(world, file),
      () => files.read(root, file, 0, 1),
      () => files.remove(root, top, text('moved')),
      () => files.rename(root, top, text('moved'), top, text('away')),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'deletePending' });
    }
    expect((await second.read(smb(), 0, 9)).bytes.length).toBe(4);
    await second.close();
    expect((await files.lookup(root, top, text('moved'))).attributes?.id).toBe(file.id);
    await first.close();
    expect((await files.lookup(root, top, text('moved'))).attributes).toBeUndefined();
    await expect(files.getattr(root, file)).rejects.toMatchObject({ code: 'stale' });
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('take deletion back, and leave a filled directory alone', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    const open = await openFile(world, file, { name: 'a' });
    await open.setDeletePending(smb(), true);
    await open.setDeletePending(smb(), false);
    await open.close();
    expect((await world.files.getattr(root, file)).nlink).toBe(1);
    const directory = await world.directory('d');
    const held = await openFile(world, directory, { name: 'd', rights: access.delete | readData });
    await held.setDeletePending(smb(), true);
    await world.files.mkdir(root, directory, text('sub'), { mode: 0o755 });
    await held.close();
    expect((await world.files.getattr(root, directory)).nlink).toBe(3);
    const filled = await openFile(world, directory, { name: 'd', rights: access.delete });
    await expect(filled.setDeletePending(smb(), true)).rejects.toMatchObject({ code: 'notEmpty' });
    await filled.close();
  });

  it('end with their client', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    const gone = await openFile(world, file, { client: 'gone', deny: writeData });
    await world.state.lock(caller(0), file, {
      kind: 'posix',
      mode: 'exclusive',
      range: range(0, 9),
      opener: opener('o', 'gone'),
      wait: false,
    });
    const waiting = lockAs(world, file, 'stays', 'exclusive', 5, 5, { wait: true });
    await world.state.releaseClient('gone');
    expect(await waiting).toBeUndefined();
    await expect(gone.getattr(smb())).rejects.toMatchObject({ code: 'badHandle' });
    world.state.unlock(file, { kind: 'posix', range: range(0, 9), opener: opener('stays') });
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });
});

describe('locks', () => {
  it('tell who is in the way, at once or when asked', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    expect(await lockAs(world, file, 'a', 'exclusive', 0, 9)).toBeUndefined();
    const conflict = { holder: opener('a'), mode: 'exclusive', range: range(0, 9) };
    expect(await lockAs(world, file, 'b', 'shared', 5, 5)).toEqual(conflict);
    const asked = { mode: 'shared' as const, range: range(9, 20), opener: opener('b') };
    expect(await world.state.testLock(caller(0), file, asked)).toEqual(conflict);
    world.state.unlock(file, { kind: 'posix', range: range(5, 20), opener: opener('a') });
    expect(await world.state.testLock(caller(0), file, asked)).toBeUndefined();
    world.state.unlock(file, { kind: 'posix', range: range(0, 4), opener: opener('a') });
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('are granted to those who wait, first come first served', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    await lockAs(world, file, 'a', 'exclusive', 0, 9);
    const order: string[] = [];
    const wait = (owner: string, mode: LockMode) =>
      lockAs(world, file, owner, mode, 0, 9, { wait: true }).then(() => order.push(owner));
    const all = [wait('b', 'shared'), wait('c', 'exclusive'), wait('d', 'shared')];
    await turns();
    // A downgrade lets readers in.
    await lockAs(world, file, 'a', 'shared', 0, 9);
    await turns();
    expect(order).toEqual(['b', 'd']);
    for (const owner of ['a', 'b', 'd', 'c']) {
      world.state.unlock(file, { kind: 'posix', range: range(0, 9), opener: opener(owner) });
      await turns();
    }
    await Promise.all(all);
    expect(order).toEqual(['b', 'd', 'c']);
    expect(world.parts.table.queues.size).toBe(0);
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('give up at the signal or the deadline', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    await lockAs(world, file, 'a', 'exclusive', 0, 9);
    const stop = new AbortController();
    const aborted = lockAs(world, file, 'b', 'shared', 0, 0, {
      wait: true,
      caller: caller(0, { signal: stop.signal }),
    });
    await turns();
    stop.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    const deadline = world.clock.monotonic() + 10;
    const late = lockAs(world, file, 'b', 'shared', 0, 0, { wait: true, caller: caller(0, { deadline }) });
    await turns();
    world.clock.advance(20);
    await expect(late).rejects.toMatchObject({ code: 'timedOut' });
    world.state.unlock(file, { kind: 'posix', range: range(0, 9), opener: opener('a') });
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('find circles of POSIX owners over files, not those of SMB', async () => {
    const world = await makeWorld();
    const [one, two, three] = [await world.file('1'), await world.file('2'), await world.file('3')];
    await lockAs(world, one, 'a', 'exclusive', 0, 0);
    await lockAs(world, two, 'b', 'exclusive', 0, 0);
    await lockAs(world, three, 'c', 'exclusive', 0, 0);
    const first = lockAs(world, two, 'a', 'exclusive', 0, 0, { wait: true });
    const second = lockAs(world, three, 'b', 'exclusive', 0, 0, { wait: true });
    await turns();
    await expect(lockAs(world, one, 'c', 'shared', 0, 0, { wait: true })).rejects.toMatchObject({ code: 'deadlock' });
    world.state.unlock(three, { kind: 'posix', range: range(0, 0), opener: opener('c') });
    await second;
    world.state.unlock(two, { kind: 'posix', range: range(0, 0), opener: opener('b') });
    await first;
  });

  it('of SMB belong to an open, bind reads of every door, and end with it', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'some text');
    const [mine, theirs] = [await openFile(world, file, { owner: 'm' }), await openFile(world, file, { owner: 't' })];
    await lockAs(world, file, 'm', 'exclusive', 0, 3, { kind: 'smb', open: mine });
    await expect(theirs.read(smb(), 2, 1)).rejects.toMatchObject({ code: 'locked' });
    expect((await mine.read(smb(), 2, 1)).bytes.length).toBe(1);
    expect((await theirs.read(smb(), 4, 1)).bytes.length).toBe(1);
    await expect(world.files.read(root, file, 0, 9)).rejects.toMatchObject({ code: 'locked' });
    expect(await lockAs(world, file, 'p', 'shared', 0, 0)).toMatchObject({ holder: opener('m') });
    expect(() =>
      world.state.unlock(file, { kind: 'smb', range: range(0, 2), opener: opener('m'), open: mine }),
    ).toThrow('notFound');
    await expect(lockAs(world, file, 'm', 'shared', 0, 0, { kind: 'smb' })).rejects.toMatchObject({ code: 'invalid' });
    await mine.close();
    expect((await theirs.read(smb(), 2, 1)).bytes.length).toBe(1);
    await expect(lockAs(world, file, 'm', 'shared', 0, 0, { kind: 'smb', open: mine })).rejects.toMatchObject({
      code: 'badHandle',
    });
    await theirs.close();
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it('of POSIX bind SMB I/O, and NFS I/O not', async () => {
    const world = await makeWorld();
    const file = await world.file('a', {}, 'text');
    const open = await openFile(world, file);
    await lockAs(world, file, 'p', 'exclusive', 0, 0);
    await expect(open.read(smb(), 0, 1)).rejects.toMatchObject({ code: 'locked' });
    await expect(open.write(smb(), 0, [text('x')], 'file')).rejects.toMatchObject({ code: 'locked' });
    expect((await world.files.read(root, file, 0, 1)).bytes.length).toBe(1);
    await open.close();
  });

  it('are answered when writes that began before have ended', async () => {
    const started = Promise.withResolvers<void>();
    const slow = Promise.withResolvers<void>();
    const world = await makeWorld({ wrap: (volume) => slowWrites(volume, started, slow.promise) });
    const file = await world.file('a');
    const open = await openFile(world, file, { rights: readData });
    const writing = world.files.write(root, file, 0, [text('slow')], 'unstable');
    await started.promise;
    let locked = false;
    const locking = lockAs(world, file, 'o', 'exclusive', 0, 0, { kind: 'smb', open }).then(() => (locked = true));
    await turns();
    expect(locked).toBe(false);
    await expect(world.files.read(root, file, 0, 1)).rejects.toMatchObject({ code: 'locked' });
    slow.resolve();
    await writing;
    await locking;
    await open.close();
  });

  it('refuse ranges that are none', async () => {
    const world = await makeWorld();
    const file = await world.file('a');
    for (const bad of [
      { start: -1n, end: 0n },
      { start: 5n, end: 4n },
      { start: 0n, end: 2n ** 64n },
    ]) {
      const request = { kind: 'posix' as const, mode: 'shared' as const, range: bad, opener: opener('a'), wait: false };
      await expect(world.state.lock(caller(0), file, request)).rejects.toMatchObject({ code: 'invalid' });
    }
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });
});

/** The first unstable write lasts until `until`. */
function slowWrites(volume: Volume, started: PromiseWithResolvers<void>, until: Promise<void>): Volume {
  return withHandles(volume, (handle) => ({
    write: async (call, offset, chunks, stability) => {
      if (stability === 'unstable') {
        started.resolve();
        await until;
      }
      return handle.write(call, offset, chunks, stability);
    },
  }));
}

function withHandles(volume: Volume, change: (handle: FileHandle) => Partial<FileHandle>): Volume {
  return changedCalls(volume, {
    open: async (call, id, rights) => {
      const handle = await volume.open(call, id, rights);
      return changedCalls(handle, change(handle));
    },
  });
}
