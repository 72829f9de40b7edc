import type { ListResult, ObjectInfo } from '@polynas/core/service';
import { describe, expect, test } from 'vitest';
import { ListedContents } from './listed-contents.ts';
import type { Owner } from './owner.ts';

type Items = ListResult['items'];

const object = (key: string, etag: string): Items[number] => ({
  kind: 'object',
  object: { key, etag, size: 3, modified: { seconds: 5, nanoseconds: 0 }, ownerUid: 7 } as ObjectInfo,
});
const plain = { type: undefined, encode: (name: string) => name } as const;
const url = { type: 'url', encode: (name: string) => encodeURIComponent(name) } as const;
const page = (etag: string): Items => [object('a&b', etag), { kind: 'prefix', prefix: 'c/' }, object('d', etag)];

describe('contents of pages that were listed before', () => {
  test('of_theSameItems_areWrittenOnce', () => {
    const contents = new ListedContents();
    let written = 0;
    const counting = { type: undefined, encode: (name: string) => `${(written += 1)}${name}` } as const;
    const items = page('e');
    contents.of(items, counting, undefined);
    const kept = contents.of(items, counting, undefined);
    expect(contents.of(items, counting, undefined)).toBe(kept);
    expect(written).toBe(4);
  });

  test('of_otherItemsNamesOrOwners_areTheirOwn', () => {
    const contents = new ListedContents();
    const pages = [page('e'), page('f')];
    for (let round = 0; round < 3; round += 1) {
      for (const items of pages) {
        for (const names of [plain, url]) {
          expect(contents.of(items, names, undefined)).toBe(new ListedContents().of(items, names, undefined));
        }
        const owner = (): Owner => ({ id: `${round}`, name: `owner ${round}` });
        expect(contents.of(items, plain, owner)).toContain(`owner ${round}`);
      }
    }
    expect(contents.of(pages[0]!, plain, undefined)).toMatch(/^<Contents><Key>a&amp;b<\/Key>.*<\/Contents>$/);
    expect(contents.of(pages[0]!, url, undefined)).toContain('<Key>a%26b</Key>');
    expect(contents.of(pages[1]!, plain, undefined)).toContain('&quot;f&quot;');
  });
});
