import { describe, expect, test } from 'vitest';
import { stampOf } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function treeTests(f: Fixture): void {
  describe('tree', () => {
    test('root_ofNewVolume_isDirectory0755OfSuperuser', async () => {
      expect(await f.attributes(f.root)).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, gid: 0, nlink: 2 });
      expect(await f.names(f.root)).toEqual([]);
    });

    test('lookup_missingName_isUndefined', async () => {
      expect(await f.lookup(f.root, 'nothing')).toBeUndefined();
    });

    test('lookup_presentName_equalsGetattr', async () => {
      const id = await f.file(f.root, 'a', 'content');
      expect(await f.lookup(f.root, 'a')).toEqual(await f.attributes(id));
    });

    test('lookup_inFile_isNotDirectory', async () => {
      const id = await f.file(f.root, 'a');
      await expectCode(f.lookup(id, 'b'), 'notDirectory');
    });

    test('lookupNow_whereItAnswers_equalsLookup', async () => {
      await f.file(f.root, 'a');
      const found = f.volume.lookupNow?.(f.root, bytes('a'));
      if (found !== undefined) expect(found.attributes).toEqual(await f.lookup(f.root, 'a'));
      const missing = f.volume.lookupNow?.(f.root, bytes('b'));
      if (missing !== undefined) expect(missing.attributes).toBeUndefined();
    });

    test('getattrNow_whereItAnswers_equalsGetattr', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const now = f.volume.getattrNow?.(id);
      if (now !== undefined) expect(now).toEqual(await f.attributes(id));
    });

    test('now_afterEachMutation_isUpToDate', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.volume.setattr(call, id, { mode: 0o600 });
      expect(f.volume.getattrNow?.(id)?.mode ?? 0o600).toBe(0o600);
      await f.write(id, 0, 'longer content', 'unstable');
      expect(f.volume.getattrNow?.(id)?.size ?? 14).toBe(14);
      await f.volume.unlink(call, f.root, bytes('a'));
      const now = f.volume.lookupNow?.(f.root, bytes('a'));
      if (now !== undefined) expect(now.attributes).toBeUndefined();
    });

    test('mkdir_newName_makesEmptyDirectoryWithOwner', async () => {
      const { attributes, created } = await f.volume.mkdir(
        call,
        f.root,
        bytes('d'),
        newFile({ mode: 0o2770, uid: 7, gid: 8 }),
      );
      expect(created).toBe(true);
      expect(attributes).toMatchObject({ type: 'directory', mode: 0o2770, uid: 7, gid: 8, nlink: 2 });
      expect(await f.names(attributes.id)).toEqual([]);
    });

    test('mkdir_nameTaken_isExists', async () => {
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'd');
      await expectCode(f.mkdir(f.root, 'a'), 'exists');
      await expectCode(f.mkdir(f.root, 'd'), 'exists');
    });

    test('mkdir_each_raisesParentsNlink', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.mkdir(d, 'e');
      await f.mkdir(d, 'f');
      expect((await f.attributes(d)).nlink).toBe(4);
      const { directory } = await f.volume.rmdir(call, d, bytes('e'));
      expect(directory.after.nlink).toBe(3);
    });

    test('parent_ofDirectories_isWhereTheyAre', async () => {
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(d, 'e');
      expect(await f.volume.parent(call, f.root)).toBeUndefined();
      expect(await f.volume.parent(call, e)).toEqual({ id: d, name: bytes('e') });
      await f.volume.rename(call, d, bytes('e'), f.root, bytes('moved'));
      expect(await f.volume.parent(call, e)).toEqual({ id: f.root, name: bytes('moved') });
    });

    test('parent_ofFileOrRemovedDirectory_isNotDirectoryOrStale', async () => {
      await expectCode(f.volume.parent(call, await f.file(f.root, 'a')), 'notDirectory');
      const d = await f.mkdir(f.root, 'd');
      await f.volume.rmdir(call, f.root, bytes('d'));
      await expectCode(f.volume.parent(call, d), 'stale');
    });

    test.each(['fifo', 'socket', 'block', 'character'] as const)('mknod_%s_keepsTypeAndDevice', async (type) => {
      const rdev = { major: 259, minor: 70_000 };
      const { attributes } = await f.volume.mknod(call, f.root, bytes('n'), type, rdev, newFile({ mode: 0o600 }));
      expect(attributes).toMatchObject({ type, mode: 0o600, nlink: 1, size: 0 });
      if (type === 'block' || type === 'character') expect(attributes.rdev).toEqual(rdev);
      await expectCode(f.volume.mknod(call, f.root, bytes('n'), type, rdev, newFile()), 'exists');
      await expectCode(f.volume.open(call, attributes.id, 'read'), 'wrongType');
      await expectCode(f.volume.readlink(call, attributes.id), 'wrongType');
    });

    test('symlink_anyBytes_keepsTargetByteForByte', async () => {
      const target = Uint8Array.of(0x2e, 0x2e, 0x2f, 0xff, 0x00, 0x2f, 0x2f, 0xc3);
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), target, newFile({ mode: 0o777 }));
      expect(attributes).toMatchObject({ type: 'symlink', size: target.length, nlink: 1 });
      expect(new Uint8Array(await f.volume.readlink(call, attributes.id))).toEqual(target);
    });

    test('symlink_emptyOrTooLongTarget_isRefused', async () => {
      const longest = new Uint8Array(f.volume.traits.maxSymlinkBytes).fill(0x61);
      const { attributes } = await f.volume.symlink(call, f.root, bytes('long'), longest, newFile());
      expect(new Uint8Array(await f.volume.readlink(call, attributes.id))).toEqual(longest);
      const longer = new Uint8Array(longest.length + 1).fill(0x61);
      await expectCode(f.volume.symlink(call, f.root, bytes('s'), longer, newFile()), 'nameTooLong');
      await expectCode(f.volume.symlink(call, f.root, bytes('s'), new Uint8Array(), newFile()), 'invalid');
      expect(await f.names(f.root)).toEqual(['long']);
    });

    test('symlink_nameTaken_isExists', async () => {
      await f.file(f.root, 'a');
      await expectCode(f.volume.symlink(call, f.root, bytes('a'), bytes('t'), newFile()), 'exists');
    });

    test('readlink_ofFileOrDirectory_isWrongType', async () => {
      await expectCode(f.volume.readlink(call, await f.file(f.root, 'a')), 'wrongType');
      await expectCode(f.volume.readlink(call, f.root), 'wrongType', 'isDirectory');
    });

    test('entryChanges_each_moveTimesAndChangeOfDirectory', async () => {
      const d = await f.mkdir(f.root, 'd');
      const id = await f.file(d, 'a');
      const steps = [
        () => f.file(d, 'new'),
        () => f.mkdir(d, 'sub'),
        () => f.volume.symlink(call, d, bytes('s'), bytes('t'), newFile()),
        () => f.volume.mknod(call, d, bytes('n'), 'fifo', { major: 0, minor: 0 }, newFile()),
        () => f.volume.link(call, id, d, bytes('linked')),
        () => f.volume.rename(call, d, bytes('linked'), d, bytes('renamed')),
        () => f.volume.unlink(call, d, bytes('renamed')),
        () => f.volume.rmdir(call, d, bytes('sub')),
        () => f.volume.replace(call, d, bytes('new'), d, bytes('published')),
        () => f.volume.rename(call, d, bytes('published'), f.root, bytes('out')),
        () => f.volume.rename(call, f.root, bytes('out'), d, bytes('in')),
      ];
      for (const step of steps) {
        const before = await f.attributes(d);
        await f.tick();
        await step();
        const after = await f.attributes(d);
        expect(after.change, String(step)).toBeGreaterThan(before.change);
        expect(after.modified, String(step)).not.toEqual(before.modified);
        expect(after.changed, String(step)).not.toEqual(before.changed);
      }
    });

    test('directoryChange_ofCreateAndUnlink_saysBeforeAndAfter', async () => {
      const before = stampOf(await f.attributes(f.root));
      const created = await f.volume.create(call, f.root, bytes('a'), { kind: 'guarded' }, newFile());
      const between = await f.attributes(f.root);
      expect(created.directory).toEqual({ before, after: between, atomic: true });
      const removed = await f.volume.unlink(call, f.root, bytes('a'));
      expect(removed.directory.before).toEqual(stampOf(between));
      expect(removed.directory.after).toEqual(await f.attributes(f.root));
    });

    test('rejectedMutations_each_changeNothing', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.file(d, 'a');
      const before = [await f.attributes(f.root), await f.attributes(d), await f.entries(d, 10, true)];
      await expectCode(f.mkdir(f.root, 'd'), 'exists');
      await expectCode(f.file(d, 'a'), 'exists');
      await expectCode(f.volume.rmdir(call, f.root, bytes('d')), 'notEmpty');
      await expectCode(f.volume.unlink(call, f.root, bytes('d')), 'isDirectory');
      await expectCode(f.volume.rename(call, f.root, bytes('d'), d, bytes('below')), 'invalid');
      await expectCode(f.volume.link(call, d, d, bytes('l')), 'isDirectory');
      expect([await f.attributes(f.root), await f.attributes(d), await f.entries(d, 10, true)]).toEqual(before);
    });
  });
}
