import { describe, expect, test } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, text, type Fixture } from '../fixture.ts';

export function handleTests(f: Fixture): void {
  describe('handles', () => {
    test('open_directoryOrSymlink_isRefused', async () => {
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      await expectCode(f.volume.open(call, f.root, 'read'), 'isDirectory');
      await expectCode(f.volume.open(call, attributes.id, 'write'), 'wrongType');
    });

    test('open_file_hasItsIdAndAccess', async () => {
      const id = await f.file(f.root, 'a');
      for (const access of ['read', 'write'] as const) {
        await f.withHandle(id, access, async (handle) => {
          expect([handle.id, handle.access]).toEqual([id, access]);
        });
      }
    });

    test('readHandle_thatWouldChange_isBadHandle', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.withHandle(id, 'read', async (handle) => {
        await expectCode(handle.write(call, 0, [bytes('x')], 'file'), 'badHandle');
        await expectCode(handle.allocate(call, 0, 100, true), 'badHandle');
        await expectCode(handle.punch(call, 0, 1), 'badHandle');
      });
      expect(await f.readText(id)).toBe('content');
    });

    test('writeHandle_canRead_too', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.withHandle(id, 'write', async (handle) => {
        expect(text((await handle.read(call, 0, 10)).bytes)).toBe('content');
      });
    });

    test('close_thenAnyCall_isBadHandle', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const handle = await f.volume.open(call, id, 'write');
      await handle.close();
      await handle.close();
      await expectCode(handle.read(call, 0, 1), 'badHandle');
      await expectCode(handle.write(call, 0, [bytes('x')], 'file'), 'badHandle');
      await expectCode(handle.sync(call), 'badHandle');
      await expectCode(handle.allocate(call, 0, 1, true), 'badHandle');
      await expectCode(handle.punch(call, 0, 1), 'badHandle');
      await expectCode(handle.seek(call, 'data', 0), 'badHandle');
      try {
        expect(handle.readNow(0, 1)).toBeUndefined();
      } catch (error) {
        expect(isStorageError(error, 'badHandle')).toBe(true);
      }
    });

    test('close_withUnsyncedWrites_doesNotLoseThem', async () => {
      const id = await f.file(f.root, 'a');
      await f.write(id, 0, pattern(100_000), 'unstable');
      expect(await f.read(id)).toEqual(pattern(100_000));
      await f.withHandle(id, 'read', (handle) => handle.sync(call));
      expect(await f.read(id)).toEqual(pattern(100_000));
    });

    test('unlinkedFile_whileOpen_livesInEveryRespect', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const handle = await f.volume.open(call, id, 'write');
      await f.volume.unlink(call, f.root, bytes('a'));
      expect(await f.attributes(id)).toMatchObject({ id, nlink: 0, size: 7 });
      await handle.write(call, 7, [bytes(' after unlink')], 'file');
      await f.volume.setattr(call, id, { mode: 0o600 });
      await f.volume.setxattr(call, id, 'user.x', bytes('v'), 'either');
      expect(text((await handle.read(call, 0, 100)).bytes)).toBe('content after unlink');
      expect(await f.attributes(id)).toMatchObject({ mode: 0o600, nlink: 0 });
      expect((await handle.sync(call)).after.nlink).toBe(0);
      await handle.close();
      await expectCode(f.attributes(id), 'stale');
      await expectCode(f.volume.open(call, id, 'read'), 'stale');
    });

    test('unlinkedFile_openedAgainWhileHeld_livesUntilTheLastClose', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const first = await f.volume.open(call, id, 'read');
      await f.volume.unlink(call, f.root, bytes('a'));
      const second = await f.volume.open(call, id, 'read');
      await first.close();
      expect(text((await second.read(call, 0, 10)).bytes)).toBe('content');
      expect((await f.attributes(id)).nlink).toBe(0);
      await second.close();
      await expectCode(f.volume.open(call, id, 'read'), 'stale');
    });

    test('close_twice_givesUpOneHold', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const [first, second] = [await f.volume.open(call, id, 'read'), await f.volume.open(call, id, 'read')];
      await f.volume.unlink(call, f.root, bytes('a'));
      await first.close();
      await first.close();
      expect(text((await second.read(call, 0, 10)).bytes)).toBe('content');
      expect((await f.attributes(id)).nlink).toBe(0);
      await second.close();
      await expectCode(f.attributes(id), 'stale');
    });

    test('fileTakenOver_byRename_livesByItsHandle', async () => {
      const old = await f.file(f.root, 'a', 'old');
      await f.withHandle(old, 'read', async (handle) => {
        await f.file(f.root, 'b', 'new');
        const { replaced } = await f.volume.rename(call, f.root, bytes('b'), f.root, bytes('a'));
        expect(replaced).toMatchObject({ id: old, nlink: 0 });
        expect(text((await handle.read(call, 0, 10)).bytes)).toBe('old');
      });
      await expectCode(f.attributes(old), 'stale');
    });

    test('handle_overRename_staysOnItsFile', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const d = await f.mkdir(f.root, 'd');
      await f.withHandle(id, 'write', async (handle) => {
        await f.volume.rename(call, f.root, bytes('a'), d, bytes('b'));
        await handle.write(call, 0, [bytes('CONTENT')], 'unstable');
      });
      expect(await f.readText(id)).toBe('CONTENT');
    });

    test('handles_hundredsAtOnce_areIndependent', async () => {
      const ids = await Promise.all(Array.from({ length: 200 }, (_, index) => f.file(f.root, `f${index}`, `${index}`)));
      const handles = await Promise.all(ids.map((id) => f.volume.open(call, id, 'read')));
      const contents = await Promise.all(handles.map((handle) => handle.read(call, 0, 10)));
      expect(contents.map((result) => text(result.bytes))).toEqual(ids.map((_, index) => `${index}`));
      await Promise.all(handles.map((handle) => handle.close()));
    });

    test('close_whileCallsRun_letsThemSettle', async () => {
      const id = await f.file(f.root, 'a');
      const handle = await f.volume.open(call, id, 'write');
      const writes = Array.from({ length: 10 }, (_, index) =>
        handle.write(call, index * 1000, [pattern(1000, index)], 'unstable'),
      );
      const closed = handle.close();
      const settled = await Promise.allSettled(writes);
      await closed;
      const done = settled.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
      for (const index of done) expect(await f.read(id, index * 1000, 1000)).toEqual(pattern(1000, index));
      for (const result of settled) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'badHandle' });
      }
    });
  });
}
