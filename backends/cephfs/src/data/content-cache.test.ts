import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContentCache } from './content-cache.ts';

const pattern = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => ((index % 251) * 7 + seed * 13) & 0xff);

describe('ContentCache', () => {
  test('get_whatWasAdded_isACopy', () => {
    const cache = new ContentCache(1_000_000, () => 1n);
    const bytes = pattern(10_000);
    cache.add(7n, 1n, 0, bytes, true);
    bytes.fill(0);
    const first = cache.get(7n, 1n, 0, 10_000);
    expect(first).toEqual(pattern(10_000));
    first?.fill(0);
    expect(cache.get(7n, 1n, 4095, 5000)).toEqual(pattern(10_000).subarray(4095, 9095));
  });

  test('add_ofABuffer_isACopy', () => {
    const cache = new ContentCache(1_000_000, () => 1n);
    const buffer = Buffer.from(pattern(10_000));
    cache.add(7n, 1n, 0, buffer, true);
    buffer.fill(0);
    expect(cache.get(7n, 1n, 0, 10_000)).toEqual(pattern(10_000));
  });

  test('get_anotherChangeOrEpoch_isNothing', () => {
    let epoch = 1n;
    const cache = new ContentCache(1_000_000, () => epoch);
    cache.add(7n, 1n, 0, pattern(4096), false);
    expect(cache.get(7n, 2n, 0, 10)).toBeUndefined();
    expect(cache.bytes).toBe(0);
    cache.add(7n, 2n, 0, pattern(4096), false);
    epoch = 2n;
    expect(cache.get(7n, 2n, 0, 10)).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  test('add_partsOfBlocks_areKeptOnlyAtTheEndOfTheFile', () => {
    const cache = new ContentCache(1_000_000, () => 1n);
    cache.add(7n, 1n, 100, pattern(5000), false);
    expect(cache.bytes).toBe(0);
    cache.add(7n, 1n, 100, pattern(5000), true);
    expect(cache.get(7n, 1n, 4096, 1004)).toEqual(pattern(5000).subarray(3996));
    expect(cache.get(7n, 1n, 4095, 2)).toBeUndefined();
    expect(cache.get(7n, 1n, 4096, 1005)).toBeUndefined();
  });

  test('add_aboveTheLimit_dropsWhatWasUsedLongestAgo', () => {
    const limit = 10 * (4096 + 600);
    const cache = new ContentCache(limit, () => 1n);
    for (let id = 0n; id < 10n; id += 1n) cache.add(id, 1n, 0, pattern(4096, Number(id)), false);
    expect(cache.get(0n, 1n, 0, 10)).toBeDefined();
    cache.add(100n, 1n, 0, pattern(8192), false);
    expect(cache.bytes).toBeLessThanOrEqual(limit);
    expect([0n, 1n, 2n, 3n].map((id) => cache.get(id, 1n, 0, 10) !== undefined)).toEqual([true, false, false, true]);
    cache.add(200n, 1n, 0, pattern(65_536), false);
    expect(cache.bytes).toBeLessThanOrEqual(limit);
  });

  test('add_manySmallFiles_areCountedWithWhatHoldingThemTakes', () => {
    const cache = new ContentCache(100_000, () => 1n);
    for (let id = 0n; id < 1000n; id += 1n) cache.add(id, 1n, 0, pattern(10), true);
    const kept = Array.from({ length: 1000 }, (_, id) => id).filter((id) => cache.get(BigInt(id), 1n, 0, 10));
    expect(kept.length).toBeLessThanOrEqual(100_000 / 500);
    expect(kept.at(-1)).toBe(999);
    for (const id of kept) cache.drop(BigInt(id));
    expect(cache.bytes).toBe(0);
  });

  test('anySequence_givesTheFilesBytesOrNothing', () => {
    const read = fc.record({
      id: fc.bigInt(0n, 3n),
      offset: fc.nat(40_000),
      length: fc.integer({ min: 1, max: 70_000 }),
    });
    fc.assert(
      fc.property(fc.array(read, { maxLength: 60 }), (reads) => {
        const cache = new ContentCache(65_536, () => 1n);
        for (const { id, offset, length } of reads) {
          const content = pattern(30_000 + Number(id), Number(id));
          const wanted = Math.min(length, content.length - offset);
          if (wanted <= 0) continue;
          const expected = content.subarray(offset, offset + wanted);
          const cached = cache.get(id, 1n, offset, wanted);
          if (cached !== undefined) expect(Buffer.compare(cached, expected)).toBe(0);
          else cache.add(id, 1n, offset, expected, offset + wanted === content.length);
          expect(cache.bytes).toBeLessThanOrEqual(65_536);
        }
      }),
    );
  });
});
