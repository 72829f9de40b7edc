import { describe, expect, test } from 'vitest';
import type { ByteRange } from '@polynas/core/spi';
import type { Transaction } from '../tree/transaction.ts';
import { call, contentOf, makeFile, name, newFile, pattern, Volumes } from '../testing/volumes.ts';

const volumes = new Volumes();

/** The largest number of records that one mutation has touched. */
class Largest {
  records = 0;

  committing(transaction: Transaction): void {
    this.records = Math.max(this.records, transaction.writes.length + transaction.touched().length);
  }
}

describe('contents of many extents', () => {
  test('cloneTruncateReplaceAndUnlink_ofTenThousandRanges_goInSmallMutations', async () => {
    const observer = new Largest();
    const volume = await volumes.open({ observer });
    const parts = 20;
    const partBytes = 50_000;
    const ranges: ByteRange[] = [];
    const expected: Uint8Array[] = [];
    const patterns = Array.from({ length: parts }, (_, index) => pattern(partBytes, index));
    const sources = [];
    for (let index = 0; index < parts; index += 1) {
      sources.push(await makeFile(volume, `part${index}`, patterns[index]));
    }
    for (let index = 0; index < 10_000; index += 1) {
      const source = index % parts;
      const offset = (index * 37) % (partBytes - 100);
      ranges.push({ id: sources[source]?.id ?? 0n, offset, length: 100 });
      expected.push((patterns[source] ?? new Uint8Array(0)).subarray(offset, offset + 100));
    }
    const target = await makeFile(volume, 'target');
    const { after, committed } = await volume.clone.ranges(call, ranges, target.id, 0);
    expect([after.size, committed]).toEqual([1_000_000, 'file']);
    const whole = Buffer.concat(expected);
    expect(Buffer.compare(await contentOf(volume, target.id), whole)).toBe(0);

    // A write into the midst: the other bytes stay, and no source changes.
    await target.handle.write(call, 500_050, [pattern(3000, 99)], 'file');
    whole.set(pattern(3000, 99), 500_050);
    expect(Buffer.compare(await contentOf(volume, target.id), whole)).toBe(0);
    expect(Buffer.compare(await contentOf(volume, sources[3]?.id ?? 0n), pattern(partBytes, 3))).toBe(0);

    // A cut and a new extension: zeros, nothing of what was there.
    await volume.setattr(call, target.id, { size: 200_030 });
    await volume.setattr(call, target.id, { size: 1_000_000 });
    whole.fill(0, 200_030);
    expect(Buffer.compare(await contentOf(volume, target.id), whole)).toBe(0);

    const { attributes } = await volume.create(call, volume.root, name('new'), { kind: 'guarded' }, newFile);
    await volume.replace(call, volume.root, name('target'), volume.root, name('new'));
    expect(Buffer.compare(await contentOf(volume, attributes.id), whole)).toBe(0);
    for (const { handle } of sources) await handle.close();
    for (let index = 0; index < parts; index += 1) await volume.unlink(call, volume.root, name(`part${index}`));
    expect(Buffer.compare(await contentOf(volume, attributes.id), whole)).toBe(0);
    expect((await volume.check()).problems).toEqual([]);

    await target.handle.close();
    await volume.unlink(call, volume.root, name('new'));
    await volume.settled();
    expect(await volume.check()).toMatchObject({ blobs: 0, problems: [] });
    expect(observer.records).toBeGreaterThan(200);
    expect(observer.records).toBeLessThanOrEqual(1000);
  }, 120_000);

  test('replace_costsTheSameHoweverManyExtents', async () => {
    const observer = new Largest();
    const volume = await volumes.open({ observer });
    const source = await makeFile(volume, 'source', pattern(100_000));
    const many = await makeFile(volume, 'many');
    const ranges = Array.from({ length: 3000 }, (_, index) => ({ id: source.id, offset: index * 30, length: 20 }));
    await volume.clone.ranges(call, ranges, many.id, 0);
    const old = await makeFile(volume, 'old', pattern(100_000));
    await old.handle.close();
    observer.records = 0;
    await volume.replace(call, volume.root, name('many'), volume.root, name('old'));
    expect(observer.records).toBeLessThan(20);
    expect((await contentOf(volume, old.id)).length).toBe(60_000);
  });

  test('source_writtenAfterAClone_leavesTheCopyAlone', async () => {
    const volume = await volumes.open();
    const source = await makeFile(volume, 'source', pattern(1_000_000));
    const copy = await makeFile(volume, 'copy');
    await source.handle.write(call, 10, [pattern(100, 5)], 'unstable');
    const before = await contentOf(volume, source.id);
    await volume.clone.ranges(call, [{ id: source.id, offset: 0, length: 1_000_000 }], copy.id, 0);
    await source.handle.write(call, 300_000, [pattern(100, 9)], 'unstable');
    await copy.handle.write(call, 700_000, [pattern(100, 8)], 'unstable');
    expect(Buffer.compare(await contentOf(volume, copy.id), put(before, 700_000, pattern(100, 8)))).toBe(0);
    expect(Buffer.compare(await contentOf(volume, source.id), put(before, 300_000, pattern(100, 9)))).toBe(0);
    expect((await volume.getattr(call, copy.id)).allocated).toBeLessThan(1_000_000);
    expect((await volume.check()).problems).toEqual([]);
  });
});

function put(bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(part, offset);
  return copy;
}

describe('writers of one file at once', () => {
  test('smallAndLargeWritesTogether_loseNothing', async () => {
    const volume = await volumes.open();
    for (let round = 0; round < 60; round += 1) {
      const { id, handle } = await makeFile(volume, `f${round}`, pattern(100, round));
      const large = pattern(20_000, round + 1);
      const stability = round % 2 === 0 ? 'unstable' : 'file';
      await Promise.all([
        handle.write(call, 10, [pattern(20, 7)], 'file'),
        handle.write(call, 200, [large], stability),
        handle.write(call, 40, [pattern(20, 8)], 'unstable'),
        handle.write(call, 30_000, [large], stability),
        handle.write(call, 150, [pattern(20, 9)], 'file'),
      ]);
      let expected = new Uint8Array(50_000);
      expected.set(pattern(100, round));
      for (const [offset, bytes] of [
        [10, pattern(20, 7)],
        [200, large],
        [40, pattern(20, 8)],
        [30_000, large],
        [150, pattern(20, 9)],
      ] as const) {
        expected = new Uint8Array(put(expected, offset, bytes));
      }
      expect(Buffer.compare(await contentOf(volume, id), expected), `round ${round}`).toBe(0);
      await handle.close();
    }
    expect((await volume.check()).problems).toEqual([]);
  });
});
