import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/service/index.ts';
import type { Volume } from '../../src/spi/index.ts';
import type { TestClock } from '../../src/test/clock.ts';
import { changedCalls } from '../changed-calls.ts';
import { root, text } from '../world.ts';
import { bodyOf, keysOf, makeObjectWorld, plain, s3 } from './object-world.ts';

const nobodys = { uid: 0, gid: 0, mode: 0o755 };

describe('counting what a share holds', () => {
  const keys = 2000;

  /** A world with many keys, that notes what the count reads of them. */
  async function makeFull() {
    const reading = { entries: 0, largest: 0, xattrs: 0, turns: 0, watched: false };
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        readdir: async (call, directory, cookie, options) => {
          const page = await volume.readdir(call, directory, cookie, options);
          if ((call as Partial<Caller>).door !== 'internal') return page;
          reading.entries += page.entries.length;
          reading.largest = Math.max(reading.largest, page.entries.length);
          if (options.xattrs !== undefined) reading.xattrs += 1;
          return page;
        },
      });
    const world = await makeObjectWorld({ wrap });
    const made: Promise<unknown>[] = [];
    for (let index = 0; index < keys; index += 1) {
      made.push(world.objects.put(s3, 1, `d${index % 3}/${index}`, bodyOf('x', 1), plain));
    }
    await Promise.all(made);
    const tick = (): void => {
      reading.turns += 1;
      if (reading.watched) setImmediate(tick);
    };
    reading.watched = true;
    setImmediate(tick);
    return { ...world, reading };
  }

  it('takes little of each turn of the event loop, and reads no records', async () => {
    const { objects, reading } = await makeFull();
    const before = reading.turns;
    expect(await objects.usage(1)).toEqual({ objects: keys, bytes: keys });
    reading.watched = false;
    // Two pages of a directory meet where a third begins.
    expect(reading.entries / (reading.turns - before)).toBeLessThanOrEqual(64);
    expect(reading.largest).toBeLessThanOrEqual(32);
    expect(reading.xattrs).toBe(0);
  });

  it('leaves listings of others their turns', async () => {
    const { objects, reading } = await makeFull();
    const counting = objects.usage(1);
    let listed = 0;
    for (let after = ''; ;) {
      const [entries, turns] = [reading.entries, reading.turns];
      const page = await objects.list(s3, 1, { prefix: 'd1/', delimiter: '', after, limit: 100 });
      listed += page.items.length;
      // Whatever is counted beside a page is what fits between its turns, be they few.
      expect(reading.entries - entries).toBeLessThanOrEqual(64 * (reading.turns - turns + 2));
      if (page.next === undefined) break;
      after = page.next;
      await new Promise(setImmediate);
    }
    reading.watched = false;
    expect(listed).toBe(Math.ceil((keys - 1) / 3));
    expect(await counting).toEqual({ objects: keys, bytes: keys });
  });
});

