import { describe, expect, test } from 'vitest';
import { stampOf } from '@polynas/core/spi';
import { bytes, call, expectCode, pattern, text, type Fixture } from '../fixture.ts';

export function dataTests(f: Fixture): void {
  describe('data', () => {
    test('read_ofEmptyFile_isNoBytesAndEof', async () => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'read', async (handle) => {
        const result = await handle.read(call, 0, 10);
        expect([result.bytes.length, result.eof]).toEqual([0, true]);
      });
    });

    test.each([
      [0, 10, '0123456789', true],
      [0, 9, '012345678', false],
      [0, 100, '0123456789', true],
      [9, 1, '9', true],
      [4, 3, '456', false],
      [10, 5, '', true],
      [1_000_000, 5, '', true],
      [2 ** 53 - 1, 0, '', true],
      [4, 0, '', false],
      [10, 0, '', true],
    ])('read_at%iOf%i_givesWhatIsThere', async (offset, length, expected, eof) => {
      const id = await f.file(f.root, 'a', '0123456789');
      await f.withHandle(id, 'read', async (handle) => {
        const result = await handle.read(call, offset, length);
        expect([text(result.bytes), result.eof]).toEqual([expected, eof]);
        const now = handle.readNow(offset, length);
        if (now !== undefined) expect([text(now.bytes), now.eof]).toEqual([expected, eof]);
      });
    });

    test('read_intoBuffer_isViewOfIt', async () => {
      const id = await f.file(f.root, 'a', '0123456789');
      await f.withHandle(id, 'read', async (handle) => {
        const into = new Uint8Array(20).fill(0x2a);
        const result = await handle.read(call, 8, 5, into.subarray(3));
        expect(result.bytes.buffer).toBe(into.buffer);
        expect(result.bytes.byteOffset).toBe(into.byteOffset + 3);
        expect([text(result.bytes), result.eof]).toEqual(['89', true]);
        expect(text(into.subarray(0, 5))).toBe('***89');
        await expectCode(handle.read(call, 0, 5, new Uint8Array(4)), 'invalid');
      });
    });

    test.for([10, 5000, 60_000, 300_000])('read_%dIntoBufferUsedAgain_keepsNothingOfTheBuffer', async (size) => {
      const id = await f.file(f.root, 'a', pattern(size));
      await f.withHandle(id, 'read', async (handle) => {
        // Whoever copies reads one file after another into the same Buffer, whose `slice` copies nothing.
        const into = Buffer.alloc(size);
        expect((await handle.read(call, 0, size, into)).bytes).toHaveLength(size);
        into.fill(0x2a);
        for (let round = 0; round < 2; round += 1) {
          const { bytes } = handle.readNow(0, size) ?? (await handle.read(call, 0, size));
          expect(Buffer.compare(bytes, pattern(size))).toBe(0);
          bytes.fill(0x2a);
        }
      });
    });

    test('write_ofBufferUsedAgain_keepsNothingOfTheBuffer', async () => {
      for (const size of [10, 5000, 60_000, 300_000]) {
        const id = await f.file(f.root, `a${size}`);
        await f.withHandle(id, 'write', async (handle) => {
          const from = Buffer.from(pattern(size));
          await handle.write(call, 0, [from], 'file');
          from.fill(0x2a);
          expect(Buffer.compare((await handle.read(call, 0, size)).bytes, pattern(size))).toBe(0);
        });
      }
    });

    test('read_holesIntoUsedBuffer_areZeros', async () => {
      const id = await f.file(f.root, 'a', 'x');
      await f.volume.setattr(call, id, { size: 300_000 });
      await f.write(id, 200_000, 'y');
      await f.withHandle(id, 'read', async (handle) => {
        const into = new Uint8Array(300_000).fill(0x2a);
        await handle.read(call, 0, 300_000, into);
        const wanted = new Uint8Array(300_000);
        wanted[0] = 0x78;
        wanted[200_000] = 0x79;
        expect(Buffer.compare(into, wanted)).toBe(0);
      });
    });

    test('read_resultChangedByCaller_leavesTheFile', async () => {
      const id = await f.file(f.root, 'a', 'content');
      (await f.read(id)).fill(0);
      await f.withHandle(id, 'read', async (handle) => {
        handle.readNow(0, 7)?.bytes.fill(0);
      });
      expect(await f.readText(id)).toBe('content');
    });

    test('write_chunks_areWrittenOneAfterAnother', async () => {
      const id = await f.file(f.root, 'a', '----------');
      await f.withHandle(id, 'write', async (handle) => {
        const before = stampOf(await f.attributes(id));
        const chunks = [bytes('ab'), new Uint8Array(), bytes('c'), bytes('defghijklm')];
        const result = await handle.write(call, 3, chunks, 'file');
        expect(result).toMatchObject({ written: 13, before, committed: 'file', epoch: f.volume.epoch() });
        expect(result.after).toEqual(await f.attributes(id));
        expect(result.after.size).toBe(16);
      });
      expect(await f.readText(id)).toBe('---abcdefghijklm');
    });

    test('write_chunkReusedByCallerAfterwards_keepsTheBytes', async () => {
      const id = await f.file(f.root, 'a');
      const chunk = pattern(70_000);
      await f.withHandle(id, 'write', async (handle) => {
        await handle.write(call, 0, [chunk], 'unstable');
        chunk.fill(0);
        expect((await handle.read(call, 0, 70_000)).bytes).toEqual(pattern(70_000));
      });
    });

    test('write_manyChunksAcrossBlocks_equalsTheirConcatenation', async () => {
      const id = await f.file(f.root, 'a');
      const sizes = [1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 3, 200_000];
      const chunks = sizes.map((size, seed) => pattern(size, seed));
      await f.withHandle(id, 'write', (handle) => handle.write(call, 65_530, chunks, 'data'));
      expect(Buffer.compare(await f.read(id, 65_530), Buffer.concat(chunks))).toBe(0);
      expect(await f.read(id, 0, 65_530)).toEqual(new Uint8Array(65_530));
    });

    test.each(['unstable', 'data', 'file'] as const)('write_%s_isSeenAtOnceEverywhere', async (stability) => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', async (writer) => {
        await f.withHandle(id, 'read', async (reader) => {
          const { committed, after } = await writer.write(call, 0, [bytes('content')], stability);
          const order = ['unstable', 'data', 'file'];
          expect(order.indexOf(committed)).toBeGreaterThanOrEqual(order.indexOf(stability));
          expect(text((await reader.read(call, 0, 10)).bytes)).toBe('content');
          expect(text(reader.readNow(0, 10)?.bytes) ?? 'content').toBe('content');
          expect(await f.attributes(id)).toEqual(after);
          expect(await f.lookup(f.root, 'a')).toEqual(after);
          expect((await f.entries(f.root, 10, true))[0]?.attributes).toEqual(after);
        });
      });
    });

    test('write_each_movesTimesAndChange', async () => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', async (handle) => {
        for (const stability of ['unstable', 'data', 'file'] as const) {
          const before = await f.attributes(id);
          await f.tick();
          const { after } = await handle.write(call, 0, [bytes('same')], stability);
          expect(after.change).toBeGreaterThan(before.change);
          expect(after.modified).not.toEqual(before.modified);
          expect(after.changed).not.toEqual(before.changed);
        }
      });
    });

    test('write_noBytes_changesNothing', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      await f.withHandle(id, 'write', async (handle) => {
        expect((await handle.write(call, 100, [], 'file')).written).toBe(0);
        expect((await handle.write(call, 100, [new Uint8Array()], 'unstable')).written).toBe(0);
      });
      expect(await f.attributes(id)).toEqual(before);
    });

    test('write_pastTheEnd_leavesZerosBetween', async () => {
      const id = await f.file(f.root, 'a', 'abc');
      await f.write(id, 300_000, 'end');
      expect((await f.attributes(id)).size).toBe(300_003);
      expect(text(await f.read(id, 0, 3))).toBe('abc');
      expect((await f.read(id, 3, 299_997)).every((byte) => byte === 0)).toBe(true);
    });

    test('write_pastMaxFileSize_isTooLargeAndWritesNothing', async () => {
      const { maxFileSize } = f.volume.traits;
      const id = await f.file(f.root, 'a', 'abc');
      await f.withHandle(id, 'write', async (handle) => {
        await expectCode(handle.write(call, maxFileSize - 1, [bytes('xy')], 'file'), 'tooLarge', 'invalid');
        await expectCode(handle.allocate(call, maxFileSize - 1, 2, true), 'tooLarge', 'invalid');
      });
      if (maxFileSize < Number.MAX_SAFE_INTEGER) {
        await expectCode(f.volume.setattr(call, id, { size: maxFileSize + 1 }), 'tooLarge');
      }
      expect(await f.readText(id)).toBe('abc');
    });

    test('read_writeAt_badNumbers_areInvalid', async () => {
      const id = await f.file(f.root, 'a', 'abc');
      await f.withHandle(id, 'write', async (handle) => {
        for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
          await expectCode(handle.read(call, bad, 1), 'invalid');
          await expectCode(handle.read(call, 0, bad), 'invalid');
          await expectCode(handle.write(call, bad, [bytes('x')], 'file'), 'invalid', 'tooLarge');
          await expectCode(handle.allocate(call, 0, bad, true), 'invalid', 'tooLarge');
          await expectCode(handle.punch(call, bad, 1), 'invalid');
          await expectCode(handle.seek(call, 'data', bad), 'invalid');
        }
      });
      expect(await f.readText(id)).toBe('abc');
    });

    test('truncate_thenGrow_readsZerosNotOldBytes', async () => {
      const id = await f.file(f.root, 'a', pattern(150_000));
      for (const size of [140_001, 70_000, 5, 0]) {
        await f.volume.setattr(call, id, { size });
        const { after } = await f.volume.setattr(call, id, { size: 150_000 });
        expect(after.size).toBe(150_000);
        const expected = new Uint8Array(150_000);
        expected.set(pattern(150_000).subarray(0, size));
        expect(Buffer.compare(await f.read(id), expected)).toBe(0);
      }
    });

    test('truncate_underOpenHandles_isSeenByAll', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.withHandle(id, 'write', async (handle) => {
        await handle.write(call, 7, [bytes(' unsynced')], 'unstable');
        await f.volume.setattr(call, id, { size: 3 });
        expect(text((await handle.read(call, 0, 100)).bytes)).toBe('con');
        await handle.write(call, 3, [bytes('!')], 'unstable');
      });
      expect(await f.readText(id)).toBe('con!');
    });

    test('sync_afterUnstableWrites_answersTheirEpoch', async () => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', async (handle) => {
        const { epoch } = await handle.write(call, 0, [bytes('content')], 'unstable');
        const synced = await handle.sync(call);
        expect(synced.epoch).toBe(epoch);
        expect(synced.after).toMatchObject({ id, size: 7 });
      });
      await f.withHandle(id, 'read', async (handle) => {
        expect((await handle.sync(call)).epoch).toBe(f.volume.epoch());
      });
    });

    test('write_overlappingAtOnce_isNeverMixed', async () => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', (one) =>
        f.withHandle(id, 'write', async (other) => {
          for (let round = 0; round < 5; round += 1) {
            await Promise.all(
              Array.from({ length: 8 }, (_, writer) => {
                const chunk = new Uint8Array(100_000).fill(writer + 1);
                return (writer % 2 === 0 ? one : other).write(call, 10, [chunk], 'unstable');
              }),
            );
            const seen = await f.read(id, 10);
            expect(seen.every((byte) => byte === seen[0])).toBe(true);
          }
        }),
      );
    });

    test('write_appendsFromSeveralHandles_allArrive', async () => {
      const id = await f.file(f.root, 'a');
      const handles = await Promise.all(Array.from({ length: 4 }, () => f.volume.open(call, id, 'write')));
      await Promise.all(
        Array.from({ length: 16 }, (_, turn) =>
          handles.map((handle, index) => {
            const at = turn * 4 + index;
            return handle.write(call, at * 1000, [pattern(1000, at)], at % 3 === 0 ? 'file' : 'unstable');
          }),
        ).flat(),
      );
      await Promise.all(handles.map((handle) => handle.close()));
      for (let index = 0; index < 64; index += 1) {
        expect(await f.read(id, index * 1000, 1000)).toEqual(pattern(1000, index));
      }
      expect((await f.attributes(id)).size).toBe(64_000);
    });

    test('allocate_withExtend_growsWithZeros', async () => {
      const id = await f.file(f.root, 'a', 'abc');
      await f.withHandle(id, 'write', async (handle) => {
        const { after } = await handle.allocate(call, 0, 100_000, true);
        expect(after.size).toBe(100_000);
        await handle.allocate(call, 0, 10, true);
      });
      const content = await f.read(id);
      expect([content.length, text(content.subarray(0, 3))]).toEqual([100_000, 'abc']);
      expect(content.subarray(3).every((byte) => byte === 0)).toBe(true);
    });

    test('allocate_withoutExtend_keepsSizeAndBytes', async () => {
      const id = await f.file(f.root, 'a', 'abc');
      await f.withHandle(id, 'write', async (handle) => {
        expect((await handle.allocate(call, 0, 100_000, false)).after.size).toBe(3);
      });
      expect(await f.readText(id)).toBe('abc');
    });

    test('punch_range_readsZerosAndKeepsSize', async () => {
      const content = pattern(300_000);
      const id = await f.file(f.root, 'a', content);
      await f.withHandle(id, 'write', async (handle) => {
        for (const [offset, length] of [
          [10, 5],
          [65_000, 140_000],
          [299_999, 1000],
          [400_000, 10],
        ] as const) {
          const before = await f.attributes(id);
          const { after } = await handle.punch(call, offset, length);
          content.fill(0, offset, offset + length);
          expect(after.size).toBe(300_000);
          if (offset < 300_000) expect(after.change).toBeGreaterThan(before.change);
          expect(Buffer.compare(await f.read(id), content)).toBe(0);
        }
      });
    });
  });
}
