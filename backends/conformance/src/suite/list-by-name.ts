import { describe, expect, test } from 'vitest';
import type { DirectoryPage } from '@polynas/core/spi';
import { bytes, call, expectCode, type Fixture } from '../fixture.ts';

export function listByNameTests(f: Fixture): void {
  describe('listByName', () => {
    const latin1 = (name: Uint8Array) => Buffer.from(name).toString('latin1');
    const named = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));
    const list = async (from: string, inclusive: boolean, limit = 100) => {
      const options = { limit, attributes: true };
      const page = await f.volume.listByName?.(call, f.root, named(from), inclusive, options);
      if (page === undefined) return expect.fail('listByName is there');
      return { names: page.entries.map((entry) => latin1(entry.name)), ...page };
    };

    test('listByName_isThere_whereTheTraitSaysSo', () => {
      expect(f.volume.listByName !== undefined).toBe(f.volume.traits.orderedListing);
    });

    test('listByName_oddNames_areInByteOrder', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      const names = [
        'a',
        'b',
        'A',
        'B',
        '\xff',
        '\x01',
        'ab',
        'a!',
        'a-',
        '\xc3\xa9',
        'e\xcc\x81',
        '\xf0\x9f\x92\xbe',
        'a\xff',
      ];
      for (const name of names) await f.volume.mkdir(call, f.root, named(name), { uid: 0, gid: 0, mode: 0o755 });
      expect((await list('', false)).names).toEqual(names.toSorted());
      expect((await list('', true)).names).toEqual(names.toSorted());
    });

    test('listByName_from_isBeforeAtOrAfter', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      for (const name of ['a', 'b', 'c', 'cc', 'd']) await f.file(f.root, name);
      expect((await list('c', false)).names).toEqual(['cc', 'd']);
      expect((await list('c', true)).names).toEqual(['c', 'cc', 'd']);
      expect((await list('bb', true)).names).toEqual(['c', 'cc', 'd']);
      expect((await list('c\xff', false)).names).toEqual(['d']);
      expect((await list('c/', true)).names).toEqual(['cc', 'd']);
      expect(await list('d', false)).toMatchObject({ names: [], end: true });
      expect(await list('x'.repeat(300), true)).toMatchObject({ names: [], end: true });
    });

    test('listByName_pages_endWithTheLastEntry', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      for (const name of ['a', 'b', 'c', 'd']) await f.file(f.root, name);
      expect(await list('', false, 2)).toMatchObject({ names: ['a', 'b'], end: false });
      expect(await list('b', false, 2)).toMatchObject({ names: ['c', 'd'], end: true });
      expect(await list('b', true, 2)).toMatchObject({ names: ['b', 'c'], end: false });
    });

    test('listByName_entries_areThoseOfReaddir', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      for (const name of ['c', 'a', 'b']) await f.file(f.root, name);
      const byCookie = (await f.entries(f.root, 10, true)).toSorted((x, y) => Buffer.compare(x.name, y.name));
      expect((await list('', false)).entries).toEqual(byCookie);
    });

    test('listByName_xattrs_areThoseOfEachFile', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      const names = ['trusted.one', 'user.two', 'user.none'];
      const options = { limit: 100, attributes: true, xattrs: names };
      const id = await f.file(f.root, 'b');
      await f.file(f.root, 'c');
      const { attributes } = await f.volume.mkdir(call, f.root, bytes('a'), { uid: 0, gid: 0, mode: 0o755 });
      await f.volume.setxattr(call, id, 'trusted.one', bytes('1'), 'either');
      await f.volume.setxattr(call, id, 'user.two', bytes(''), 'either');
      await f.volume.setxattr(call, id, 'user.three', bytes('3'), 'either');
      await f.volume.setxattr(call, attributes.id, 'trusted.one', bytes('11'), 'either');
      const wanted = [
        [['trusted.one', '11']],
        [
          ['trusted.one', '1'],
          ['user.two', ''],
        ],
        [],
      ];
      const told = (page: DirectoryPage | undefined) =>
        page?.entries
          .toSorted((x, y) => Buffer.compare(x.name, y.name))
          .map(
            ({ xattrs }) =>
              xattrs && names.flatMap((each) => (xattrs.has(each) ? [[each, latin1(xattrs.get(each)!)]] : [])),
          );
      const page = await f.volume.listByName?.(call, f.root, bytes(''), true, options);
      skip(page?.entries.every(({ xattrs }) => xattrs === undefined) === true, 'no extended attributes in listings');
      expect(told(page)).toEqual(wanted);
      expect(told(await f.volume.readdir(call, f.root, 0n, options))).toEqual(wanted);
      await f.volume.removexattr(call, id, 'trusted.one');
      await f.volume.setxattr(call, id, 'user.two', bytes('22'), 'replace');
      const after = await f.volume.listByName?.(call, f.root, bytes('b'), true, { ...options, limit: 1 });
      expect(told(after)).toEqual([[['user.two', '22']]]);
      const without = await f.volume.listByName?.(call, f.root, bytes(''), true, { limit: 1, attributes: true });
      expect(without?.entries[0]).not.toHaveProperty('xattrs');
    });

    test('listByName_afterEachChange_isUpToDate', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      const names = new Set<string>();
      for (let step = 0; step < 200; step += 1) {
        const name = `${(step * 37) % 50}`;
        if (names.delete(name)) await f.volume.unlink(call, f.root, bytes(name));
        else {
          await f.file(f.root, name);
          names.add(name);
        }
        expect((await list('', false)).names).toEqual([...names].toSorted());
      }
    });

    test('listByName_ofFile_isNotDirectory', async ({ skip }) => {
      skip(!f.volume.traits.orderedListing, 'no ordered listing');
      const id = await f.file(f.root, 'a');
      const page = f.volume.listByName?.(call, id, bytes(''), false, { limit: 1, attributes: false });
      await expectCode(page ?? Promise.resolve(), 'notDirectory');
    });
  });
}
