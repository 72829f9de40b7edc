import { describe, expect, test } from 'vitest';
import { stampOf } from '@polynas/core/spi';
import type { AttributeChanges, Timestamp } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function attributeTests(f: Fixture): void {
  describe('attributes', () => {
    const time = { seconds: 1_234_567_890, nanoseconds: 0 };
    const single: [string, AttributeChanges][] = [
      ['mode', { mode: 0o7777 }],
      ['mode0', { mode: 0 }],
      ['uid', { uid: 4_294_967_294 }],
      ['gid', { gid: 65_534 }],
      ['dosBits', { dosBits: 0x27 }],
      ['born', { born: time }],
      ['accessed', { accessed: time }],
    ];

    test.each(single)('setattr_%s_setsThatAndNothingElse', async (_, changes) => {
      for (const id of [await f.file(f.root, 'a', 'content'), await f.mkdir(f.root, 'd')]) {
        const before = await f.attributes(id);
        await f.tick();
        const result = await f.volume.setattr(call, id, changes);
        expect(result.before).toEqual(stampOf(before));
        const { changed, change } = result.after;
        expect(result.after).toEqual({ ...before, ...changes, changed, change });
        expect(change).toBeGreaterThan(before.change);
        expect(changed).not.toEqual(before.changed);
        expect(await f.attributes(id)).toEqual(result.after);
      }
    });

    test('setattr_all_appliesTogether', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const changes = { mode: 0o1234, uid: 1, gid: 2, size: 3, accessed: time, modified: time, born: time, dosBits: 1 };
      const { after } = await f.volume.setattr(call, id, changes);
      expect(after).toMatchObject(changes);
      expect(await f.readText(id)).toBe('con');
    });

    test('setattr_ofSymlinkAndDevice_works', async () => {
      const { attributes: link } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      const rdev = { major: 1, minor: 2 };
      const { attributes: node } = await f.volume.mknod(call, f.root, bytes('n'), 'character', rdev, newFile());
      for (const { id } of [link, node]) {
        const { after } = await f.volume.setattr(call, id, { uid: 5, mode: 0o700, modified: time });
        expect(after).toMatchObject({ uid: 5, mode: 0o700, modified: time });
      }
      expect((await f.attributes(node.id)).rdev).toEqual(rdev);
    });

    test('setattr_size_movesModifiedUnlessGiven', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      await f.tick();
      const { after } = await f.volume.setattr(call, id, { size: 100 });
      expect(after.size).toBe(100);
      expect(after.modified).not.toEqual(before.modified);
      const given = await f.volume.setattr(call, id, { size: 5, modified: time });
      expect(given.after).toMatchObject({ size: 5, modified: time });
    });

    test('setattr_sizeOfOtherThanFile_isRefused', async () => {
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      await expectCode(f.volume.setattr(call, f.root, { size: 0 }), 'isDirectory');
      await expectCode(f.volume.setattr(call, attributes.id, { size: 0, mode: 0o123 }), 'wrongType');
      expect(await f.attributes(attributes.id)).toEqual(attributes);
    });

    test.each<[string, AttributeChanges]>([
      ['modeTooLarge', { mode: 0o10000 }],
      ['modeNegative', { mode: -1 }],
      ['modeFraction', { mode: 0.5 }],
      ['sizeNegative', { size: -1 }],
      ['sizeFraction', { size: 1.5 }],
      ['uidNegative', { uid: -1 }],
      ['nanosecondsTooLarge', { modified: { seconds: 0, nanoseconds: 1_000_000_000 } }],
      ['nanosecondsNegative', { accessed: { seconds: 0, nanoseconds: -1 } }],
      ['secondsUnsafe', { born: { seconds: 2 ** 53, nanoseconds: 0 } }],
    ])('setattr_%s_isInvalidAndChangesNothing', async (_, changes) => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      await expectCode(f.volume.setattr(call, id, { gid: 77, ...changes }), 'invalid');
      expect(await f.attributes(id)).toEqual(before);
    });

    test('attributes_heldByCaller_neverChange', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const held = await f.attributes(id);
      const copy = structuredClone(held);
      await f.volume.setattr(call, id, {
        mode: 0,
        size: 1,
        accessed: time,
        modified: time,
        born: time,
        dosBits: 1,
        uid: 3,
        gid: 3,
      });
      await f.volume.link(call, id, f.root, bytes('b'));
      expect(held).toEqual(copy);
    });

    test('read_lookupAndListing_leaveChangeAlone', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = [(await f.attributes(id)).change, (await f.attributes(f.root)).change];
      await f.read(id);
      await f.lookup(f.root, 'a');
      await f.entries(f.root, 10, true);
      await f.volume.listxattr(call, id);
      await f.withHandle(id, 'read', (handle) => handle.sync(call));
      expect([(await f.attributes(id)).change, (await f.attributes(f.root)).change]).toEqual(before);
    });

    test('ids_ofAllFiles_areUniqueAnd128Bits', async () => {
      const ids = [f.root];
      for (let index = 0; index < 30; index += 1)
        ids.push(await f.file(f.root, `f${index}`), await f.mkdir(f.root, `d${index}`));
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id >= 0n && id < 2n ** 128n).toBe(true);
    });

    test('setattr_manyAtOnce_eachCountsAChange', async () => {
      const id = await f.file(f.root, 'a');
      const modes = Array.from({ length: 40 }, (_, mode) => mode);
      const results = await Promise.all(modes.map((mode) => f.volume.setattr(call, id, { mode })));
      expect(results.map(({ after }) => after.mode)).toEqual(modes);
      expect(new Set(results.map(({ after }) => after.change)).size).toBe(40);
    });
  });

  describe('times', () => {
    const times = [
      { seconds: 0, nanoseconds: 0 },
      { seconds: 0, nanoseconds: 1 },
      { seconds: 1, nanoseconds: 999_999_999 },
      { seconds: -1, nanoseconds: 999_999_999 },
      { seconds: -2_208_988_800, nanoseconds: 123_456_789 },
      { seconds: 2 ** 31, nanoseconds: 500 },
      { seconds: 2 ** 34, nanoseconds: 123_456_789 },
      { seconds: -(2 ** 40), nanoseconds: 5 },
    ];

    test.each(times)('setattr_$seconds.$nanoseconds_isKeptRoundedDown', async (time) => {
      const granularity = Math.min(f.volume.traits.timeGranularity, 1_000_000_000);
      const stored = { seconds: time.seconds, nanoseconds: time.nanoseconds - (time.nanoseconds % granularity) };
      const id = await f.file(f.root, 'a');
      const { after } = await f.volume.setattr(call, id, { accessed: time, modified: time, born: time });
      expect(after).toMatchObject({ accessed: stored, modified: stored, born: stored });
      expect(await f.attributes(id)).toEqual(after);
      const made = await f.volume.create(call, f.root, bytes('b'), { kind: 'guarded' }, newFile({ modified: time }));
      expect(made.attributes.modified).toEqual(stored);
      if (!f.volume.traits.persistent) return;
      await f.reopen();
      expect(await f.attributes(id)).toMatchObject({ accessed: stored, modified: stored, born: stored });
    });

    test('setattr_sizeAsItIs_countsBesideWhatComesNext', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const changes = [(await f.attributes(id)).change];
      await f.volume.rename(call, f.root, bytes('a'), f.root, bytes('b'));
      changes.push((await f.attributes(id)).change);
      changes.push((await f.volume.setattr(call, id, { size: 7 })).after.change);
      changes.push((await f.volume.setxattr(call, id, 'user.x', bytes('1'), 'either')).change);
      changes.push((await f.volume.setattr(call, id, { size: 7 })).after.change);
      changes.push((await f.volume.setattr(call, id, { mode: 0o600 })).after.change);
      expect([...new Set(changes)].toSorted((a, b) => Number(a - b))).toEqual(changes);
    });

    test('setattr_now_isTheVolumesClock', async () => {
      const nanoseconds = (time: Timestamp) => BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);
      const id = await f.file(f.root, 'a');
      const { born } = await f.attributes(id);
      const past = { seconds: 0, nanoseconds: 0 };
      await f.volume.setattr(call, id, { modified: past, accessed: past });
      const { after } = await f.volume.setattr(call, id, { modified: 'now', accessed: 'now' });
      const later = (await f.attributes(await f.file(f.root, 'b'))).born;
      for (const time of [after.modified, after.accessed, after.changed]) {
        expect(nanoseconds(time)).toBeGreaterThanOrEqual(nanoseconds(born));
        expect(nanoseconds(time)).toBeLessThanOrEqual(nanoseconds(later));
      }
    });
  });
}
