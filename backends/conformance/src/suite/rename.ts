import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { stampOf } from '@polynas/core/spi';
import { bytes, call, expectCode, type Fixture } from '../fixture.ts';

export function renameTests(f: Fixture): void {
  describe('rename', () => {
    const rename = (from: bigint, name: string, to: bigint, toName: string) =>
      f.volume.rename(call, from, bytes(name), to, bytes(toName));

    test('rename_inOneDirectory_keepsIdAndContent', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      await f.tick();
      const result = await rename(f.root, 'a', f.root, 'b');
      expect(result).toMatchObject({ unchanged: false, moved: { id, nlink: 1, modified: before.modified } });
      expect(result.replaced).toBeUndefined();
      expect(result.moved.change).toBeGreaterThan(before.change);
      expect(result.moved.changed).not.toEqual(before.changed);
      expect(result.to).toEqual(result.from);
      expect(await f.names(f.root)).toEqual(['b']);
      expect(await f.readText(id)).toBe('content');
    });

    test('rename_acrossDirectories_tellsBothChanges', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.file(f.root, 'a');
      const before = [stampOf(await f.attributes(f.root)), stampOf(await f.attributes(d))];
      const { from, to } = await rename(f.root, 'a', d, 'b');
      expect([from.before, to.before]).toEqual(before);
      expect([from.after, to.after]).toEqual([await f.attributes(f.root), await f.attributes(d)]);
      expect([await f.names(f.root), await f.names(d)]).toEqual([['d'], ['b']]);
    });

    test('rename_directoryAcrossDirectories_movesNlinkAndSubtree', async () => {
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(f.root, 'e');
      const sub = await f.mkdir(d, 'sub');
      await f.file(sub, 'deep', 'content');
      await rename(f.root, 'd', e, 'moved');
      expect([(await f.attributes(f.root)).nlink, (await f.attributes(e)).nlink]).toEqual([3, 3]);
      expect(await f.names(sub)).toEqual(['deep']);
    });

    test('rename_ontoFile_takesItOver', async () => {
      const a = await f.file(f.root, 'a', 'new');
      const b = await f.file(f.root, 'b', 'old');
      const result = await rename(f.root, 'a', f.root, 'b');
      expect(result).toMatchObject({ moved: { id: a, nlink: 1 }, replaced: { id: b, nlink: 0 } });
      expect(await f.names(f.root)).toEqual(['b']);
      expect(await f.readText(a)).toBe('new');
      await expectCode(f.attributes(b), 'stale');
    });

    test('rename_ontoOneOfTwoNames_leavesTheOther', async () => {
      await f.file(f.root, 'a');
      const b = await f.file(f.root, 'b', 'kept');
      await f.volume.link(call, b, f.root, bytes('other'));
      const { replaced } = await rename(f.root, 'a', f.root, 'b');
      expect(replaced).toMatchObject({ id: b, nlink: 1 });
      expect(await f.readText(b)).toBe('kept');
    });

    test('rename_symlinkAndFile_takeOverEachOther', async () => {
      const owner = { uid: 0, gid: 0, mode: 0o777 };
      await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), owner);
      await f.file(f.root, 'a');
      expect((await rename(f.root, 's', f.root, 'a')).moved.type).toBe('symlink');
      await f.file(f.root, 'b');
      expect((await rename(f.root, 'b', f.root, 'a')).moved.type).toBe('file');
      expect(await f.names(f.root)).toEqual(['a']);
    });

    test('rename_ontoEmptyDirectory_takesItOver', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.file(d, 'inside');
      const e = await f.mkdir(f.root, 'e');
      const result = await rename(f.root, 'd', f.root, 'e');
      expect(result).toMatchObject({ moved: { id: d }, replaced: { id: e, nlink: 0 } });
      expect((await f.attributes(f.root)).nlink).toBe(3);
      await expectCode(f.attributes(e), 'stale');
    });

    test('rename_ontoOtherKindOrNotEmpty_isRefused', async () => {
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(f.root, 'e');
      await f.file(e, 'inside');
      await f.file(f.root, 'a');
      await expectCode(rename(f.root, 'd', f.root, 'a'), 'notDirectory');
      await expectCode(rename(f.root, 'a', f.root, 'd'), 'isDirectory');
      await expectCode(rename(f.root, 'd', f.root, 'e'), 'notEmpty');
      expect(await f.names(f.root)).toEqual(['a', 'd', 'e']);
      expect(await f.names(d)).toEqual([]);
    });

    test('rename_directoryBelowItself_isInvalid', async () => {
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(d, 'e');
      const g = await f.mkdir(e, 'g');
      await expectCode(rename(f.root, 'd', d, 'x'), 'invalid');
      await expectCode(rename(f.root, 'd', g, 'x'), 'invalid');
      await expectCode(rename(d, 'e', e, 'e'), 'invalid');
      await rename(e, 'g', f.root, 'g');
      await rename(f.root, 'd', g, 'd');
      expect(await f.names(g)).toEqual(['d']);
    });

    test('rename_ontoOwnAncestor_isNotEmpty', async () => {
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(d, 'e');
      await f.mkdir(e, 'g');
      await expectCode(rename(e, 'g', f.root, 'd'), 'notEmpty');
    });

    test('rename_toTheSameName_isUnchanged', async () => {
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'd');
      const before = [await f.attributes(f.root), await f.entries(f.root, 10, true)];
      expect(await rename(f.root, 'a', f.root, 'a')).toMatchObject({ unchanged: true });
      expect(await rename(f.root, 'd', f.root, 'd')).toMatchObject({ unchanged: true });
      expect([await f.attributes(f.root), await f.entries(f.root, 10, true)]).toEqual(before);
    });

    test('rename_ontoHardLinkOfTheSameFile_isUnchanged', async () => {
      const d = await f.mkdir(f.root, 'd');
      const id = await f.file(f.root, 'a');
      await f.volume.link(call, id, d, bytes('b'));
      const before = [await f.attributes(f.root), await f.attributes(d), await f.attributes(id)];
      const result = await rename(f.root, 'a', d, 'b');
      expect(result).toMatchObject({ unchanged: true, moved: { id, nlink: 2 } });
      expect(result.replaced).toBeUndefined();
      expect([await f.attributes(f.root), await f.attributes(d), await f.attributes(id)]).toEqual(before);
      expect([await f.names(f.root), await f.names(d)]).toEqual([['a', 'd'], ['b']]);
    });

    test('rename_missingSource_isNotFound', async () => {
      await f.file(f.root, 'a', 'kept');
      await expectCode(rename(f.root, 'none', f.root, 'a'), 'notFound');
      await expectCode(rename(f.root, 'none', f.root, 'none'), 'notFound');
      expect(await f.names(f.root)).toEqual(['a']);
    });

    test('rename_betweenFiles_isNotDirectory', async () => {
      const a = await f.file(f.root, 'a');
      await expectCode(rename(f.root, 'a', a, 'b'), 'notDirectory');
      await expectCode(rename(a, 'x', f.root, 'b'), 'notDirectory');
    });

    test('rename_twoIntoOneAnother_neverMakesACycle', async () => {
      for (let round = 0; round < 10; round += 1) {
        const d = await f.mkdir(f.root, 'd');
        const e = await f.mkdir(f.root, 'e');
        const settled = await Promise.allSettled([rename(f.root, 'd', e, 'x'), rename(f.root, 'e', d, 'x')]);
        expect(settled.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
        const [top, inner] = (await f.names(f.root)).includes('d') ? [d, 'd'] : [e, 'e'];
        await f.volume.rmdir(call, top, bytes('x'));
        await f.volume.rmdir(call, f.root, bytes(inner));
      }
    });

    test('rename_backAndForthWhileLookedUp_isAlwaysUnderOneName', async () => {
      const id = await f.file(f.root, 'a');
      let moving = true;
      const mover = (async () => {
        for (let round = 0; round < 30; round += 1) {
          await rename(f.root, 'a', f.root, 'b');
          await rename(f.root, 'b', f.root, 'a');
        }
        moving = false;
      })();
      while (moving) {
        // What is at hand is answered within a turn; the others need turns as well.
        await setImmediate();
        const page = await f.volume.readdir(call, f.root, 0n, { limit: 10, attributes: false });
        expect(page.entries.map((entry) => entry.id)).toEqual([id]);
      }
      await mover;
    });

    test('rename_manyOntoOneNameAtOnce_oneRemains', async () => {
      const names = Array.from({ length: 10 }, (_, index) => `s${index}`);
      for (const name of names) await f.file(f.root, name, name);
      await Promise.all(names.map((name) => rename(f.root, name, f.root, 'target')));
      expect(await f.names(f.root)).toEqual(['target']);
    });
  });
}
