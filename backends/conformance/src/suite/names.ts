import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function nameTests(f: Fixture): void {
  describe('names', () => {
    const create = (name: Uint8Array) => f.volume.create(call, f.root, name, { kind: 'guarded' }, newFile());
    const latin1 = (name: Uint8Array) => Buffer.from(name).toString('latin1');

    const bad: [string, string][] = [
      ['empty', ''],
      ['dot', '.'],
      ['dotDot', '..'],
      ['slash', 'a/b'],
      ['onlySlash', '/'],
      ['nul', 'a\0'],
    ];

    test.each(bad)('anyCall_%sName_isBadName', async (_, name) => {
      const id = await f.file(f.root, 'file');
      await f.mkdir(f.root, 'd');
      await everyCall(id, bytes(name), 'badName');
    });

    test('anyCall_tooLongName_isNameTooLong', async () => {
      const id = await f.file(f.root, 'file');
      await f.mkdir(f.root, 'd');
      await everyCall(id, new Uint8Array(f.volume.traits.maxNameBytes + 1).fill(0x61), 'nameTooLong');
    });

    test('reservedName_meansNothing_andNobodyGivesIt', async ({ skip }) => {
      const reserved = (f.volume.traits.reservedNames ?? []).map(bytes);
      if (reserved.length === 0) return skip('this volume has none');
      const id = await f.file(f.root, 'file');
      const directory = await f.mkdir(f.root, 'd');
      for (const parent of [f.root, directory]) {
        for (const name of reserved) {
          expect(await f.lookup(parent, name)).toBeUndefined();
          await everyChange(parent, id, name, 'badName');
        }
      }
      expect(await f.names(f.root)).toEqual(['d', 'file']);
      expect(await f.names(directory)).toEqual([]);
    });

    async function everyCall(id: bigint, name: Uint8Array, code: 'badName' | 'nameTooLong'): Promise<void> {
      await expectCode(f.lookup(f.root, name), code);
      await everyChange(f.root, id, name, code);
      expect(await f.names(f.root)).toEqual(['d', 'file']);
    }

    async function everyChange(
      at: bigint,
      id: bigint,
      name: Uint8Array,
      code: 'badName' | 'nameTooLong',
    ): Promise<void> {
      const { volume, root } = f;
      const file = bytes('file');
      await expectCode(volume.create(call, at, name, { kind: 'guarded' }, newFile()), code);
      await expectCode(volume.create(call, at, name, { kind: 'unchecked' }, newFile()), code);
      await expectCode(volume.mkdir(call, at, name, newFile()), code);
      await expectCode(volume.mknod(call, at, name, 'fifo', { major: 0, minor: 0 }, newFile()), code);
      await expectCode(volume.symlink(call, at, name, bytes('t'), newFile()), code);
      await expectCode(volume.link(call, id, at, name), code);
      await expectCode(volume.unlink(call, at, name), code);
      await expectCode(volume.rmdir(call, at, name), code);
      await expectCode(volume.rename(call, root, file, at, name), code);
      await expectCode(volume.rename(call, at, name, root, file), code);
      await expectCode(volume.replace(call, root, file, at, name), code);
      await expectCode(volume.replace(call, at, name, root, bytes('x')), code);
    }

    test('name_ofMaxNameBytes_isKept', async () => {
      for (const byte of [0x61, 0xff]) {
        const name = new Uint8Array(f.volume.traits.maxNameBytes).fill(byte);
        const { attributes } = await create(name);
        expect((await f.lookup(f.root, name))?.id).toBe(attributes.id);
      }
      const lengths = (await f.entries(f.root)).map((entry) => entry.name.length);
      expect(lengths).toEqual([f.volume.traits.maxNameBytes, f.volume.traits.maxNameBytes]);
    });

    test('name_ofEachByteValue_isKeptByteForByte', async () => {
      const names: Uint8Array[] = [];
      for (let byte = 1; byte < 256; byte += 1) {
        if (byte === 0x2f) continue;
        names.push(Uint8Array.of(byte, 0x78), Uint8Array.of(0x78, byte));
        if (byte !== 0x2e) names.push(Uint8Array.of(byte));
      }
      const unique = [...new Map(names.map((name) => [latin1(name), name])).values()];
      for (const name of unique) await create(name);
      const listed = (await f.entries(f.root, 50)).map((entry) => latin1(entry.name));
      expect(listed.toSorted()).toEqual(unique.map(latin1).toSorted());
      for (const name of unique) expect(await f.lookup(f.root, name), latin1(name)).toBeDefined();
    });

    test('name_allByteValuesInOne_isKept', async () => {
      const name = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0 && byte !== 0x2f);
      await create(name);
      const entries = await f.entries(f.root);
      expect(new Uint8Array(entries[0]?.name ?? [])).toEqual(name);
    });

    test.each([
      ['invalidUtf8', Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80)],
      ['composed', bytes('\u00e9')],
      ['decomposed', bytes('e\u0301')],
      ['emoji', bytes('\u{1f4be}\u{1f468}\u200d\u{1f469}')],
      ['spaces', bytes(' lead and trail ')],
      ['specials', bytes('%2F+#&?*:|"<>\\\n\t')],
      ['dots', bytes('...')],
      ['dotStart', bytes('.hidden')],
      ['dash', bytes('-rf')],
      ['leadingZeroWidth', bytes('\ufeffbom')],
    ])('name_%s_isKept', async (_, name) => {
      const { attributes } = await create(name);
      expect((await f.lookup(f.root, name))?.id).toBe(attributes.id);
      expect(new Uint8Array((await f.entries(f.root))[0]?.name ?? [])).toEqual(name);
      await f.volume.rename(call, f.root, name, f.root, bytes('plain'));
      await f.volume.rename(call, f.root, bytes('plain'), f.root, name);
      await f.volume.unlink(call, f.root, name);
      expect(await f.names(f.root)).toEqual([]);
    });

    test('names_thatOnlyLookAlike_areDifferent', async () => {
      const names = ['a', 'A', '\u00e9', 'e\u0301', 'E\u0301', 'a ', ' a', 'a.', '.a', 'ss', '\u00df', '\ufb01', 'fi'];
      for (const name of names) await create(bytes(name));
      expect(await f.names(f.root)).toEqual(names.toSorted());
    });

    test('names_thatArePrefixesOfEachOther_areDifferent', async () => {
      const names = Array.from({ length: 100 }, (_, index) => 'x'.repeat(index + 1));
      for (const name of names) await create(bytes(name));
      await f.volume.unlink(call, f.root, bytes('x'.repeat(50)));
      expect(await f.names(f.root)).toEqual(names.filter((name) => name.length !== 50));
    });
  });
}
