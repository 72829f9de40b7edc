import type { ListResult, ObjectInfo } from '@polynas/core/service';
import { describe, expect, test } from 'vitest';
import { listedContents } from './listed-contents.ts';
import { ListedTexts } from './listed-texts.ts';
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
    const texts = new ListedTexts();
    let written = 0;
    const counting = { type: undefined, encode: (name: string) => `${(written += 1)}${name}` } as const;
    const items = page('e');
    listedContents(texts, items, counting, undefined);
    const kept = listedContents(texts, items, counting, undefined);
    expect(listedContents(texts, items, counting, undefined)).toBe(kept);
    expect(written).toBe(4);
  });

  test('of_otherItemsNamesOrOwners_areTheirOwn', () => {
    const texts = new ListedTexts();
    const pages = [page('e'), page('f')];
    for (let round = 0; round < 3; round += 1) {
      for (const items of pages) {
        for (const names of [plain, url]) {
          expect(listedContents(texts, items, names, undefined)).toBe(
            listedContents(new ListedTexts(), items, names, undefined),
          );
        }
        const owner = (): Owner => ({ id: `${round}`, name: `owner ${round}` });
        expect(listedContents(texts, items, plain, owner)).toContain(`owner ${round}`);
      }
    }
    expect(listedContents(texts, pages[0]!, plain, undefined)).toMatch(/^<Contents><Key>a&amp;b<\/Key>.*<\/Contents>$/);
    expect(listedContents(texts, pages[0]!, url, undefined)).toContain('<Key>a%26b</Key>');
    expect(listedContents(texts, pages[1]!, plain, undefined)).toContain('&quot;f&quot;');
  });
});
