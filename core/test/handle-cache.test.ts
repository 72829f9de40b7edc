import { openMemoryVolume } from '@polynas/backend-memory';
import { describe, expect, it } from 'vitest';
import { LruHandleCache } from '../src/namespace/handle-cache.ts';
import type { FileHandle, FileId, Volume } from '../src/spi/index.ts';
import { StorageError } from '../src/spi/index.ts';
import { TestClock } from '../src/test/clock.ts';
import { changedCalls } from './changed-calls.ts';
import { text } from './world.ts';

async function setUp(limit: number) {
  const memory = openMemoryVolume();
  const log: string[] = [];
  let failSync = false;
  let open = 0;
  const volume = changedCalls<Volume>(memory, {
    open: async (call, id, access): Promise<FileHandle> => {
      const inner = await memory.open(call, id, access);
      log.push(`open ${access}`);
      open += 1;
      return {
        id: inner.id,
        access: inner.access,
        read: (...given) => inner.read(...given),
        readNow: (...given) => inner.readNow(...given),
        write: (...given) => inner.write(...given),
        sync: (given) => {
          log.push('sync');
          return failSync ? Promise.reject(new StorageError('io')) : inner.sync(given);
        },
        allocate: (...given) => inner.allocate(...given),
        punch: (...given) => inner.punch(...given),
        seek: (...given) => inner.seek(...given),
        close: () => {
          log.push('close');
          open -= 1;
          return inner.close();
        },
      };
    },
  });
  const clock = new TestClock();
  const reported: unknown[] = [];
  const cache = new LruHandleCache(clock, { limit, syncAfter: 1_000, report: (error) => reported.push(error) });
  const ids: FileId[] = [];
  for (let file = 0; file < 20; file += 1) {
    const made = await memory.create(
      {},
      memory.root,
      text(`f${file}`),
      { kind: 'guarded' },
      { uid: 0, gid: 0, mode: 0o644 },
    );
    ids.push(made.attributes.id);
  }
  const write = (id: FileId, stability: 'unstable' | 'file' = 'unstable') =>
    cache.use(volume, id, 'write', (handle) => handle.write({}, 0, [text('x')], stability));
  const read = (id: FileId) => cache.use(volume, id, 'read', (handle) => handle.read({}, 0, 1));
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return {
    cache,
    clock,
    volume,
    ids,
    log,
    reported,
    write,
    read,
    settle,
    open: () => open,
    failSync: (fail: boolean) => (failSync = fail),
  };
}

describe('LruHandleCache', () => {
  it('opens once for many, and reads through the handle for writing', async () => {
    const { cache, ids, log, write, read } = await setUp(8);
    await Promise.all([write(ids[0]!), write(ids[0]!), read(ids[0]!)]);
    expect(log).toEqual(['open write']);
    expect(cache.size).toBe(1);
  });

  it('keeps within its limit; dirty handles are synced before they go, those in use stay', async () => {
    const { cache, volume, ids, log, write, read, settle, open } = await setUp(4);
    const busy = Promise.withResolvers<void>();
    const using = cache.use(volume, ids[19]!, 'read', () => busy.promise);
    await write(ids[0]!);
    for (let file = 1; file < 10; file += 1) await read(ids[file]!);
    await settle();
    expect(open()).toBe(4);
    expect(log.filter((line) => line === 'sync')).toHaveLength(1);
    expect(log.indexOf('sync')).toBeLessThan(log.indexOf('close'));
    expect(cache.readNow(volume, ids[19]!, 0, 1)).toBeDefined();
    busy.resolve();
    await using;
  });

  it('syncs what has been dirty for a while, once', async () => {
    const { clock, ids, log, write, settle } = await setUp(8);
    await write(ids[0]!);
    await write(ids[1]!, 'file');
    clock.advance(1_000);
    await settle();
    clock.advance(5_000);
    await settle();
    expect(log.filter((line) => line === 'sync')).toHaveLength(1);
  });

  it('reports a failed background sync once, and opens anew after it', async () => {
    const { cache, clock, ids, log, reported, write, settle, failSync } = await setUp(8);
    await write(ids[0]!);
    failSync(true);
    clock.advance(2_000);
    await settle();
    expect(reported).toHaveLength(1);
    expect(log.at(-1)).toBe('close');
    expect(cache.size).toBe(0);
    await write(ids[0]!);
    await expect(cache.close()).rejects.toMatchObject({ code: 'io' });
    expect(log.at(-1)).toBe('close');
  });

  it('forgets with a sync and drops without, after the last user', async () => {
    const { cache, volume, ids, log, write, settle, open } = await setUp(8);
    await write(ids[0]!);
    await cache.forget(volume, ids[0]!);
    expect(log).toEqual(['open write', 'sync', 'close']);
    await write(ids[1]!);
    const busy = Promise.withResolvers<void>();
    const using = cache.use(volume, ids[1]!, 'read', () => busy.promise);
    let dropped = false;
    const dropping = cache.drop(volume, ids[1]!).then(() => (dropped = true));
    await settle();
    expect(dropped).toBe(false);
    busy.resolve();
    await using;
    await dropping;
    expect(log.filter((line) => line === 'sync')).toHaveLength(1);
    expect(open()).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('lets go of handles of a former life of the volume', async () => {
    const { cache, volume, ids, log, read, settle } = await setUp(8);
    const dead = () => Promise.reject(new StorageError('unavailable'));
    await expect(cache.use(volume, ids[0]!, 'read', dead)).rejects.toMatchObject({ code: 'unavailable' });
    await settle();
    expect(cache.size).toBe(0);
    await read(ids[0]!);
    expect(log).toEqual(['open read', 'close', 'open read']);
  });

  it('forgets a failed opening and closes all at the end', async () => {
    const { cache, volume, ids, write, read, open } = await setUp(8);
    await expect(cache.use(volume, 2n ** 100n, 'read', () => Promise.resolve())).rejects.toMatchObject({
      code: 'stale',
    });
    expect(cache.size).toBe(0);
    await write(ids[0]!);
    await read(ids[1]!);
    await cache.close();
    expect(open()).toBe(0);
    await expect(read(ids[1]!)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
