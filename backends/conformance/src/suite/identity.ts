import { describe, expect, test } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import type { FileId, StorageErrorCode } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function identityTests(f: Fixture): void {
  describe('file ids', () => {
    const list = { limit: 10, attributes: false };

    /** Every call that takes a file id, by name. */
    function callsById(id: FileId): [string, () => Promise<unknown>][] {
      const { volume } = f;
      return [
        ['getattr', () => volume.getattr(call, id)],
        ['setattr', () => volume.setattr(call, id, { mode: 0 })],
        ['readlink', () => volume.readlink(call, id)],
        ['link', () => volume.link(call, id, f.root, bytes('l'))],
        ['getxattr', () => volume.getxattr(call, id, 'user.x')],
        ['listxattr', () => volume.listxattr(call, id)],
        ['setxattr', () => volume.setxattr(call, id, 'user.x', bytes('v'), 'either')],
        ['removexattr', () => volume.removexattr(call, id, 'user.x')],
        ['open', () => volume.open(call, id, 'read')],
      ];
    }

    function callsByDirectory(id: FileId, file: FileId): [string, () => Promise<unknown>][] {
      const { volume, root } = f;
      const name = bytes('x');
      const present = bytes('file');
      return [
        ['lookup', () => volume.lookup(call, id, name)],
        ['parent', () => volume.parent(call, id)],
        ['create', () => volume.create(call, id, name, { kind: 'unchecked' }, newFile())],
        ['mkdir', () => volume.mkdir(call, id, name, newFile())],
        ['mknod', () => volume.mknod(call, id, name, 'fifo', { major: 0, minor: 0 }, newFile())],
        ['symlink', () => volume.symlink(call, id, name, bytes('t'), newFile())],
        ['link', () => volume.link(call, file, id, name)],
        ['unlink', () => volume.unlink(call, id, name)],
        ['rmdir', () => volume.rmdir(call, id, name)],
        ['rename from', () => volume.rename(call, id, name, root, name)],
        ['rename to', () => volume.rename(call, root, present, id, name)],
        ['replace from', () => volume.replace(call, id, name, root, name)],
        ['replace to', () => volume.replace(call, root, present, id, name)],
        ['readdir', () => volume.readdir(call, id, 0n, list)],
        [
          'listByName',
          () => volume.listByName?.(call, id, bytes(''), false, list) ?? volume.readdir(call, id, 0n, list),
        ],
      ];
    }

    function nowCalls(id: FileId): (() => unknown)[] {
      return [() => f.volume.getattrNow?.(id), () => f.volume.lookupNow?.(id, bytes('x'))];
    }

    async function expectAll(calls: [string, () => Promise<unknown>][], code: StorageErrorCode): Promise<void> {
      for (const [name, step] of calls) {
        const outcome = await step().then(
          () => 'done',
          (error: unknown) => (isStorageError(error) ? error.code : error),
        );
        expect(outcome, name).toBe(code);
      }
    }

    function expectNow(calls: (() => unknown)[], code: StorageErrorCode): void {
      for (const step of calls) {
        try {
          expect(step()).toBeUndefined();
        } catch (error) {
          expect(error).toMatchObject({ code });
        }
      }
    }

    test.each([
      ['unknown', 2n ** 100n + 7n],
      ['zero', 0n],
      ['large', 2n ** 128n - 1n],
    ])('anyCall_%sId_isStale', async (_, id) => {
      const file = await f.file(f.root, 'file');
      await expectAll([...callsById(id), ...callsByDirectory(id, file)], 'stale');
      expectNow(nowCalls(id), 'stale');
      expect(await f.names(f.root)).toEqual(['file']);
    });

    test('anyCall_idOfRemovedFile_isStale', async () => {
      const file = await f.file(f.root, 'file');
      const gone = await f.file(f.root, 'gone');
      await f.volume.unlink(call, f.root, bytes('gone'));
      await f.file(f.root, 'gone');
      await expectAll([...callsById(gone), ...callsByDirectory(gone, file)], 'stale');
      expectNow(nowCalls(gone), 'stale');
    });

    test('anyCall_idOfRemovedDirectory_isStale', async () => {
      const file = await f.file(f.root, 'file');
      const gone = await f.mkdir(f.root, 'gone');
      await f.volume.rmdir(call, f.root, bytes('gone'));
      await expectAll([...callsById(gone), ...callsByDirectory(gone, file)], 'stale');
      expectNow(nowCalls(gone), 'stale');
    });

    test('directoryCalls_idOfOtherType_areNotDirectory', async () => {
      const file = await f.file(f.root, 'file');
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('.'), newFile());
      await expectAll(callsByDirectory(file, file), 'notDirectory');
      await expectAll(callsByDirectory(attributes.id, file), 'notDirectory');
      expect(await f.names(f.root)).toEqual(['file', 's']);
    });

    test('id_overRename_isStable', async () => {
      const file = await f.file(f.root, 'file');
      const d = await f.mkdir(f.root, 'd');
      await f.volume.rename(call, f.root, bytes('file'), d, bytes('moved'));
      await f.volume.rename(call, f.root, bytes('d'), f.root, bytes('e'));
      expect((await f.lookup(d, 'moved'))?.id).toBe(file);
      expect((await f.lookup(f.root, 'e'))?.id).toBe(d);
    });

    test('stale_thenNothing_isMadeByIt', async () => {
      await expectCode(f.volume.create(call, 2n ** 64n, bytes('x'), { kind: 'unchecked' }, newFile()), 'stale');
    });
  });
}
