import { describe, expect, test } from 'vitest';
import { call, pattern, type Fixture } from '../fixture.ts';

const mib = 1_048_576;

export function sparseTests(f: Fixture): void {
  describe('sparse files', () => {
    test('truncate_toLargeSize_takesNoSpace', async ({ skip }) => {
      const size = Math.min(2 ** 40, f.volume.traits.maxFileSize);
      skip(!f.volume.traits.sparse && size > 2 ** 30, 'not sparse');
      const id = await f.file(f.root, 'a');
      const { after } = await f.volume.setattr(call, id, { size });
      expect(after.size).toBe(size);
      if (f.volume.traits.sparse) expect(after.allocated).toBeLessThan(mib);
      expect(await f.read(id, size - 100, 1000)).toEqual(new Uint8Array(100));
      await f.write(id, size - 10, pattern(10));
      expect(await f.read(id, size - 10, 10)).toEqual(pattern(10));
      if (f.volume.traits.sparse) expect((await f.attributes(id)).allocated).toBeLessThan(2 * mib);
    });

    test('seek_atOrPastTheEnd_isUndefined', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.withHandle(id, 'read', async (handle) => {
        for (const what of ['data', 'hole'] as const) {
          expect(await handle.seek(call, what, 7)).toBeUndefined();
          expect(await handle.seek(call, what, 1_000_000)).toBeUndefined();
        }
        expect(await handle.seek(call, 'data', 3)).toBe(3);
        expect(await handle.seek(call, 'hole', 3), 'the end counts as a hole').toBe(7);
      });
    });

    test('seek_withoutSparse_isOneDataRange', async ({ skip }) => {
      skip(f.volume.traits.sparse, 'sparse');
      const id = await f.file(f.root, 'a');
      await f.volume.setattr(call, id, { size: 3 * mib });
      await f.withHandle(id, 'read', async (handle) => {
        expect(await handle.seek(call, 'data', 5)).toBe(5);
        expect(await handle.seek(call, 'hole', 5)).toBe(3 * mib);
      });
    });

    test('seek_alignedRanges_isExact', async ({ skip }) => {
      skip(!f.volume.traits.sparse, 'not sparse');
      const id = await f.file(f.root, 'a');
      await f.volume.setattr(call, id, { size: 8 * mib });
      await f.write(id, 2 * mib, pattern(mib));
      await f.write(id, 5 * mib, pattern(2 * mib));
      await f.withHandle(id, 'write', async (handle) => {
        const data = (offset: number) => handle.seek(call, 'data', offset);
        const hole = (offset: number) => handle.seek(call, 'hole', offset);
        expect([await data(0), await hole(0)]).toEqual([2 * mib, 0]);
        expect([await data(2 * mib + 5), await hole(2 * mib + 5)]).toEqual([2 * mib + 5, 3 * mib]);
        expect([await data(3 * mib), await hole(3 * mib + 7)]).toEqual([5 * mib, 3 * mib + 7]);
        expect([await hole(5 * mib), await data(7 * mib)]).toEqual([7 * mib, undefined]);
        const before = await f.attributes(id);
        const { after } = await handle.punch(call, 5 * mib, mib);
        expect(after.allocated).toBeLessThan(before.allocated);
        expect([await data(3 * mib), await hole(5 * mib)]).toEqual([6 * mib, 5 * mib]);
      });
    });

    test('seek_walk_missesNoBytes', async () => {
      const id = await f.file(f.root, 'a');
      const offsets = [0, 70_000, 131_072, 999_999, 1_500_000];
      for (const offset of offsets) await f.write(id, offset, pattern(100, 3));
      await f.volume.setattr(call, id, { size: 3 * mib });
      const found = new Uint8Array(3 * mib);
      await f.withHandle(id, 'read', async (handle) => {
        for (let at: number | undefined = 0; ;) {
          const start: number | undefined = await handle.seek(call, 'data', at);
          if (start === undefined) break;
          at = await handle.seek(call, 'hole', start);
          if (at === undefined) expect.fail('data ends with a hole');
          expect(at).toBeGreaterThan(start);
          found.set((await handle.read(call, start, at - start)).bytes, start);
          if (at === 3 * mib) break;
        }
      });
      expect(Buffer.compare(found, await f.read(id))).toBe(0);
    });
  });
}
