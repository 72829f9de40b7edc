import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function createTests(f: Fixture): void {
  describe('create', () => {
    const guarded = { kind: 'guarded' } as const;
    const unchecked = { kind: 'unchecked' } as const;
    const exclusive = (verifier: bigint) => ({ kind: 'exclusive', verifier }) as const;

    test('create_newName_startsEmptyWithAllThatWasGiven', async () => {
      const xattrs = new Map([
        ['user.a', bytes('1')],
        ['trusted.b', bytes('2')],
      ]);
      const modified = { seconds: 1_000_000_000, nanoseconds: 0 };
      const file = newFile({ uid: 5, gid: 6, mode: 0o6751, dosBits: 0x22, modified, accessed: modified, xattrs });
      const made = await f.volume.create(call, f.root, bytes('a'), guarded, file);
      expect(made.created).toBe(true);
      expect(made.attributes).toMatchObject({
        type: 'file',
        uid: 5,
        gid: 6,
        mode: 0o6751,
        dosBits: 0x22,
        modified,
        accessed: modified,
        nlink: 1,
        size: 0,
      });
      expect((await f.volume.listxattr(call, made.attributes.id)).toSorted()).toEqual(['trusted.b', 'user.a']);
      expect(await f.volume.getxattr(call, made.attributes.id, 'user.a')).toEqual(bytes('1'));
      expect(await f.attributes(made.attributes.id)).toEqual(made.attributes);
    });

    test('create_mkdirAndSymlink_takeTimesDosBitsAndXattrsToo', async () => {
      const modified = { seconds: 1_000_000_000, nanoseconds: 0 };
      const file = newFile({ dosBits: 0x2, modified, xattrs: new Map([['trusted.x', bytes('v')]]) });
      const d = await f.volume.mkdir(call, f.root, bytes('d'), file);
      const s = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), file);
      const n = await f.volume.mknod(call, f.root, bytes('n'), 'fifo', { major: 0, minor: 0 }, file);
      for (const { attributes } of [d, s, n]) {
        expect(attributes).toMatchObject({ dosBits: 0x2, modified });
        expect(await f.volume.getxattr(call, attributes.id, 'trusted.x')).toEqual(bytes('v'));
      }
    });

    test('create_withoutTimes_hasThePresentOnes', async () => {
      const { attributes } = await f.volume.create(call, f.root, bytes('a'), guarded, newFile());
      await f.tick();
      const later = (await f.volume.create(call, f.root, bytes('b'), guarded, newFile())).attributes;
      for (const time of ['accessed', 'modified', 'changed', 'born'] as const) {
        const [a, b] = [attributes[time], later[time]];
        expect(b.seconds * 1000 + b.nanoseconds / 1e6).toBeGreaterThan(a.seconds * 1000 + a.nanoseconds / 1e6);
      }
    });

    test('create_badXattrs_changesNothing', async () => {
      const large = new Uint8Array(f.volume.traits.maxXattrBytes + 1);
      const refused = newFile({ xattrs: new Map([['user.large', large]]) });
      await expectCode(f.volume.create(call, f.root, bytes('a'), guarded, refused), 'tooLarge');
      const odd = newFile({ xattrs: new Map([['system.x', bytes('')]]) });
      await expectCode(f.volume.create(call, f.root, bytes('a'), guarded, odd), 'badName');
      expect(await f.names(f.root)).toEqual([]);
    });

    test('create_guardedNameTaken_isExists', async () => {
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'd');
      await expectCode(f.volume.create(call, f.root, bytes('a'), guarded, newFile()), 'exists');
      await expectCode(f.volume.create(call, f.root, bytes('d'), guarded, newFile()), 'exists');
    });

    test('create_uncheckedExisting_givesItUnchanged', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const d = await f.mkdir(f.root, 'd');
      const before = [await f.attributes(id), await f.attributes(d), await f.attributes(f.root)];
      const file = await f.volume.create(call, f.root, bytes('a'), unchecked, newFile({ mode: 0, uid: 9 }));
      const directory = await f.volume.create(call, f.root, bytes('d'), unchecked, newFile());
      expect([file.created, directory.created]).toEqual([false, false]);
      expect([file.attributes, directory.attributes, await f.attributes(f.root)]).toEqual(before);
      expect(await f.readText(id)).toBe('content');
    });

    test('create_uncheckedMissing_makesIt', async () => {
      expect((await f.volume.create(call, f.root, bytes('a'), unchecked, newFile())).created).toBe(true);
    });

    test('create_exclusiveRepeated_givesTheSameFile', async () => {
      const verifier = 0xffff_ffff_ffff_fffen;
      const first = await f.volume.create(call, f.root, bytes('a'), exclusive(verifier), newFile());
      const again = await f.volume.create(call, f.root, bytes('a'), exclusive(verifier), newFile());
      expect([first.created, again.created]).toEqual([true, false]);
      expect(again.attributes).toEqual(first.attributes);
      await expectCode(f.volume.create(call, f.root, bytes('a'), exclusive(verifier - 1n), newFile()), 'exists');
    });

    test('create_exclusiveRepeatedAfterUse_givesTheSameFile', async () => {
      const { attributes } = await f.volume.create(call, f.root, bytes('a'), exclusive(5n), newFile());
      await f.volume.setattr(call, attributes.id, { mode: 0o600, modified: { seconds: 7, nanoseconds: 0 } });
      const again = await f.volume.create(call, f.root, bytes('a'), exclusive(5n), newFile());
      expect(again).toMatchObject({ created: false, attributes: { id: attributes.id } });
    });

    test('create_exclusiveOverOrdinaryFile_isExists', async () => {
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'd');
      for (const name of ['a', 'd']) {
        await expectCode(f.volume.create(call, f.root, bytes(name), exclusive(0n), newFile()), 'exists');
      }
    });

    test('create_exclusiveAcrossReopen_givesTheSameFile', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const { attributes } = await f.volume.create(call, f.root, bytes('a'), exclusive(77n), newFile());
      await f.reopen();
      const again = await f.volume.create(call, f.root, bytes('a'), exclusive(77n), newFile());
      expect(again).toMatchObject({ created: false, attributes: { id: attributes.id } });
      await expectCode(f.volume.create(call, f.root, bytes('a'), exclusive(78n), newFile()), 'exists');
    });

    test('create_inFile_isNotDirectory', async () => {
      const id = await f.file(f.root, 'a');
      await expectCode(f.file(id, 'b'), 'notDirectory');
      await expectCode(f.mkdir(id, 'b'), 'notDirectory');
    });

    test('create_sameNameAtOnce_oneMakesIt', async () => {
      const makers = Array.from({ length: 8 }, () => f.volume.create(call, f.root, bytes('a'), unchecked, newFile()));
      const made = await Promise.all(makers);
      expect(made.filter((result) => result.created)).toHaveLength(1);
      expect(new Set(made.map((result) => result.attributes.id)).size).toBe(1);
    });

    test('create_sameNameGuardedAtOnce_othersAreExists', async () => {
      const makers = Array.from({ length: 8 }, () => f.volume.create(call, f.root, bytes('a'), guarded, newFile()));
      const settled = await Promise.allSettled(makers);
      expect(settled.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of settled) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'StorageError', code: 'exists' });
      }
    });

    test('create_nameBufferReusedByCaller_keepsTheName', async () => {
      const name = bytes('a');
      const value = bytes('v');
      const file = newFile({ xattrs: new Map([['user.x', value]]) });
      const { attributes } = await f.volume.create(call, f.root, name, guarded, file);
      name.fill(0x62);
      value.fill(0x62);
      expect(await f.names(f.root)).toEqual(['a']);
      expect(await f.volume.getxattr(call, attributes.id, 'user.x')).toEqual(bytes('v'));
    });
  });
}
