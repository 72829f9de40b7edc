import { describe, expect, test } from 'vitest';
import type { ByteRange } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, type Fixture } from '../fixture.ts';

export function cloneTests(f: Fixture): void {
  describe('clone', () => {
    const clone = (from: ByteRange[], to: bigint, at: number) =>
      f.volume.clone?.ranges(call, from, to, at) ?? Promise.reject(new Error('no clone'));

    test('clone_wholeFile_hasItsBytesAndItsOwnStamp', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const source = await f.file(f.root, 'source', pattern(300_001));
      const target = await f.file(f.root, 'target');
      const before = await f.attributes(source);
      const result = await clone([{ id: source, offset: 0, length: 300_001 }], target, 0);
      expect(result).toMatchObject({ written: 300_001, after: { size: 300_001 }, epoch: f.volume.epoch() });
      expect(result.after).toEqual(await f.attributes(target));
      expect(result.after.change).toBeGreaterThan(result.before.change);
      expect(await f.read(target)).toEqual(pattern(300_001));
      const { contentStamp, change, modified } = await f.attributes(source);
      expect([contentStamp, change, modified]).toEqual([before.contentStamp, before.change, before.modified]);
      if (f.volume.traits.contentStamp) expect(result.after.contentStamp).not.toBe(contentStamp);
    });

    test('clone_thenWriteToEitherSide_isNotSeenByTheOther', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      for (const stability of ['unstable', 'file'] as const) {
        const source = await f.file(f.root, `source-${stability}`, pattern(200_000, 1));
        const target = await f.file(f.root, `target-${stability}`);
        await clone([{ id: source, offset: 0, length: 200_000 }], target, 0);
        await f.write(source, 10, 'source', stability);
        await f.write(target, 70_000, 'target', stability);
        await f.volume.setattr(call, source, { size: 100_000 });
        const wanted = pattern(200_000, 1);
        wanted.set(bytes('target'), 70_000);
        expect(Buffer.compare(await f.read(target), wanted)).toBe(0);
        const kept = pattern(200_000, 1).subarray(0, 100_000);
        kept.set(bytes('source'), 10);
        expect(Buffer.compare(await f.read(source), kept)).toBe(0);
      }
    });

    test('clone_sourceUnlinked_keepsTheBytes', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const source = await f.file(f.root, 'source', pattern(200_000));
      const target = await f.file(f.root, 'target');
      await clone([{ id: source, offset: 0, length: 200_000 }], target, 0);
      await f.volume.unlink(call, f.root, bytes('source'));
      expect(Buffer.compare(await f.read(target), pattern(200_000))).toBe(0);
    });

    test('clone_unsyncedSource_isIncluded', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const source = await f.file(f.root, 'source');
      const target = await f.file(f.root, 'target');
      await f.withHandle(source, 'write', async (handle) => {
        await handle.write(call, 0, [pattern(100_000)], 'unstable');
        await clone([{ id: source, offset: 0, length: 100_000 }], target, 0);
        await handle.write(call, 0, [bytes('later')], 'unstable');
      });
      expect(Buffer.compare(await f.read(target), pattern(100_000))).toBe(0);
    });

    test('clone_manyRanges_isTheirConcatenation', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const one = await f.file(f.root, 'one', pattern(200_000, 1));
      const two = await f.file(f.root, 'two', pattern(200_000, 2));
      const target = await f.file(f.root, 'target', pattern(500, 9));
      const ranges = Array.from({ length: 200 }, (_, index) => ({
        id: index % 2 === 0 ? one : two,
        offset: (index * 997) % 150_000,
        length: (index * 131) % 2000,
      }));
      await clone(ranges, target, 100);
      const parts = ranges.map(({ id, offset, length }) =>
        pattern(200_000, id === one ? 1 : 2).subarray(offset, offset + length),
      );
      const wanted = Buffer.concat([pattern(500, 9).subarray(0, 100), ...parts]);
      expect(Buffer.compare(await f.read(target), wanted)).toBe(0);
    });

    test('clone_insideLongerTarget_keepsTheRest', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const source = await f.file(f.root, 'source', 'abc');
      const target = await f.file(f.root, 'target', '0123456789');
      expect((await clone([{ id: source, offset: 1, length: 2 }], target, 4)).after.size).toBe(10);
      expect(await f.readText(target)).toBe('0123bc6789');
    });

    test('clone_behindTheEnd_leavesAHole', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const source = await f.file(f.root, 'source', 'abc');
      const target = await f.file(f.root, 'target', '0');
      await clone([{ id: source, offset: 0, length: 3 }], target, 4);
      expect(await f.readText(target)).toBe('0\0\0\0abc');
    });

    test('clone_withinOneFile_readsItAsBefore', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const id = await f.file(f.root, 'a', pattern(200_000));
      await clone([{ id, offset: 0, length: 100_000 }], id, 100_000);
      const wanted = Buffer.concat([pattern(200_000).subarray(0, 100_000), pattern(200_000).subarray(0, 100_000)]);
      expect(Buffer.compare(await f.read(id), wanted)).toBe(0);
    });

    test('clone_oddSourceOrTarget_isRefused', async ({ skip }) => {
      skip(f.volume.clone === undefined, 'no clone');
      const id = await f.file(f.root, 'a', 'content');
      const target = await f.file(f.root, 'target', 'old');
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      const whole = { offset: 0, length: 1 };
      await expectCode(clone([{ id, offset: 0, length: 8 }], target, 0), 'invalid');
      await expectCode(clone([{ id, offset: 9, length: 1 }], target, 0), 'invalid');
      await expectCode(clone([{ id, offset: -1, length: 1 }], target, 0), 'invalid');
      await expectCode(clone([{ id: f.root, ...whole }], target, 0), 'isDirectory');
      await expectCode(clone([{ id: attributes.id, ...whole }], target, 0), 'wrongType');
      await expectCode(clone([{ id, ...whole }], f.root, 0), 'isDirectory');
      await expectCode(clone([{ id, ...whole }], attributes.id, 0), 'wrongType');
      await expectCode(clone([{ id: id + 1000n, ...whole }], target, 0), 'stale');
      expect(await f.readText(target)).toBe('old');
    });

    test('clone_acrossReopen_isStable', async ({ skip }) => {
      skip(f.volume.clone === undefined || !f.volume.traits.persistent, 'no clone, or not persistent');
      const source = await f.file(f.root, 'source', pattern(200_000));
      const target = await f.file(f.root, 'target');
      await clone([{ id: source, offset: 1, length: 150_000 }], target, 0);
      await f.write(source, 0, new Uint8Array(200_000));
      await f.reopen();
      expect(Buffer.compare(await f.read(target), pattern(200_000).subarray(1, 150_001))).toBe(0);
    });
  });
}
