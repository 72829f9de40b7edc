import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, newFile, type Fixture } from '../fixture.ts';

export function readdirTests(f: Fixture): void {
  describe('readdir', () => {
    const page = (directory: bigint, cookie: bigint, limit = 100) =>
      f.volume.readdir(call, directory, cookie, { limit, attributes: false });
    const nameOf = (entry: { name: Uint8Array }) => Buffer.from(entry.name).toString();

    async function fill(directory: bigint, count: number): Promise<string[]> {
      const names = Array.from({ length: count }, (_, index) => `entry-${index}`);
      for (const name of names) await f.file(directory, name);
      return names;
    }

    test('readdir_emptyDirectory_isEnd', async () => {
      expect(await page(f.root, 0n)).toEqual({ entries: [], end: true });
    });

    test('readdir_entries_tellIdTypeAndAttributes', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const d = await f.mkdir(f.root, 'd');
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      const plain = await f.entries(f.root, 10, false);
      expect(new Map(plain.map(({ id: found, type }) => [found, type]))).toEqual(
        new Map([
          [id, 'file'],
          [d, 'directory'],
          [attributes.id, 'symlink'],
        ]),
      );
      expect(plain.every((entry) => entry.attributes === undefined)).toBe(true);
      for (const entry of await f.entries(f.root, 10, true)) {
        expect(entry.attributes).toEqual(await f.attributes(entry.id));
      }
    });

    test('readdir_cookies_areInRangeAndAscendNoDuplicates', async () => {
      await fill(f.root, 50);
      const cookies = (await f.entries(f.root, 7)).map((entry) => entry.cookie);
      expect(new Set(cookies).size).toBe(50);
      for (const cookie of cookies) {
        expect(cookie).toBeGreaterThanOrEqual(3n);
        expect(cookie).toBeLessThan(2n ** 63n);
      }
      expect(cookies).toEqual(cookies.toSorted((a, b) => (a < b ? -1 : 1)));
    });

    test.each([1, 2, 3, 49, 50, 51, 4096])('readdir_inPagesOf%i_givesEachOnce', async (limit) => {
      const names = await fill(f.root, 50);
      for (let cookie = 0n, seen: string[] = []; ;) {
        const { entries, end } = await page(f.root, cookie, limit);
        expect(entries.length).toBeLessThanOrEqual(limit);
        seen = [...seen, ...entries.map(nameOf)];
        cookie = entries.at(-1)?.cookie ?? cookie;
        if (!end) continue;
        expect(seen.toSorted()).toEqual(names.toSorted());
        break;
      }
    });

    test('readdir_fromAnyCookie_givesWhatFollowedIt', async () => {
      await fill(f.root, 30);
      const all = await f.entries(f.root);
      for (const [index, { cookie }] of all.entries()) {
        expect((await page(f.root, cookie)).entries).toEqual(all.slice(index + 1));
      }
    });

    test('readdir_afterTheLastCookie_isEmptyEnd', async () => {
      await fill(f.root, 5);
      const last = (await f.entries(f.root)).at(-1)?.cookie ?? 0n;
      expect(await page(f.root, last)).toEqual({ entries: [], end: true });
    });

    test('readdir_cookieOutOfRange_isBadCookie', async () => {
      await fill(f.root, 5);
      for (const cookie of [-1n, 1n, 2n, 2n ** 63n, 2n ** 64n]) await expectCode(page(f.root, cookie), 'badCookie');
    });

    test('readdir_limitOutOfRange_isInvalid', async () => {
      for (const limit of [0, -1, 4097, 1.5, Number.NaN]) {
        await expectCode(page(f.root, 0n, limit), 'invalid');
        if (f.volume.listByName === undefined) continue;
        const options = { limit, attributes: false };
        await expectCode(f.volume.listByName(call, f.root, bytes(''), false, options), 'invalid');
      }
    });

    test('readdir_ofFile_isNotDirectory', async () => {
      await expectCode(page(await f.file(f.root, 'a'), 0n), 'notDirectory');
    });

    test('readdir_cookiesOwnEntryRemoved_goesOnBehindIt', async () => {
      await fill(f.root, 20);
      const all = await f.entries(f.root);
      const removed = all.slice(5, 10);
      for (const entry of removed) await f.volume.unlink(call, f.root, entry.name);
      for (const entry of removed) {
        expect((await page(f.root, entry.cookie)).entries).toEqual(all.slice(10));
      }
    });

    test('readdir_allRemovedPageByPage_endsEmpty', async () => {
      const names = await fill(f.root, 100);
      let removed = 0;
      for (let cookie = 0n; ;) {
        const { entries, end } = await page(f.root, cookie, 7);
        for (const entry of entries) await f.volume.unlink(call, f.root, entry.name);
        removed += entries.length;
        cookie = entries.at(-1)?.cookie ?? cookie;
        if (end) break;
      }
      expect(removed).toBe(names.length);
      expect(await f.names(f.root)).toEqual([]);
    });

    test('readdir_entryRewritten_keepsItsCookie', async () => {
      const names = await fill(f.root, 10);
      const before = await f.entries(f.root);
      const id = before[3]?.id ?? 0n;
      await f.write(id, 0, 'content');
      await f.volume.setattr(call, id, { mode: 0o600 });
      await f.volume.link(call, id, f.root, bytes('another'));
      const after = (await f.entries(f.root)).filter((entry) => names.includes(nameOf(entry)));
      expect(after).toEqual(before);
    });

    test('readdir_nameTakenOver_keepsItsCookie', async () => {
      await fill(f.root, 10);
      const other = await f.mkdir(f.root, 'other');
      const cookieOf = async (name: string) =>
        (await f.entries(f.root)).find((entry) => nameOf(entry) === name)?.cookie;
      const before = [await cookieOf('entry-2'), await cookieOf('entry-3')];
      await f.volume.rename(call, f.root, bytes('entry-7'), f.root, bytes('entry-2'));
      await f.file(other, 'tmp', 'content');
      await f.volume.replace(call, other, bytes('tmp'), f.root, bytes('entry-3'));
      expect([await cookieOf('entry-2'), await cookieOf('entry-3')]).toEqual(before);
    });

    test('readdir_cookiesAcrossReopen_stayGood', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      await fill(f.root, 40);
      const before = await f.entries(f.root);
      await f.volume.unlink(call, f.root, before[9]?.name ?? bytes('entry-9'));
      await f.reopen();
      expect((await page(f.root, before[9]?.cookie ?? 0n)).entries).toEqual(before.slice(10));
      await fill(await f.mkdir(f.root, 'sub'), 3);
      const names = (await page(f.root, before[19]?.cookie ?? 0n)).entries.map(nameOf);
      expect(names).toEqual(expect.arrayContaining(before.slice(20).map(nameOf)));
    });

    test('readdir_tenThousandEntries_givesEachOnce', async () => {
      const names = Array.from({ length: 10_000 }, (_, index) => `${(index * 7919) % 10_000}`);
      for (let at = 0; at < names.length; at += 200) {
        await Promise.all(names.slice(at, at + 200).map((name) => f.file(f.root, name)));
      }
      expect((await f.entries(f.root, 1000)).map(nameOf).toSorted()).toEqual(names.toSorted());
      // The check after each test would look up every one of them.
      await f.volume.close();
    }, 120_000);
  });
}
