import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, type Fixture } from '../fixture.ts';

export function removeTests(f: Fixture): void {
  describe('remove and link', () => {
    test('unlink_lastName_takesTheFileAway', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      const { removed } = await f.volume.unlink(call, f.root, bytes('a'));
      expect(removed).toMatchObject({ id, nlink: 0 });
      expect(removed.change).toBeGreaterThan(before.change);
      expect(await f.lookup(f.root, 'a')).toBeUndefined();
      await expectCode(f.attributes(id), 'stale');
    });

    test('unlink_missingName_isNotFound', async () => {
      await expectCode(f.volume.unlink(call, f.root, bytes('a')), 'notFound');
      await expectCode(f.volume.rmdir(call, f.root, bytes('a')), 'notFound');
    });

    test('unlink_directory_isIsDirectory', async () => {
      await f.mkdir(f.root, 'd');
      await expectCode(f.volume.unlink(call, f.root, bytes('d')), 'isDirectory');
    });

    test('unlink_nameMadeAgain_isAnotherFile', async () => {
      const seen = new Set<bigint>();
      for (let round = 0; round < 20; round += 1) {
        const id = await f.file(f.root, 'a');
        expect(seen.has(id), 'an id is never reused').toBe(false);
        seen.add(id);
        await f.volume.unlink(call, f.root, bytes('a'));
      }
    });

    test('rmdir_emptyDirectory_takesItAway', async () => {
      const d = await f.mkdir(f.root, 'd');
      const { removed } = await f.volume.rmdir(call, f.root, bytes('d'));
      expect(removed).toMatchObject({ id: d, type: 'directory', nlink: 0 });
      await expectCode(f.attributes(d), 'stale');
    });

    test('rmdir_fileOrNotEmpty_isRefused', async () => {
      await f.file(f.root, 'a');
      await expectCode(f.volume.rmdir(call, f.root, bytes('a')), 'notDirectory');
      const d = await f.mkdir(f.root, 'd');
      await f.file(d, 'b');
      await expectCode(f.volume.rmdir(call, f.root, bytes('d')), 'notEmpty');
      await f.volume.unlink(call, d, bytes('b'));
      await f.volume.rmdir(call, f.root, bytes('d'));
    });

    test('rmdir_thenUseOfItsId_isStale', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.volume.rmdir(call, f.root, bytes('d'));
      await expectCode(f.file(d, 'a'), 'stale');
      await expectCode(f.mkdir(d, 'a'), 'stale');
      await expectCode(f.lookup(d, 'a'), 'stale');
      await expectCode(f.entries(d), 'stale');
    });

    test('rmdir_whileNameIsMade_oneOfThemIsRefused', async () => {
      for (let round = 0; round < 20; round += 1) {
        const d = await f.mkdir(f.root, 'd');
        const [made, removed] = await Promise.allSettled([f.file(d, 'a'), f.volume.rmdir(call, f.root, bytes('d'))]);
        expect([made.status, removed.status].toSorted()).toEqual(['fulfilled', 'rejected']);
        if (removed.status === 'rejected') {
          await f.volume.unlink(call, d, bytes('a'));
          await f.volume.rmdir(call, f.root, bytes('d'));
        }
      }
    });

    test('link_toFile_isAnotherNameOfIt', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const d = await f.mkdir(f.root, 'd');
      const before = await f.attributes(id);
      await f.tick();
      const { attributes, created } = await f.volume.link(call, id, d, bytes('b'));
      expect(created).toBe(true);
      expect(attributes).toMatchObject({ id, nlink: 2, modified: before.modified });
      expect(attributes.change).toBeGreaterThan(before.change);
      expect(attributes.changed).not.toEqual(before.changed);
      expect(await f.lookup(d, 'b')).toEqual(await f.lookup(f.root, 'a'));
    });

    test('link_firstNameUnlinked_leavesTheOther', async () => {
      const id = await f.file(f.root, 'a', 'content');
      await f.volume.link(call, id, f.root, bytes('b'));
      const before = await f.attributes(id);
      await f.tick();
      const { removed } = await f.volume.unlink(call, f.root, bytes('a'));
      expect(removed).toMatchObject({ id, nlink: 1 });
      expect(removed.change).toBeGreaterThan(before.change);
      expect(removed.changed).not.toEqual(before.changed);
      expect(await f.readText(id)).toBe('content');
    });

    test('link_toDirectoryOrTakenName_isRefused', async () => {
      const d = await f.mkdir(f.root, 'd');
      const id = await f.file(f.root, 'a');
      await expectCode(f.volume.link(call, d, f.root, bytes('l')), 'isDirectory');
      await expectCode(f.volume.link(call, id, f.root, bytes('d')), 'exists');
      await expectCode(f.volume.link(call, id, f.root, bytes('a')), 'exists');
      await expectCode(f.volume.link(call, id, id, bytes('l')), 'notDirectory');
    });

    test('link_toFileWithoutName_isStale', async () => {
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', async () => {
        await f.volume.unlink(call, f.root, bytes('a'));
        await expectCode(f.volume.link(call, id, f.root, bytes('back')), 'stale');
      });
      await expectCode(f.volume.link(call, id, f.root, bytes('back')), 'stale');
    });

    test('link_toSymlink_isNotFollowed', async () => {
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('gone'), {
        uid: 0,
        gid: 0,
        mode: 0o777,
      });
      const linked = await f.volume.link(call, attributes.id, f.root, bytes('l'));
      expect(linked.attributes).toMatchObject({ id: attributes.id, type: 'symlink', nlink: 2 });
    });

    test('link_beyondMaxLinks_isTooManyLinks', async ({ skip }) => {
      const { maxLinks } = f.volume.traits;
      skip(maxLinks > 2000, 'too many to try');
      const id = await f.file(f.root, 'a');
      for (let count = 1; count < maxLinks; count += 1) await f.volume.link(call, id, f.root, bytes(`l${count}`));
      await expectCode(f.volume.link(call, id, f.root, bytes('over')), 'tooManyLinks');
      expect((await f.attributes(id)).nlink).toBe(maxLinks);
    });
  });
}
