import { describe, expect, it } from 'vitest';
import type { ListOptions, Volume } from '../../src/spi/index.ts';
import { bodyOf, makeObjectWorld, plain, s3 } from './object-world.ts';

describe('counting what a share holds', () => {
  const keys = 2000;

  /** A world with many keys, that notes what the count reads of them. */
  async function makeFull() {
    const reading = { entries: 0, largest: 0, xattrs: 0, turns: 0, watched: false };
    const wrap = (volume: Volume): Volume =>
      new Proxy(volume, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          const method = value.bind(target) as (...given: unknown[]) => unknown;
          if (key !== 'listByName') return method;
          return async (...given: unknown[]) => {
            const page = (await method(...given)) as Awaited<ReturnType<NonNullable<Volume['listByName']>>>;
            const [call, options] = [given[0] as { readonly door?: string }, given.at(-1) as ListOptions];
            if (call.door !== 'internal') return page;
            reading.entries += page.entries.length;
            reading.largest = Math.max(reading.largest, page.entries.length);
            if (options.xattrs !== undefined) reading.xattrs += 1;
            return page;
          };
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
