import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileHandle, FileId, Volume, WriteEpoch } from '@polynas/core/spi';
import { isStorageError } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const piece = new Uint8Array(65_536).fill(2);
/** Milliseconds: the monitors look for full pools every five seconds. */
const longest = 30_000;

/** libcephfs throws away what it has not written yet when a pool gets full, and calls the next sync a success. */
describe.skipIf(whyNoCeph() !== undefined)('a pool that gets full', () => {
  let cluster: TestCluster;
  let volume: Volume;

  beforeAll(async () => {
    cluster = await TestCluster.shared();
    volume = await openedAt(`/full-pool/${randomUUID()}`);
  });

  function openedAt(root: string): Promise<Volume> {
    return openVolume(cluster, { root, writers: 'head', report: () => undefined });
  }

  afterAll(async () => {
    await volume.close();
  });

  /** Bytes that the pool of the data may hold; 0: as many as fit. */
  async function limit(bytes: number): Promise<void> {
    const all = (await cluster.commands.json('fs', 'ls')) as { name: string; data_pools: string[] }[];
    const pool = all.find(({ name }) => name === cluster.fileSystem)?.data_pools[0];
    await cluster.commands.ceph('osd', 'pool', 'set-quota', String(pool), 'max_bytes', String(bytes));
  }

  /** A file with stable bytes, and unstable writes until the pool is full. */
  async function written(): Promise<{ readonly handle: FileHandle; readonly epoch: WriteEpoch }> {
    const made = await volume.create(call, volume.root, text(randomUUID()), { kind: 'guarded' }, owner);
    const handle = await volume.open(call, made.attributes.id, 'write');
    onTestFinished(() => handle.close());
    await handle.write(call, 0, [piece], 'file');
    onTestFinished(() => limit(0));
    await limit(1);
    const epoch = volume.epoch();
    const until = performance.now() + longest;
    for (let offset = piece.length; performance.now() < until; offset += piece.length) {
      try {
        await handle.write(call, offset, [piece], 'unstable');
      } catch (error) {
        if (!isStorageError(error, 'noSpace')) throw error;
        return { handle, epoch };
      }
      await sleep(20);
    }
    throw new Error('the pool did not get full');
  }

  /** Until something can be written again. */
  async function hasRoom(handle: FileHandle): Promise<void> {
    await limit(0);
    for (const until = performance.now() + longest; performance.now() < until; await sleep(200)) {
      const room = await handle.write(call, 0, [piece], 'unstable').then(
        () => true,
        () => false,
      );
      if (room) return;
    }
    throw new Error('the pool stayed full');
  }

  test('tells so whoever syncs, and by the epoch whoever does later', { timeout: 3 * longest }, async () => {
    const { handle, epoch } = await written();
    await expect(handle.sync(call)).rejects.toMatchObject({ code: 'noSpace' });
    expect(volume.epoch()).not.toBe(epoch);
    await hasRoom(handle);
    expect((await handle.sync(call)).epoch).not.toBe(epoch);
  });

  test('and has room again before anybody syncs, has told by the epoch', { timeout: 3 * longest }, async () => {
    const watching = volume.status().subscribe(() => undefined);
    onTestFinished(() => watching.unsubscribe());
    const { handle, epoch } = await written();
    await hasRoom(handle);
    expect((await handle.sync(call)).epoch).not.toBe(epoch);
  });

  test('leaves no object that was answered and is not whole', { timeout: 3 * longest }, async () => {
    const root = `/full-pool/${randomUUID()}`;
    const first = await openedAt(root);
    const answered = new Map<string, number>();
    onTestFinished(() => limit(0));
    await limit(1);
    let isFull = false;
    const publishing = async (): Promise<void> => {
      for (const until = performance.now() + longest; !isFull && performance.now() < until;) {
        const name = randomUUID();
        const bytes = new Uint8Array(4096).fill(1 + (answered.size % 255));
        try {
          await first.publish?.(call, first.root, text(name), owner, [bytes], {
            aside: { directory: first.root, name: text(`${name}.aside`) },
            described: { xattr: 'user.said', value: ({ change }) => text(String(change)) },
          });
          answered.set(name, bytes[0] ?? 0);
        } catch (error) {
          if (!isStorageError(error, 'noSpace')) throw error;
          isFull = true;
          // What was on its way to the OSDs at that moment waits there for room.
          await limit(0);
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: 8 }, publishing));
    } finally {
      await first.close();
    }
    expect(isFull).toBe(true);
    expect(answered.size).toBeGreaterThan(8);
    const second = await openedAt(root);
    onTestFinished(() => second.close());
    const wrong: string[] = [];
    for (const [name, byte] of answered) {
      const found = await second.lookup(call, second.root, text(name));
      if (found === undefined || !(await holds(second, found.id, byte))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
    expect(new Set(await namesIn(second))).toEqual(new Set(answered.keys()));
  });
});

async function holds(volume: Volume, id: FileId, byte: number): Promise<boolean> {
  const handle = await volume.open(call, id, 'read');
  try {
    const { bytes } = await handle.read(call, 0, 8192);
    return bytes.length === 4096 && bytes.every((is) => is === byte);
  } finally {
    await handle.close();
  }
}

async function namesIn(volume: Volume): Promise<readonly string[]> {
  const names: string[] = [];
  let cookie = 0n;
  for (let isLast = false; !isLast;) {
    const page = await volume.readdir(call, volume.root, cookie, { attributes: false, limit: 1000 });
    names.push(...page.entries.map(({ name }) => Buffer.from(name).toString()));
    cookie = page.entries.at(-1)?.cookie ?? cookie;
    isLast = page.end;
  }
  return names;
}
