import { randomUUID } from 'node:crypto';
import { mountCephfs } from '@polynas/backend-cephfs';
import type { Mount } from '@polynas/backend-cephfs';
import type { FileHandle, FileId, Volume } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const superuser = { uid: 0, gid: 0 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe.skipIf(whyNoCeph() !== undefined)('a volume that another client of CephFS writes too', () => {
  let volume: Volume;
  let other: Mount;

  beforeAll(async () => {
    const cluster = await TestCluster.shared();
    const { configuration: conf, fileSystem } = cluster;
    const root = `/shared/${randomUUID()}`;
    volume = await openVolume(cluster, { root, writers: 'shared' });
    other = await mountCephfs({ conf, clientName: 'admin', fileSystem, root });
  });

  afterAll(async () => {
    await volume.close();
    await other.unmount();
  });

  /** A file with content that both have seen, and a handle of ours. */
  async function file(content = 'content'): Promise<{ id: FileId; name: Uint8Array; handle: FileHandle }> {
    const name = text(randomUUID());
    const made = await volume.create(call, volume.root, name, { kind: 'guarded' }, { ...superuser, mode: 0o644 });
    const { id } = made.attributes;
    const handle = await volume.open(call, id, 'write');
    onTestFinished(() => handle.close());
    await handle.write(call, 0, [text(content)], 'file');
    expect(shown((await handle.read(call, 0, 1000)).bytes)).toBe(content);
    expect(await theirs(name, (fh) => readAll(fh))).toBe(content);
    return { id, name, handle };
  }

  async function theirs<T>(name: Uint8Array, use: (fh: bigint, inode: bigint) => Promise<T>): Promise<T> {
    const found = await other.lookup(other.root, name);
    if (found === undefined) throw new Error('the other client does not see the file');
    const fh = await other.open(found.inode, 'write');
    try {
      return await use(fh, found.inode);
    } finally {
      await other.close(fh);
      other.put(found.inode);
    }
  }

  async function readAll(fh: bigint): Promise<string> {
    const into = Buffer.alloc(1000);
    return into.toString('utf8', 0, await other.read(fh, 0, into));
  }

  const ours = async (handle: FileHandle): Promise<string> => shown((await handle.read(call, 0, 1000)).bytes);

  test('nothing is answered from memory', async () => {
    const { handle } = await file();
    expect(volume.getattrNow).toBeUndefined();
    expect(volume.lookupNow).toBeUndefined();
    expect(handle.readNow(0, 5)).toBeUndefined();
  });

  test('what they write is read here, under another change counter and with its size, before they sync', async () => {
    const { id, name, handle } = await file();
    const before = await volume.getattr(call, id);
    await theirs(name, async (fh) => {
      await other.write(fh, 3, [text('TENT and more')]);
      expect(await ours(handle)).toBe('conTENT and more');
      const after = await volume.getattr(call, id);
      expect(after.size).toBe(16);
      expect(after.change).toBeGreaterThan(before.change);
    });
    expect((await handle.read(call, 0, 16)).eof).toBe(true);
    expect((await handle.read(call, 0, 15)).eof).toBe(false);
  });

  test('what is written here unstably is read there', async () => {
    const { name, handle } = await file();
    await theirs(name, async (fh) => {
      await handle.write(call, 0, [text('CON')], 'unstable');
      expect(await readAll(fh)).toBe('CONtent');
      await handle.write(call, 7, [text('!')], 'unstable');
      expect(await readAll(fh)).toBe('CONtent!');
    });
  });

  test('writes of both to one file are all there', async () => {
    const { name, handle } = await file('');
    const line = (who: string, index: number): Uint8Array => text(`${who}${String(index).padStart(6, '0')}\n`);
    await theirs(name, async (fh) => {
      for (let index = 0; index < 50; index += 1) {
        await Promise.all([
          handle.write(call, index * 16, [line('o', index)], index % 5 === 0 ? 'file' : 'unstable'),
          other.write(fh, index * 16 + 8, [line('t', index)]),
        ]);
      }
    });
    const { bytes } = await handle.read(call, 0, 10_000);
    const expected = Array.from({ length: 50 }, (_, index) => shown(line('o', index)) + shown(line('t', index)));
    expect(shown(bytes)).toBe(expected.join(''));
  });

  test('a file that they cut short is short here, and what is written then counts from there', async () => {
    const { id, name, handle } = await file();
    await handle.write(call, 7, [text(' unsynced')], 'unstable');
    await theirs(name, async (_fh, inode) => void (await other.setattr(inode, { size: 3 })));
    expect(await ours(handle)).toBe('con');
    expect((await volume.getattr(call, id)).size).toBe(3);
    expect((await handle.write(call, 3, [text('!')], 'file')).after.size).toBe(4);
    expect(await theirs(name, (fh) => readAll(fh))).toBe('con!');
  });

  test('a file that they remove is stale to who has its id, at once and later; its name is not there', async () => {
    const { id, name, handle } = await file();
    await handle.close();
    await other.unlink(other.root, name);
    const uses = [
      () => volume.setxattr(call, id, 'user.x', text('x'), 'either'),
      () => volume.setattr(call, id, { mode: 0o600 }),
      () => volume.getxattr(call, id, 'user.x'),
      () => volume.listxattr(call, id),
      () => volume.getattr(call, id),
      async () => (await volume.open(call, id, 'read')).read(call, 0, 10),
    ];
    for (let round = 0; round < 3; round += 1) {
      for (const use of uses) await expect(use()).rejects.toMatchObject({ code: 'stale' });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(await volume.lookup(call, volume.root, name)).toBeUndefined();
  });

  test('modes, owners, times and extended attributes that they set are seen, here and in listings', async () => {
    const { id, name } = await file();
    await theirs(name, async (_fh, inode) => {
      await other.setattr(inode, { mode: 0o600, uid: 7, gid: 8, modified: { seconds: 1234, nanoseconds: 5 } });
      await other.setxattr(inode, 'user.theirs', text('x'), 'either');
    });
    const wanted = { mode: 0o600, uid: 7, gid: 8, modified: { seconds: 1234, nanoseconds: 5 } };
    expect(await volume.getattr(call, id)).toMatchObject(wanted);
    expect(await volume.lookup(call, volume.root, name)).toMatchObject(wanted);
    const { entries } = await volume.readdir(call, volume.root, 0n, { limit: 1000, attributes: true });
    expect(entries.find((entry) => entry.id === id)?.attributes).toMatchObject(wanted);
    expect(shown((await volume.getxattr(call, id, 'user.theirs')) ?? new Uint8Array())).toBe('x');
    await theirs(name, (_fh, inode) => other.removexattr(inode, 'user.theirs'));
    expect(await volume.getxattr(call, id, 'user.theirs')).toBeUndefined();
  });

  test('names that they make, move, take over and remove are what they are here', async () => {
    const { id, name, handle } = await file();
    const moved = text(randomUUID());
    expect(await volume.lookup(call, volume.root, moved)).toBeUndefined();
    const { change } = await volume.getattr(call, volume.root);
    await other.rename(other.root, name, other.root, moved);
    expect(await volume.lookup(call, volume.root, name)).toBeUndefined();
    expect((await volume.lookup(call, volume.root, moved))?.id).toBe(id);
    expect((await volume.getattr(call, volume.root)).change).toBeGreaterThan(change);
    await handle.write(call, 0, [text('moved')], 'file');
    expect(await theirs(moved, (fh) => readAll(fh))).toBe('movednt');
    const { id: second, name: secondName } = await file('second');
    await other.rename(other.root, secondName, other.root, moved);
    expect((await volume.lookup(call, volume.root, moved))?.id).toBe(second);
    // The file that lost its name lives by our handle.
    expect(await ours(handle)).toBe('movednt');
    await other.unlink(other.root, moved);
    expect(await volume.lookup(call, volume.root, moved)).toBeUndefined();
    await expect(
      volume.create(call, volume.root, moved, { kind: 'guarded' }, { ...superuser, mode: 0o644 }),
    ).resolves.toMatchObject({ created: true });
  });

  test('a name that they have moved and not synced is not waited for until the MDS writes its journal by itself', async () => {
    const waits: number[] = [];
    const timed = async (ask: () => Promise<unknown>): Promise<void> => {
      const name = text(randomUUID());
      const before = text(`${shown(name)}.new`);
      const { inode, fh } = await other.create(other.root, before, 0o644, superuser);
      await other.close(fh);
      await other.syncInode(other.root, false);
      await other.rename(other.root, before, other.root, name);
      other.put(inode);
      const start = performance.now();
      asked = name;
      await ask();
      waits.push(performance.now() - start);
    };
    let asked = text('');
    const { root } = volume;
    for (let round = 0; round < 2; round += 1) {
      await timed(async () => expect(await volume.lookup(call, root, asked)).toBeDefined());
      await timed(() => volume.unlink(call, root, asked));
      await timed(() => volume.create(call, root, asked, { kind: 'unchecked' }, { ...superuser, mode: 0o644 }));
      await timed(() => volume.rename(call, root, asked, root, text(randomUUID())));
    }
    // The MDS writes it every five seconds. What it is asked for on a busy machine takes some tenths of one.
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(8 * 2000);
  });

  test('creating what they have just made is refused', async () => {
    const name = text(randomUUID());
    expect(await volume.lookup(call, volume.root, name)).toBeUndefined();
    const { fh, inode, statx } = await other.create(other.root, name, 0o644, superuser);
    await other.close(fh);
    other.put(inode);
    const mode = { ...superuser, mode: 0o644 };
    await expect(volume.create(call, volume.root, name, { kind: 'guarded' }, mode)).rejects.toMatchObject({
      code: 'exists',
    });
    const unchecked = await volume.create(call, volume.root, name, { kind: 'unchecked' }, mode);
    expect([unchecked.created, unchecked.attributes.id]).toEqual([false, statx.ino]);
  });

  test('locks keep out who is on the other side, until the last of them is gone', async () => {
    const { id, name } = await file();
    const range = (start: number, end: number) => ({ start: BigInt(start), end: BigInt(end) });
    const { locks } = volume;
    if (locks === undefined) return expect.fail('no locks');
    await theirs(name, async (fh) => {
      const lock = (kind: 'shared' | 'exclusive' | 'unlock', start: number, end: number): Promise<boolean> =>
        other.setlk(fh, 1n, { kind, start: BigInt(start), length: BigInt(end - start + 1) });
      expect(await locks.lock(call, id, 1n, range(0, 9), 'exclusive')).toBe(true);
      expect(await locks.lock(call, id, 2n, range(20, 29), 'shared')).toBe(true);
      expect(await lock('shared', 9, 12)).toBe(false);
      expect(await lock('shared', 20, 29)).toBe(true);
      expect(await lock('exclusive', 10, 15)).toBe(true);
      // Who asks is told of theirs, and of those of others here.
      expect(await locks.test(call, id, 1n, range(8, 30), 'exclusive')).toEqual({
        ...range(10, 15),
        kind: 'exclusive',
      });
      expect(await locks.test(call, id, 1n, range(14, 14), 'shared')).toEqual({ ...range(10, 15), kind: 'exclusive' });
      expect(await locks.test(call, id, 2n, range(0, 5), 'shared')).toEqual({ ...range(0, 9), kind: 'exclusive' });
      expect(await locks.test(call, id, 1n, range(20, 29), 'shared')).toBeUndefined();
      expect(await locks.test(call, id, 1n, range(30, 2 ** 40), 'exclusive')).toBeUndefined();
      expect(await locks.lock(call, id, 2n, range(15, 16), 'shared')).toBe(false);
      expect(await locks.lock(call, id, 1n, range(0, 4), 'unlock')).toBe(true);
      expect(await lock('exclusive', 0, 4)).toBe(true);
      expect(await lock('exclusive', 4, 5)).toBe(false);
      expect(await locks.lock(call, id, 1n, range(0, 2 ** 40), 'unlock')).toBe(true);
      expect(await locks.lock(call, id, 2n, range(0, 2 ** 40), 'unlock')).toBe(true);
      expect(await lock('exclusive', 0, 2 ** 40)).toBe(true);
      const endless = { start: 0n, end: 2n ** 64n - 1n };
      expect(await locks.test(call, id, 1n, endless, 'shared')).toMatchObject({ start: 0n, kind: 'exclusive' });
      expect(await lock('unlock', 0, 2 ** 40)).toBe(true);
      expect(await locks.test(call, id, 1n, endless, 'exclusive')).toBeUndefined();
      expect(await other.setlk(fh, 1n, { kind: 'exclusive', start: 0n, length: 0n })).toBe(true);
      expect(await locks.test(call, id, 1n, range(7, 7), 'shared')).toEqual({ ...endless, kind: 'exclusive' });
    });
  });

  test('a count that both raise under a lock misses none', async () => {
    const { id, name, handle } = await file('0');
    const whole = { start: 0n, end: 2n ** 64n - 1n };
    const locked = async (lock: () => Promise<boolean>, work: () => Promise<void>): Promise<void> => {
      while (!(await lock())) await new Promise(setImmediate);
      await work();
    };
    const here = async (): Promise<void> => {
      const { locks } = volume;
      for (let round = 0; round < 25; round += 1) {
        await locked(
          async () => (await locks?.lock(call, id, 9n, whole, 'exclusive')) ?? false,
          async () => {
            await handle.write(call, 0, [text(String(Number(await ours(handle)) + 1))], 'unstable');
            await locks?.lock(call, id, 9n, whole, 'unlock');
          },
        );
      }
    };
    const there = (fh: bigint) => async (): Promise<void> => {
      for (let round = 0; round < 25; round += 1) {
        await locked(
          () => other.setlk(fh, 9n, { kind: 'exclusive', start: 0n, length: 0n }),
          async () => {
            await other.write(fh, 0, [text(String(Number(await readAll(fh)) + 1))]);
            await other.setlk(fh, 9n, { kind: 'unlock', start: 0n, length: 0n });
          },
        );
      }
    };
    await theirs(name, async (fh) => void (await Promise.all([here(), there(fh)()])));
    expect(await ours(handle)).toBe('50');
  });

  test('a lease is recalled before they get at the file, and not given while they use it', async () => {
    const { id, name, handle } = await file();
    // CephFS leases nothing for reading that somebody has open for writing, ourselves included.
    await handle.close();
    const { leases } = volume;
    if (leases === undefined) return expect.fail('no leases');
    const events: string[] = [];
    let lease: Awaited<ReturnType<typeof leases.acquire>>;
    // They have just had the file open themselves, and their client lets go of it in its own time.
    const untilGiven = { timeout: 20_000 };
    await expect
      .poll(async () => {
        lease = await leases.acquire(call, id, 'read', () => {
          events.push('recalled');
          void lease?.release().then(() => events.push('released'));
        });
        return lease !== undefined;
      }, untilGiven)
      .toBe(true);
    await theirs(name, async (fh) => {
      await other.write(fh, 0, [text('C')]);
      events.push('written');
      expect(await leases.acquire(call, id, 'read', () => undefined)).toBeUndefined();
    });
    expect(events.indexOf('recalled')).toBe(0);
    expect(events.indexOf('written')).toBeGreaterThan(0);
  });
});
