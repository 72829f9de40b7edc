import { describe, expect, it } from 'vitest';
import { CountingMount } from './counting-mount.ts';
import { InodeCache } from './inode-cache.ts';

describe('references of inodes', () => {
  it('are found again, and the least recently used goes first', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 2);
    cache.learn(1n, 101n);
    cache.learn(2n, 102n);
    // Whoever learned of it held it once: the second time it is found again.
    for (const id of [1n, 1n, 2n]) cache.hold(id)?.release();
    cache.learn(3n, 103n);
    expect(mount.dropped).toEqual([102n]);
    expect([cache.hold(1n)?.pointer, cache.hold(2n)?.pointer, cache.size]).toEqual([101n, undefined, 2]);
  });

  it('go a few at a time, and none is spared for ever', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 128);
    for (let id = 1n; id <= 128n; id += 1n) {
      cache.learn(id, id + 1000n);
      for (const held of [cache.hold(id), cache.hold(id)]) held?.release();
    }
    expect(mount.dropped).toEqual([]);
    cache.learn(129n, 1129n);
    expect([mount.dropped, cache.size]).toEqual([[1001n, 1002n, 1003n], 126]);
  });

  it('stay while they are in use, beyond the bound', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 1);
    cache.learn(1n, 101n);
    const held = cache.hold(1n);
    cache.learn(2n, 102n);
    expect([mount.dropped, cache.size]).toEqual([[], 2]);
    held?.release();
    cache.learn(3n, 103n);
    expect([mount.dropped, cache.size]).toEqual([[101n, 102n], 1]);
  });

  it('are dropped when nobody has used them from one round to the next', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 8);
    for (const id of [1n, 2n, 3n]) cache.learn(id, id + 100n);
    const held = cache.hold(3n);
    cache.forgetUnused();
    expect(mount.dropped).toEqual([]);
    cache.hold(1n)?.release();
    cache.forgetUnused();
    expect(mount.dropped).toEqual([102n]);
    cache.forgetUnused();
    expect([mount.dropped, cache.size]).toEqual([[102n, 101n], 1]);
    held?.release();
    cache.forgetUnused();
    expect(mount.dropped).toEqual([102n, 101n, 103n]);
  });

  it('are dropped by the last user once they are forgotten', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 8);
    cache.learn(1n, 101n);
    const [one, other] = [cache.hold(1n), cache.hold(1n)];
    cache.forget(1n);
    expect(cache.hold(1n)).toBeUndefined();
    one?.release();
    one?.release();
    expect(mount.dropped).toEqual([]);
    other?.release();
    expect(mount.dropped).toEqual([101n]);
    cache.forget(1n);
    expect(mount.dropped).toEqual([101n]);
  });

  it('are kept once: a second reference of the same inode is dropped', () => {
    const mount = new CountingMount();
    const cache = new InodeCache(mount.asMount, 8);
    cache.learn(1n, 101n);
    cache.learn(1n, 101n);
    expect(mount.dropped).toEqual([101n]);
    cache.learn(1n, 999n);
    expect([mount.dropped, cache.hold(1n)?.pointer]).toEqual([[101n, 101n], 999n]);
  });
});