describe('the time that counting takes', () => {
  /** A world in which each page that is counted takes so many milliseconds. */
  async function makeSlow(perPage: number, options: MemoryVolumeOptions = {}) {
    const counting = { pages: 0, clock: undefined as TestClock | undefined, perPage };
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        readdir: async (call, ...given) => {
          if ((call as Partial<Caller>).door === 'internal') {
            counting.pages += 1;
            counting.clock?.advance(counting.perPage);
          }
          return volume.readdir(call, ...given);
        },
      });
    const world = await makeObjectWorld({ wrap, ...options });
    counting.clock = world.clock;
    for (let index = 0; index < 100; index += 1) await world.objects.put(s3, 1, `${index}`, bodyOf('x'), plain);
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    };
    /** Lets time go on until something is there. */
    const finished = async <T>(work: Promise<T>): Promise<T> => {
      let pending = true;
      const watched = work.finally(() => (pending = false));
      for (await turns(); pending; await turns()) world.clock.advance(10);
      return watched;
    };
    return { ...world, counting, turns, finished };
  }

  it('is not taken again while nothing changes', async () => {
    const { objects, clock, counting } = await makeSlow(1);
    expect(await objects.usage(1)).toEqual({ objects: 100, bytes: 100 });
    const { pages } = counting;
    clock.advance(30_000);
    expect(await objects.usage(1)).toEqual({ objects: 100, bytes: 100 });
    expect(counting.pages).toBe(pages);
  });

  it('is taken at once after a change where it is little', async () => {
    const { objects, files, top } = await makeSlow(1);
    await objects.usage(1);
    await objects.put(s3, 1, 'another', bodyOf('four'), plain);
    expect(await objects.usage(1)).toEqual({ objects: 101, bytes: 104 });
    const { attributes } = await files.lookup(root, top, text('another'));
    await files.write(root, { share: 1, id: attributes!.id }, 0, [text('eleven byte')], 'unstable');
    expect(await objects.usage(1)).toEqual({ objects: 101, bytes: 111 });
    await objects.delete(s3, 1, 'another');
    expect(await objects.usage(1)).toEqual({ objects: 100, bytes: 100 });
  });

  it('is taken again after a file was made with a size, though it was counted before it had that', async () => {
    const wrap = (volume: Volume): Volume =>
      changedCalls(volume, {
        setattr: async (...given) => {
          expect(await objects.usage(1)).toEqual({ objects: 1, bytes: 0 });
          return volume.setattr(...given);
        },
      });
    const { objects, files, top } = await makeObjectWorld({ wrap });
    await files.create(root, top, text('sized'), { kind: 'guarded' }, { mode: 0o644, size: 5 });
    expect(await objects.usage(1)).toEqual({ objects: 1, bytes: 5 });
  });

  it('is a hundredth where it is much, and nobody waits for it twice', async () => {
    const { objects, clock, counting, turns, finished } = await makeSlow(40);
    expect(await finished(objects.usage(1))).toEqual({ objects: 100, bytes: 100 });
    const { pages } = counting;
    await objects.put(s3, 1, 'another', bodyOf('four'), plain);
    for (let second = 0; second < 15; second += 1) {
      clock.advance(1000);
      expect(await objects.usage(1)).toEqual({ objects: 100, bytes: 100 });
    }
    await turns();
    // Four pages of 40 ms: the next count begins 16 s after the first one.
    expect(counting.pages).toBe(pages);
    clock.advance(1000);
    const asked = clock.monotonic();
    expect(await finished(objects.usage(1))).toEqual({ objects: 100, bytes: 100 });
    expect(clock.monotonic() - asked).toBeLessThanOrEqual(60);
    for (let step = 0; step < 40; step += 1) {
      await turns();
      clock.advance(20);
    }
    await turns();
    expect(counting.pages).toBe(pages * 2);
    expect(await objects.usage(1)).toEqual({ objects: 101, bytes: 104 });
  });

  it('is taken again of what was forgotten', async () => {
    const { objects, counting } = await makeSlow(1);
    await objects.usage(1);
    const { pages } = counting;
    objects.keepOnly(new Set([1]));
    await objects.usage(1);
    expect(counting.pages).toBe(pages);
    objects.keepOnly(new Set([2]));
    await objects.usage(1);
    expect(counting.pages).toBe(pages * 2);
  });

  it('is taken again now and then though nothing is known to have changed', async () => {
    const { objects, clock, inner, top } = await makeSlow(1);
    await objects.usage(1);
    await inner.create({}, top.id, text('untold'), { kind: 'guarded' }, nobodys);
    expect(await objects.usage(1)).toMatchObject({ objects: 100 });
    clock.advance(60_000);
    expect(await objects.usage(1)).toMatchObject({ objects: 101 });
  });

  it('is not saved where others write too', async () => {
    const { objects, inner, top } = await makeSlow(1, { traits: { writers: 'shared' } });
    await objects.usage(1);
    await inner.create({}, top.id, text('untold'), { kind: 'guarded' }, nobodys);
    expect(await objects.usage(1)).toMatchObject({ objects: 101 });
  });

  it('is spread: who does not wait is told what was counted so far', async () => {
    const { objects, clock, counting, turns, finished } = await makeSlow(30);
    const [listing, head] = [objects.usage(1, 5000), objects.usage(1)];
    await turns();
    // After each page a pause of four times as long.
    clock.advance(119);
    await turns();
    expect(counting.pages).toBe(1);
    clock.advance(1);
    await turns();
    expect(counting.pages).toBe(2);
    clock.advance(20);
    // Core's own directory is among the first 64 entries.
    expect(await listing).toEqual({ objects: 63, bytes: 63 });
    expect(await finished(head)).toEqual({ objects: 100, bytes: 100 });
  });
});

describe('what is counted', () => {
  it('is what is listed', async () => {
    const world = await makeObjectWorld();
    const { objects, inner, top } = world;
    const long = 'x'.repeat(300);
    for (const key of ['a', 'a/b', 'a/b/', 'c//d', '%%qe', `${long}/${long}`, `${long}`, '.polynas', '..', 'm/']) {
      await objects.put(s3, 1, key, bodyOf('1234'), plain);
    }
    // Names of others that look like escapes; one of them stands in the place of a key's own.
    for (const name of ['%%qf', '%%oa', '%%og', '%%hno-hash', '%%q%%qe', '%%z', 'socket']) {
      await inner.create({}, top.id, text(name), { kind: 'unchecked' }, nobodys);
    }
    await inner.symlink({}, top.id, text('link'), text('a'), nobodys);
    await inner.mkdir({}, top.id, text('%%odirectory'), nobodys);
    const keys = await keysOf(objects);
    expect(await objects.usage(1)).toMatchObject({ objects: keys.length });
  });
});
