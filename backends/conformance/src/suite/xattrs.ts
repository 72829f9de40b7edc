import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, newFile, pattern, type Fixture } from '../fixture.ts';

export function xattrTests(f: Fixture): void {
  describe('xattrs', () => {
    const set = (id: bigint, name: string, value: Uint8Array, how: 'either' | 'create' | 'replace' = 'either') =>
      f.volume.setxattr(call, id, name, value, how);
    const get = async (id: bigint, name: string) => {
      const value = await f.volume.getxattr(call, id, name);
      return value && new Uint8Array(value);
    };

    test('getxattr_missing_isUndefined', async () => {
      const id = await f.file(f.root, 'a');
      expect(await get(id, 'user.x')).toBeUndefined();
      expect(await f.volume.listxattr(call, id)).toEqual([]);
    });

    test('setxattr_onAnyType_isKept', async () => {
      const { attributes: link } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      const rdev = { major: 0, minor: 0 };
      const { attributes: fifo } = await f.volume.mknod(call, f.root, bytes('p'), 'fifo', rdev, newFile());
      for (const id of [f.root, await f.file(f.root, 'a'), await f.mkdir(f.root, 'd'), link.id, fifo.id]) {
        await set(id, 'trusted.polynas.x', bytes('t'));
        await set(id, 'user.x', bytes('u'));
        expect(await get(id, 'trusted.polynas.x')).toEqual(bytes('t'));
        expect((await f.volume.listxattr(call, id)).toSorted()).toEqual(['trusted.polynas.x', 'user.x']);
      }
    });

    test('setxattr_ofBufferUsedAgain_keepsNothingOfTheBuffer', async () => {
      const id = await f.file(f.root, 'a');
      const value = Buffer.from('value');
      await set(id, 'user.x', value);
      value.fill(0x2a);
      for (let round = 0; round < 3; round += 1) {
        const told = await f.volume.getxattr(call, id, 'user.x');
        expect(told && Buffer.from(told).toString()).toBe('value');
        told?.fill(0x2a);
      }
    });

    test('setxattr_anyValue_isKeptByteForByte', async () => {
      const id = await f.file(f.root, 'a');
      const values = [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, byte) => byte), pattern(20_000)];
      for (const value of values) {
        if (value.length > f.volume.traits.maxXattrBytes) continue;
        await set(id, 'user.x', value);
        expect(await get(id, 'user.x')).toEqual(value);
      }
    });

    test('setxattr_userName_movesChange', async () => {
      const id = await f.file(f.root, 'a');
      for (const step of [() => set(id, 'user.x', bytes('v')), () => f.volume.removexattr(call, id, 'user.x')]) {
        const before = await f.attributes(id);
        await f.tick();
        const after = await step();
        expect(after).toEqual(await f.attributes(id));
        expect(after.change).toBeGreaterThan(before.change);
        expect(after.changed).not.toEqual(before.changed);
        expect(after.modified).toEqual(before.modified);
      }
    });

    test('setxattr_trustedName_isQuietWhereTheTraitSaysSo', async () => {
      const id = await f.file(f.root, 'a');
      const before = await f.attributes(id);
      await f.tick();
      const after = await set(id, 'trusted.polynas.x', bytes('v'));
      if (f.volume.traits.quietRecords) expect(after).toEqual(before);
      else expect(after.change).toBeGreaterThanOrEqual(before.change);
      expect(await f.attributes(id)).toEqual(after);
    });

    test('setxattr_how_isObeyed', async () => {
      const id = await f.file(f.root, 'a');
      await expectCode(set(id, 'user.x', bytes('1'), 'replace'), 'notFound');
      await set(id, 'user.x', bytes('2'), 'create');
      await expectCode(set(id, 'user.x', bytes('3'), 'create'), 'exists');
      expect(await get(id, 'user.x')).toEqual(bytes('2'));
      await set(id, 'user.x', bytes('4'), 'replace');
      expect(await get(id, 'user.x')).toEqual(bytes('4'));
    });

    test('removexattr_missing_isNotFound', async () => {
      const id = await f.file(f.root, 'a');
      await expectCode(f.volume.removexattr(call, id, 'user.x'), 'notFound');
      await set(id, 'user.x', bytes('v'));
      await f.volume.removexattr(call, id, 'user.x');
      expect(await get(id, 'user.x')).toBeUndefined();
    });

    test.each(['', 'x', 'user', 'system.x', 'security.x', 'User.x', 'xuser.x'])(
      'anyCall_name%j_isBadName',
      async (name) => {
        const id = await f.file(f.root, 'a');
        await expectCode(set(id, name, bytes('v')), 'badName');
        await expectCode(f.volume.getxattr(call, id, name), 'badName');
        await expectCode(f.volume.removexattr(call, id, name), 'badName');
      },
    );

    test('setxattr_longestName_isKeptAndLongerIsNameTooLong', async () => {
      const id = await f.file(f.root, 'a');
      const longest = `user.${'\u00e9'.repeat(125)}`;
      await set(id, longest, bytes('v'));
      expect(await f.volume.listxattr(call, id)).toEqual([longest]);
      await expectCode(set(id, `${longest}x`, bytes('v')), 'nameTooLong');
    });

    test('setxattr_valueAboveLimit_isTooLarge', async () => {
      const id = await f.file(f.root, 'a');
      const largest = pattern(f.volume.traits.maxXattrBytes);
      await set(id, 'user.x', largest);
      await expectCode(set(id, 'user.x', new Uint8Array(largest.length + 1)), 'tooLarge');
      expect(await get(id, 'user.x')).toEqual(largest);
    });

    test('setxattr_totalAboveLimit_isNoSpace', async ({ skip }) => {
      const { maxXattrBytes, maxXattrTotalBytes } = f.volume.traits;
      skip(maxXattrTotalBytes / maxXattrBytes > 1000, 'too many to try');
      const id = await f.file(f.root, 'a');
      const fitting = Math.floor(maxXattrTotalBytes / maxXattrBytes);
      let refused = false;
      for (let count = 0; count <= fitting && !refused; count += 1) {
        const before = await f.volume.listxattr(call, id);
        refused = await set(id, `trusted.${count}`, new Uint8Array(maxXattrBytes)).then(
          () => false,
          () => true,
        );
        if (!refused) continue;
        expect(count).toBeGreaterThanOrEqual(fitting - 1);
        await expectCode(set(id, `trusted.${count}`, new Uint8Array(maxXattrBytes)), 'noSpace');
        expect(await f.volume.listxattr(call, id)).toEqual(before);
      }
      expect(refused).toBe(true);
    });

    test('xattrs_valuesChangedByCaller_leaveTheFile', async () => {
      const id = await f.file(f.root, 'a');
      const value = bytes('value');
      await set(id, 'user.x', value);
      value.fill(0);
      (await f.volume.getxattr(call, id, 'user.x'))?.fill(0);
      expect(await get(id, 'user.x')).toEqual(bytes('value'));
    });

    test('xattrs_overRenameAndReopen_stay', async () => {
      const id = await f.file(f.root, 'a');
      await set(id, 'user.x', bytes('u'));
      await set(id, 'trusted.x', bytes('t'));
      await f.volume.rename(call, f.root, bytes('a'), f.root, bytes('b'));
      if (f.volume.traits.persistent) await f.reopen();
      expect(await get(id, 'user.x')).toEqual(bytes('u'));
      expect(await get(id, 'trusted.x')).toEqual(bytes('t'));
    });
  });
}
