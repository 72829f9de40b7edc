import { describe, expect, it } from 'vitest';
import type { ChangeEvent } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import type { StorageErrorCode } from '../src/spi/index.ts';
import { caller, principal } from '../src/test/callers.ts';
import { makeWorld, mode, nameOf, root, text } from './world.ts';

const alice = caller(1000);
const bob = caller(2000);
const fails = (code: StorageErrorCode) => ({ code });

for (const now of [true, false]) {
  describe(`FileService, answers ${now ? 'at hand' : 'awaited'}`, () => {
    it('creates, looks up, reads and writes', async () => {
      const { files, top } = await makeWorld({ now });
      const made = await files.create(alice, top, text('a'), { kind: 'guarded' }, { mode: 0o640, size: 3 });
      expect(made).toMatchObject({ created: true, attributes: { uid: 1000, gid: 1000, mode: 0o640, size: 3 } });
      const file = { share: 1, id: made.attributes.id };
      await files.write(alice, file, 1, [text('xy'), text('z')], 'unstable');
      const answer = await files.read(alice, file, 0, 100);
      expect(Array.from(answer.bytes)).toEqual([0, 120, 121, 122]);
      expect(answer).toMatchObject({ eof: true, attributes: { size: 4 } });
      expect((await files.lookup(alice, top, text('a'))).attributes?.id).toBe(file.id);
      expect((await files.lookup(alice, top, text('b'))).attributes).toBeUndefined();
      const committed = await files.commit(alice, file, 0, 0);
      expect(committed.epoch).toBe(files.epoch(1));
      await expect(files.create(alice, top, text('a'), { kind: 'guarded' }, mode(0o600))).rejects.toMatchObject(
        fails('exists'),
      );
    });

    it('clips reads to 1 MiB and refuses what is no safe extent', async () => {
      const { files, file } = await makeWorld({ now });
      const big = await file('big');
      await files.setattr(root, big, { size: 3 * 2 ** 20 });
      expect((await files.read(root, big, 0, 3 * 2 ** 20)).bytes.length).toBe(2 ** 20);
      await expect(files.read(root, big, -1, 5)).rejects.toMatchObject(fails('invalid'));
      await expect(files.write(root, big, 2 ** 53, [text('x')], 'file')).rejects.toMatchObject(fails('invalid'));
      await expect(files.write(root, big, 2 ** 53 - 1, [text('x')], 'file')).rejects.toMatchObject(fails('tooLarge'));
    });

    it('keeps core’s directory out of sight at the share’s top, and only there', async () => {
      const { files, top, directory } = await makeWorld({ now });
      const reserved = text('.polynas');
      expect((await files.lookup(root, top, reserved)).attributes).toBeUndefined();
      expect((await files.getattr(root, top)).nlink).toBe(2);
      const sub = await directory('sub');
      expect((await files.getattr(root, top)).nlink).toBe(3);
      for (const make of [
        () => files.mkdir(root, top, reserved, mode(0o755)),
        () => files.create(root, top, reserved, { kind: 'unchecked' }, mode(0o644)),
        () => files.rename(root, top, text('sub'), top, reserved),
        () => files.link(root, sub, top, reserved),
      ]) {
        await expect(make()).rejects.toMatchObject(fails('accessDenied'));
      }
      await expect(files.rmdir(root, top, reserved)).rejects.toMatchObject(fails('notFound'));
      await expect(files.rename(root, top, reserved, top, text('x'))).rejects.toMatchObject(fails('notFound'));
      const inside = await files.mkdir(root, sub, reserved, mode(0o755));
      expect(inside.created).toBe(true);
      expect(inside.directory.after.nlink).toBe(3);
    });

    it('fills pages of the top past the entry that it leaves out', async () => {
      const { files, top, file } = await makeWorld({ now });
      for (const name of ['a', 'b', 'c', 'd', 'e']) await file(name);
      for (const limit of [1, 2, 3, 5, 6, 100]) {
        const names: string[] = [];
        let cookie = 0n;
        for (;;) {
          const page = await files.readdir(root, top, cookie, { limit, attributes: true });
          names.push(...page.entries.map((entry) => nameOf(entry.name)));
          expect(page.entries.length).toBeLessThanOrEqual(limit);
          if (page.end) break;
          expect(page.entries.length).toBeGreaterThan(0);
          cookie = page.entries.at(-1)!.cookie;
        }
        expect(names.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
      }
    });

    it('goes no higher than the share’s top', async () => {
      const { files, top, directory } = await makeWorld({ now });
      const sub = await directory('sub');
      const above = await files.lookup(root, top, text('..'));
      expect(above.attributes?.id).toBe(top.id);
      expect((await files.lookup(root, sub, text('..'))).attributes).toMatchObject({ id: top.id, nlink: 3 });
      expect((await files.lookup(root, sub, text('.'))).attributes?.id).toBe(sub.id);
      expect((await files.readdir(root, sub, 0n, { limit: 9, attributes: false })).parent).toBe(top.id);
      expect((await files.readdir(root, top, 0n, { limit: 9, attributes: false })).parent).toBe(top.id);
    });

    it('refuses names that no file may have', async () => {
      const { files, top } = await makeWorld({ now });
      for (const name of ['', '.', '..', 'a/b', 'a\0b']) {
        const make = files.create(alice, top, text(name), { kind: 'unchecked' }, mode(0o644));
        await expect(make).rejects.toMatchObject(fails('badName'));
        await expect(files.rmdir(alice, top, text(name))).rejects.toMatchObject(fails('badName'));
      }
      await expect(files.mkdir(alice, top, text('n'.repeat(256)), mode(0o755))).rejects.toMatchObject(
        fails('nameTooLong'),
      );
    });

    it('knows nothing across shares', async () => {
      const { files, top, other, file } = await makeWorld({ now });
      const a = await file('a');
      await expect(files.rename(root, top, text('a'), other, text('a'))).rejects.toMatchObject(fails('crossDevice'));
      await expect(files.link(root, a, other, text('a'))).rejects.toMatchObject(fails('crossDevice'));
      await expect(files.getattr(root, { share: 9, id: a.id })).rejects.toMatchObject(fails('stale'));
    });

    it('removes and replaces: ids are stale at once, cached handles are closed', async () => {
      const { files, top, file, parts } = await makeWorld({ now });
      const [a, b] = [await file('a', {}, 'aaa'), await file('b', {}, 'bbb')];
      await files.read(root, a, 0, 1);
      const renamed = await files.rename(root, top, text('b'), top, text('a'));
      expect(renamed).toMatchObject({ moved: { id: b.id }, replaced: { id: a.id, nlink: 0 }, unchanged: false });
      await expect(files.read(root, a, 0, 1)).rejects.toMatchObject(fails('stale'));
      await files.write(root, b, 0, [text('x')], 'unstable');
      expect((await files.remove(root, top, text('a'))).removed.nlink).toBe(0);
      await expect(files.getattr(root, b)).rejects.toMatchObject(fails('stale'));
      expect(parts.handles.size).toBe(0);
    });

    it('renames by POSIX: same file, kinds, noReplace', async () => {
      const { files, top, file, directory } = await makeWorld({ now });
      const a = await file('a');
      await directory('d');
      await files.link(root, a, top, text('a2'));
      expect((await files.rename(root, top, text('a'), top, text('a2'))).unchanged).toBe(true);
      expect((await files.rename(root, top, text('a'), top, text('a'))).unchanged).toBe(true);
      await expect(files.rename(root, top, text('a'), top, text('d'))).rejects.toMatchObject(fails('isDirectory'));
      await expect(files.rename(root, top, text('d'), top, text('a'))).rejects.toMatchObject(fails('notDirectory'));
      await file('b');
      await expect(files.rename(root, top, text('a'), top, text('b'), { noReplace: true })).rejects.toMatchObject(
        fails('exists'),
      );
      await expect(files.rename(root, top, text('none'), top, text('b'))).rejects.toMatchObject(fails('notFound'));
      await expect(files.remove(root, top, text('d'))).rejects.toMatchObject(fails('isDirectory'));
      await expect(files.rmdir(root, top, text('a'))).rejects.toMatchObject(fails('notDirectory'));
    });

    it('reaches only user attributes', async () => {
      const { files, file, volume } = await makeWorld({ now });
      const a = await file('a', { uid: 1000, mode: 0o640 });
      await volume.setxattr({}, a.id, 'trusted.polynas.x', text('secret'), 'either');
      await files.setxattr(alice, a, 'user.color', text('red'), 'create');
      expect(await files.listxattr(alice, a)).toEqual(['user.color']);
      expect(await files.getxattr(root, a, 'trusted.polynas.x')).toBeUndefined();
      await expect(files.setxattr(root, a, 'trusted.polynas.x', text('no'), 'either')).rejects.toMatchObject(
        fails('notPermitted'),
      );
      await expect(files.removexattr(root, a, 'trusted.polynas.x')).rejects.toMatchObject(fails('notPermitted'));
      await expect(files.getxattr(bob, a, 'user.color')).rejects.toMatchObject(fails('accessDenied'));
      await expect(files.setxattr(bob, a, 'user.color', text('no'), 'either')).rejects.toMatchObject(
        fails('accessDenied'),
      );
    });

    it('changes nothing where all is read-only', async () => {
      const world = await makeWorld({ now });
      const { files, top, file } = world;
      const a = await file('a', {}, 'text');
      const attempts = (who: typeof root) => [
        () => files.write(who, a, 0, [text('x')], 'file'),
        () => files.setattr(who, a, { mode: 0o600 }),
        () => files.create(who, top, text('n'), { kind: 'unchecked' }, mode(0o644)),
        () => files.mkdir(who, top, text('n'), mode(0o755)),
        () => files.symlink(who, top, text('n'), text('t'), mode(0o777)),
        () => files.mknod(who, top, text('n'), 'fifo', { major: 0, minor: 0 }, mode(0o644)),
        () => files.link(who, a, top, text('n')),
        () => files.remove(who, top, text('a')),
        () => files.rmdir(who, top, text('a')),
        () => files.rename(who, top, text('a'), top, text('n')),
        () => files.setxattr(who, a, 'user.x', text('1'), 'either'),
        () => files.removexattr(who, a, 'user.x'),
      ];
      for (const attempt of attempts(caller(0, { readOnly: true }))) {
        await expect(attempt()).rejects.toMatchObject(fails('readOnly'));
      }
      world.setReadOnly(true);
      for (const attempt of attempts(root)) await expect(attempt()).rejects.toMatchObject(fails('readOnly'));
      expect((await files.read(root, a, 0, 9)).bytes.length).toBe(4);
      const { granted } = await files.access(root, a, access.readData | access.writeData);
      expect(granted).toBe(access.readData);
    });
  });
}

describe('ownership and mode', () => {
  it('gives new entries the directory’s group under setgid, and directories the bit', async () => {
    const { files, directory } = await makeWorld();
    const shared = await directory('shared', { mode: 0o2777, gid: 77 });
    const dir = await files.mkdir(alice, shared, text('d'), mode(0o755));
    expect(dir.attributes).toMatchObject({ gid: 77, mode: 0o2755 });
    const made = await files.create(alice, shared, text('f'), { kind: 'guarded' }, mode(0o2755));
    expect(made.attributes).toMatchObject({ gid: 77, mode: 0o755 });
    const member = caller(principal(1000, 1000, [77]));
    const theirs = await files.create(member, shared, text('g'), { kind: 'guarded' }, mode(0o2755));
    expect(theirs.attributes).toMatchObject({ gid: 77, mode: 0o2755 });
  });

  it('lets nobody make files of others', async () => {
    const { files, top } = await makeWorld();
    const make = (attributes: { mode: number; uid?: number; gid?: number }) =>
      files.create(alice, top, text('f'), { kind: 'guarded' }, attributes);
    await expect(make({ mode: 0o644, uid: 1 })).rejects.toMatchObject(fails('notPermitted'));
    await expect(make({ mode: 0o644, gid: 1 })).rejects.toMatchObject(fails('notPermitted'));
    await expect(
      files.mknod(alice, top, text('n'), 'block', { major: 1, minor: 1 }, mode(0o600)),
    ).rejects.toMatchObject(fails('notPermitted'));
  });

  it('clears suid and sgid when others write, truncate or chown', async () => {
    const { files, file } = await makeWorld();
    const modeNow = async (ref: { share: number; id: bigint }) => (await files.getattr(root, ref)).mode;
    const program = await file('p', { uid: 1000, gid: 1000, mode: 0o6777 }, 'x');
    await files.write(bob, program, 0, [text('y')], 'file');
    expect(await modeNow(program)).toBe(0o777);
    await files.setattr(root, program, { mode: 0o6777 });
    await files.setattr(bob, program, { size: 0 });
    expect(await modeNow(program)).toBe(0o777);
    await files.setattr(root, program, { mode: 0o6777 });
    await files.setattr(root, program, { uid: 2000 });
    expect(await modeNow(program)).toBe(0o777);
    // Without group execute, sgid makes nobody somebody else.
    await files.setattr(root, program, { mode: 0o2666 });
    await files.write(alice, program, 0, [text('z')], 'file');
    expect(await modeNow(program)).toBe(0o2666);
    await files.setattr(root, program, { mode: 0o6777 });
    await files.write(root, program, 0, [text('z')], 'file');
    expect(await modeNow(program)).toBe(0o6777);
  });

  it('honours the sticky bit', async () => {
    const { files, directory } = await makeWorld();
    const tmp = await directory('tmp', { mode: 0o1777 });
    await files.create(alice, tmp, text('hers'), { kind: 'guarded' }, mode(0o666));
    await files.create(bob, tmp, text('his'), { kind: 'guarded' }, mode(0o666));
    await expect(files.remove(bob, tmp, text('hers'))).rejects.toMatchObject(fails('notPermitted'));
    await expect(files.rename(bob, tmp, text('his'), tmp, text('hers'))).rejects.toMatchObject(fails('notPermitted'));
    await files.remove(alice, tmp, text('hers'));
    await files.remove(root, tmp, text('his'));
  });

  it('opens what is there without rights on the directory, and makes nothing new', async () => {
    const { files, directory } = await makeWorld();
    const closed = await directory('closed', { mode: 0o755 });
    const made = await files.create(root, closed, text('f'), { kind: 'guarded' }, { mode: 0o666, size: 10 });
    await files.mkdir(root, closed, text('d'), mode(0o755));
    const create = (name: string, size?: number) =>
      files.create(
        alice,
        closed,
        text(name),
        { kind: 'unchecked' },
        { mode: 0o644, ...(size !== undefined && { size }) },
      );
    expect(await create('f')).toMatchObject({ created: false, attributes: { size: 10 } });
    expect(await create('f', 0)).toMatchObject({ created: false, attributes: { id: made.attributes.id, size: 0 } });
    await expect(create('d')).rejects.toMatchObject(fails('exists'));
    await expect(create('new')).rejects.toMatchObject(fails('accessDenied'));
    await expect(files.mkdir(alice, closed, text('d'), mode(0o755))).rejects.toMatchObject(fails('exists'));
    await expect(files.mkdir(alice, closed, text('n'), mode(0o755))).rejects.toMatchObject(fails('accessDenied'));
  });

  it('lists names without attributes where the caller may not search', async () => {
    const { files, directory } = await makeWorld();
    const listed = await directory('l', { mode: 0o744 });
    await files.create(root, listed, text('f'), { kind: 'guarded' }, mode(0o666));
    const page = await files.readdir(alice, listed, 0n, { limit: 5, attributes: true });
    expect(page.entries.map((entry) => [nameOf(entry.name), entry.attributes])).toEqual([['f', undefined]]);
    await expect(files.lookup(alice, listed, text('f'))).rejects.toMatchObject(fails('accessDenied'));
  });
});

describe('events', () => {
  it('tell of every change once, after it was done', async () => {
    const { files, top, parts, file } = await makeWorld();
    await file('before');
    const heard: ChangeEvent[] = [];
    parts.events.changes.subscribe((event) => heard.push(event));
    const { attributes } = await files.create(alice, top, text('a'), { kind: 'guarded' }, mode(0o644));
    const a = { share: 1, id: attributes.id };
    await files.create(alice, top, text('a'), { kind: 'unchecked' }, mode(0o644));
    await files.write(alice, a, 0, [text('x')], 'unstable');
    await files.write(alice, a, 0, [], 'unstable');
    await files.setattr(alice, a, { mode: 0o600 });
    await files.setattr(alice, a, { size: 0 });
    await files.rename(alice, top, text('a'), top, text('b'));
    await files.rename(alice, top, text('b'), top, text('b'));
    await files.remove(alice, top, text('b'));
    await expect(files.remove(alice, top, text('b'))).rejects.toMatchObject(fails('notFound'));
    expect(heard.map((event) => event.kind)).toEqual([
      'created',
      'written',
      'attributes',
      'written',
      'renamed',
      'removed',
    ]);
    expect(heard[4]).toMatchObject({ directory: top.id, toDirectory: top.id, door: 'nfs', principal: 'user1000' });
  });
});
