import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, newFile, pattern, type Fixture } from '../fixture.ts';

/** What an orderly close keeps; `describeCrash` tests what a SIGKILL keeps. */
export function durabilityTests(f: Fixture): void {
  describe('durability over reopen', () => {
    test('reopen_wholeTree_isTheSame', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const d = await f.mkdir(f.root, 'd');
      const e = await f.mkdir(d, 'e');
      const a = await f.file(e, 'a', pattern(300_000));
      await f.volume.link(call, a, d, bytes('hard'));
      await f.volume.symlink(call, d, bytes('s'), bytes('../x'), newFile());
      await f.volume.mknod(call, e, bytes('n'), 'block', { major: 8, minor: 1 }, newFile());
      await f.volume.setattr(call, a, { mode: 0o4711, uid: 3, gid: 4, dosBits: 5 });
      const root = f.root;
      const before = [
        await f.attributes(root),
        await f.entries(root, 9, true),
        await f.entries(d, 9, true),
        await f.entries(e, 9, true),
      ];
      await f.reopen();
      expect(f.root).toBe(root);
      expect([
        await f.attributes(root),
        await f.entries(root, 9, true),
        await f.entries(d, 9, true),
        await f.entries(e, 9, true),
      ]).toEqual(before);
      expect(Buffer.compare(await f.read(a), pattern(300_000))).toBe(0);
      expect(await f.volume.parent(call, e)).toEqual({ id: d, name: bytes('e') });
    });

    test('reopen_unsyncedWrites_wereSyncedByClose', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const id = await f.file(f.root, 'a');
      const handle = await f.volume.open(call, id, 'write');
      await handle.write(call, 0, [pattern(200_000)], 'unstable');
      await handle.write(call, 500_000, [pattern(10)], 'unstable');
      const before = await f.attributes(id);
      await f.reopen();
      expect((await f.attributes(id)).size).toBe(500_010);
      expect((await f.attributes(id)).contentStamp).toBe(before.contentStamp);
      expect((await f.attributes(id)).change).toBeGreaterThanOrEqual(before.change);
      expect(Buffer.compare(await f.read(id, 0, 200_000), pattern(200_000))).toBe(0);
      expect(await f.read(id, 499_990, 10)).toEqual(new Uint8Array(10));
    });

    test('reopen_orphans_areGone', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const id = await f.file(f.root, 'a', pattern(100_000));
      await f.volume.open(call, id, 'write');
      await f.volume.unlink(call, f.root, bytes('a'));
      await f.reopen();
      await expectCode(f.attributes(id), 'stale');
      await expectCode(f.volume.open(call, id, 'read'), 'stale');
    });

    test('reopen_thenNewFiles_haveNewIdsAndGrowingChange', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const seen = new Set<bigint>();
      const kept = await f.file(f.root, 'kept');
      let { change } = await f.attributes(kept);
      for (let life = 0; life < 3; life += 1) {
        for (let index = 0; index < 5; index += 1) {
          const id = await f.file(f.root, 'a');
          expect(seen.has(id), 'an id is never reused').toBe(false);
          seen.add(id);
          await f.volume.unlink(call, f.root, bytes('a'));
        }
        await f.write(kept, 0, `life ${life}`, 'unstable');
        await f.reopen();
        const now = (await f.attributes(kept)).change;
        expect(now).toBeGreaterThan(change);
        change = now;
      }
    });

    test('reopen_replacedContent_isTheNewOne', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const a = await f.file(f.root, 'a', pattern(100_000, 1));
      const tmp = await f.file(f.root, 'tmp');
      await f.write(tmp, 0, pattern(100_001, 2), 'unstable');
      const { attributes } = await f.volume.replace(call, f.root, bytes('tmp'), f.root, bytes('a'));
      await f.reopen();
      expect(await f.lookup(f.root, 'a')).toEqual(attributes);
      expect(attributes.id === a).toBe(f.volume.traits.replace === 'swap');
      expect(Buffer.compare(await f.read(attributes.id), pattern(100_001, 2))).toBe(0);
    });

    test('reopen_handleOfTheFormerLife_isUnavailable', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const id = await f.file(f.root, 'a', 'content');
      const handle = await f.volume.open(call, id, 'write');
      await f.reopen();
      await expectCode(handle.write(call, 0, [bytes('x')], 'file'), 'unavailable', 'badHandle');
      await handle.close();
      expect(await f.readText(id)).toBe('content');
    });
  });
}
