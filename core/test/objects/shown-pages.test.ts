import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/objects/list/shown-pages.ts';
import { ShownPages } from '../../src/objects/list/shown-pages.ts';
import type { ListResult } from '../../src/service/index.ts';
import type { Attributes } from '../../src/spi/index.ts';

type Items = ListResult['items'];

interface File {
  readonly attributes: Attributes;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

const file = (id: number, size: number): File => ({
  attributes: { id: BigInt(id), size } as Attributes,
  xattrs: new Map([['size', Uint8Array.of(size)]]),
});

const key = (name: string, { attributes, xattrs }: File): Item => ({
  kind: 'key',
  walked: { key: name, attributes, xattrs },
});

/** What is shown tells all that it was made of. */
function shown(found: readonly Item[]): Items {
  return found.map((item) =>
    item.kind === 'prefix'
      ? item
      : { kind: 'object', object: { key: item.walked.key, size: item.walked.attributes.size } as never },
  );
}

describe('pages that were shown before', () => {
  test('of_theSameFiles_isMadeOnce', () => {
    const pages = new ShownPages();
    const files = [file(1, 1), file(2, 2)];
    const found = (): Item[] => [
      { kind: 'prefix', prefix: 'a/' },
      ...files.map((each, index) => key(`k${index}`, each)),
    ];
    const once = (): Items | undefined => pages.of(found(), () => shown(found()));
    once();
    const kept = once();
    expect(kept).toEqual(shown(found()));
    expect(once()).toBe(kept);
  });

  test('of_filesThatAreMadeAnew_isMadeEachTime', () => {
    const pages = new ShownPages();
    let made = 0;
    for (let round = 0; round < 4; round += 1) {
      pages.of([key('k', file(1, 1))], () => {
        made += 1;
        return [];
      });
    }
    expect(made).toBe(4);
  });

  test('of_whatCannotBeMadeNow_isNotKept', () => {
    const pages = new ShownPages();
    const found = [key('k', file(1, 1))];
    for (let round = 0; round < 3; round += 1) expect(pages.of(found, () => undefined)).toBeUndefined();
    expect(pages.of(found, () => shown(found))).toEqual(shown(found));
  });

  test('of_filesWithMuchMetadata_giveWayEarlier', () => {
    const pages = new ShownPages(100_000);
    const kept = (name: string): (() => Items | undefined) => {
      const one = { ...file(1, 1), xattrs: new Map([['record', new Uint8Array(20_000)]]) };
      const show = (): Items | undefined => pages.of([key(name, one)], () => shown([key(name, one)]));
      show();
      show();
      return show;
    };
    const first = kept('first');
    const page = first();
    expect(first()).toBe(page);
    for (let index = 0; index < 3; index += 1) kept(`k${index}`)();
    expect(first()).not.toBe(page);
  });

  test('of_anything_isAsIfItWasMadeNow', () => {
    const files = Array.from({ length: 5 }, (_, id) => [file(id, 0), file(id, 1)]);
    const other = fc.constantFrom(
      ...['none', 'none', 'none', 'name', 'size', 'prefix', 'otherPrefix', 'attributes', 'xattrs'],
    );
    const step = fc.record({ from: fc.nat(1), to: fc.integer({ min: 3, max: 5 }), at: fc.nat(4), other });
    const run = (steps: readonly (typeof step extends fc.Arbitrary<infer One> ? One : never)[]): void => {
      const pages = new ShownPages(10_000);
      for (const one of steps) {
        const found = files.slice(one.from, one.to).map(([same, changed], index): Item => {
          const what = index === one.at ? one.other : 'none';
          if (what === 'prefix') return { kind: 'prefix', prefix: `k${index}/` };
          if (what === 'otherPrefix') return { kind: 'prefix', prefix: `l${index}/` };
          if (what === 'attributes') return key(`k${index}`, { attributes: changed!.attributes, xattrs: same!.xattrs });
          // The record alone has changed.
          if (what === 'xattrs') return key(`k${index}`, { attributes: same!.attributes, xattrs: changed!.xattrs });
          return key(what === 'name' ? `other${index}` : `k${index}`, what === 'size' ? changed! : same!);
        });
        for (let time = 0; time < 3; time += 1) {
          const told: unknown[] = found.map((item) => (item.kind === 'key' ? item.walked.xattrs : item.prefix));
          const items = pages.of(found, () => Object.assign([...shown(found)], { told }));
          expect([...items!]).toEqual(shown(found));
          expect((items as { told?: unknown[] }).told).toEqual(told);
        }
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), run), { numRuns: 200 });
  });
});
