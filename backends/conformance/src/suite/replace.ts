import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Attributes } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, text, type Fixture } from '../fixture.ts';

export function replaceTests(f: Fixture): void {
  describe('replace', () => {
    const replace = (from: string, to: string, options?: Parameters<typeof f.volume.replace>[5]) =>
      f.volume.replace(call, f.root, bytes(from), f.root, bytes(to), options);
    const isSwap = () => f.volume.traits.replace === 'swap';

    test('replace_withoutTarget_isRename', async () => {
      const id = await f.file(f.root, 'tmp', 'content');
      const { attributes, replaced } = await replace('tmp', 'a');
      expect(attributes.id).toBe(id);
      expect(replaced).toBeUndefined();
      expect(await f.names(f.root)).toEqual(['a']);
      expect(await f.readText(id)).toBe('content');
    });

    test('replace_withTarget_givesTheNameTheNewContent', async () => {
      await f.file(f.root, 'tmp', 'new content');
      const old = await f.file(f.root, 'a', 'old');
      const before = await f.attributes(old);
      const { attributes, replaced, directory } = await replace('tmp', 'a');
      expect(replaced).toMatchObject({ id: old, size: 3 });
      expect(attributes).toMatchObject({ size: 11, nlink: 1 });
      expect(attributes).toEqual(await f.lookup(f.root, 'a'));
      expect(directory.after).toEqual(await f.attributes(f.root));
      expect(await f.names(f.root)).toEqual(['a']);
      expect(await f.readText(attributes.id)).toBe('new content');
      if (isSwap()) expect(attributes.change).toBeGreaterThan(before.change);
    });

    test('replace_writtenInThisEpoch_isDone', async () => {
      const id = await f.file(f.root, 'tmp');
      const writtenIn = await f.withHandle(id, 'write', async (handle) => {
        return (await handle.write(call, 0, [bytes('content')], 'unstable')).epoch;
      });
      const { attributes } = await replace('tmp', 'a', { writtenIn });
      expect(await f.readText(attributes.id)).toBe('content');
    });

    test('replace_writtenInAnotherEpoch_isUnavailableAndPublishesNothing', async () => {
      await f.file(f.root, 'tmp', 'new');
      const old = await f.file(f.root, 'a', 'old');
      await expectCode(replace('tmp', 'a', { writtenIn: f.volume.epoch() ^ 1n }), 'unavailable');
      expect(await f.names(f.root)).toEqual(['a', 'tmp']);
      expect((await f.lookup(f.root, 'a'))?.id).toBe(old);
      expect(await f.readText(old)).toBe('old');
    });

    test('replace_described_holdsWhatTheFileIsWhenAnswered', async () => {
      const xattr = 'trusted.polynas.object';
      const described = { xattr, value: ({ change, size }: Attributes) => bytes(`${change} ${size}`) };
      if (f.volume.traits.contentStamp) {
        await f.file(f.root, 'tmp');
        await expectCode(replace('tmp', 'a', { described }), 'notSupported');
        expect(await f.names(f.root)).toEqual(['tmp']);
        return;
      }
      for (const [round, stability] of (['unstable', 'file', 'unstable'] as const).entries()) {
        const id = await f.file(f.root, 'tmp');
        const content = pattern(100_000 + round);
        const writtenIn = await f.withHandle(id, 'write', async (handle) => {
          await handle.write(call, 0, [content.subarray(0, 60_000)], stability);
          return (await handle.write(call, 60_000, [content.subarray(60_000)], stability)).epoch;
        });
        const { attributes } = await replace('tmp', 'a', { described, writtenIn });
        const stored = Buffer.from((await f.volume.getxattr(call, attributes.id, xattr)) ?? []);
        expect(stored.toString()).toBe(`${attributes.change} ${content.length}`);
        expect(await f.lookup(f.root, 'a')).toEqual(attributes);
        expect(Buffer.from(await f.read(attributes.id)).equals(content)).toBe(true);
      }
    });

    test('replace_ofAPassingFile_isThereAfterReopen', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const mode = { kind: 'guarded', passing: true } as const;
      const file = newFile({ xattrs: new Map([['user.a', bytes('1')]]) });
      const { attributes: made } = await f.volume.create(call, f.root, bytes('tmp'), mode, file);
      await expectCode(f.volume.create(call, f.root, bytes('tmp'), mode, file), 'exists');
      const writtenIn = await f.withHandle(made.id, 'write', async (handle) => {
        return (await handle.write(call, 0, [pattern(100_000)], 'unstable')).epoch;
      });
      const { attributes } = await replace('tmp', 'a', { writtenIn });
      await f.reopen();
      expect(await f.lookup(f.root, 'a')).toEqual(attributes);
      expect(text((await f.volume.getxattr(call, attributes.id, 'user.a')) ?? bytes(''))).toBe('1');
      expect(Buffer.compare(await f.read(attributes.id), pattern(100_000))).toBe(0);
    });

    test('replace_swap_keepsWhatIsTheTargets', async ({ skip }) => {
      skip(!isSwap(), 'replace is a rename');
      const source = newFile({ uid: 1, gid: 1, mode: 0o600, dosBits: 0x20, modified: { seconds: 99, nanoseconds: 0 } });
      await f.volume.create(call, f.root, bytes('tmp'), { kind: 'guarded' }, source);
      const target = newFile({ uid: 2, gid: 2, mode: 0o664, dosBits: 0x2 });
      const { attributes: before } = await f.volume.create(call, f.root, bytes('a'), { kind: 'guarded' }, target);
      await f.volume.link(call, before.id, f.root, bytes('link'));
      const { attributes } = await replace('tmp', 'a');
      expect(attributes).toMatchObject({
        id: before.id,
        nlink: 2,
        uid: 2,
        gid: 2,
        mode: 0o664,
        dosBits: 0x2,
        born: before.born,
        modified: { seconds: 99, nanoseconds: 0 },
      });
      expect(await f.lookup(f.root, 'link')).toEqual(attributes);
    });

    test('replace_swap_takesTheSourcesStampAndContent', async ({ skip }) => {
      skip(!isSwap(), 'replace is a rename');
      const tmp = await f.file(f.root, 'tmp', pattern(200_000));
      const source = await f.attributes(tmp);
      await f.file(f.root, 'a', 'old');
      const { attributes } = await replace('tmp', 'a');
      expect(attributes).toMatchObject({ size: 200_000, modified: source.modified });
      expect(attributes.contentStamp).toBe(source.contentStamp);
      expect(await f.read(attributes.id)).toEqual(pattern(200_000));
      await expectCode(f.attributes(tmp), 'stale');
    });

    test('replace_swap_takesOnlyCoresXattrs', async ({ skip }) => {
      skip(!isSwap(), 'replace is a rename');
      const set = (id: bigint, name: string, value: string) =>
        f.volume.setxattr(call, id, name, bytes(value), 'either');
      const tmp = await f.file(f.root, 'tmp', 'new');
      await set(tmp, 'trusted.polynas.object', 'new');
      await set(tmp, 'user.source', 'lost');
      const a = await f.file(f.root, 'a', 'old');
      await set(a, 'trusted.polynas.object', 'old');
      await set(a, 'trusted.polynas.gone', 'old');
      await set(a, 'trusted.acl', 'kept');
      await set(a, 'user.target', 'kept');
      await replace('tmp', 'a');
      const names = (await f.volume.listxattr(call, a)).toSorted();
      expect(names).toEqual(['trusted.acl', 'trusted.polynas.object', 'user.target']);
      expect(await f.volume.getxattr(call, a, 'trusted.polynas.object')).toEqual(bytes('new'));
    });

    test('replace_underOpenHandle_showsNewOrKeepsOld', async () => {
      await f.file(f.root, 'tmp', 'new content');
      const old = await f.file(f.root, 'a', 'old');
      await f.withHandle(old, 'write', async (handle) => {
        const { attributes } = await replace('tmp', 'a');
        const { bytes: seen } = await handle.read(call, 0, 100);
        expect(seen).toEqual(bytes(isSwap() ? 'new content' : 'old'));
        await handle.write(call, 0, [bytes('NEW')], 'file');
        expect(await f.readText(attributes.id)).toBe(isSwap() ? 'NEW content' : 'new content');
      });
    });

    test('replace_sourceWithOpenHandle_survivesItsClose', async () => {
      const tmp = await f.file(f.root, 'tmp');
      await f.file(f.root, 'a', 'old');
      const handle = await f.volume.open(call, tmp, 'write');
      await handle.write(call, 0, [pattern(100_000)], 'unstable');
      const { attributes } = await replace('tmp', 'a');
      await handle.close();
      expect(await f.read(attributes.id)).toEqual(pattern(100_000));
    });

    test('replace_whileRead_showsOldOrNewWhole', async () => {
      let current = await f.file(f.root, 'a', pattern(50_000, 0));
      let replacing = true;
      const replacer = (async () => {
        for (let seed = 1; seed <= 10; seed += 1) {
          await f.file(f.root, 'tmp', pattern(50_000, seed));
          current = (await replace('tmp', 'a')).attributes.id;
        }
        replacing = false;
      })();
      while (replacing) {
        // What is at hand is answered within a turn; the others need turns as well.
        await setImmediate();
        const seen = await f.read(current, 0, 50_000).catch(() => undefined);
        if (seen === undefined) continue;
        const seed = Array.from({ length: 11 }, (_, index) => index).find(
          (candidate) => Buffer.compare(seen, pattern(50_000, candidate)) === 0,
        );
        expect(seed, 'old and new are mixed').toBeDefined();
      }
      await replacer;
    });

    test('replace_ifTarget_publishesOnlyOverThat', async () => {
      await f.file(f.root, 'tmp', 'new');
      const a = await f.file(f.root, 'a', 'old');
      await expectCode(replace('tmp', 'a', { ifTarget: 'absent' }), 'conditionFailed');
      await expectCode(replace('tmp', 'a', { ifTarget: { id: f.root } }), 'conditionFailed');
      await expectCode(replace('tmp', 'b', { ifTarget: { id: a } }), 'conditionFailed');
      expect(await f.names(f.root)).toEqual(['a', 'tmp']);
      expect(await f.readText(a)).toBe('old');
      await replace('tmp', 'a', { ifTarget: { id: a } });
      await f.file(f.root, 'tmp', 'more');
      await replace('tmp', 'b', { ifTarget: 'absent' });
      expect(await f.names(f.root)).toEqual(['a', 'b']);
    });

    test('replace_ifTargetStamp_publishesOnlyOverThatContent', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const id = await f.file(f.root, 'a', 'old');
      const stamp = (await f.attributes(id)).contentStamp ?? 0n;
      await f.write(id, 0, 'OLD');
      await f.file(f.root, 'tmp', 'new');
      await expectCode(replace('tmp', 'a', { ifTarget: { id, stamp } }), 'conditionFailed');
      const now = (await f.attributes(id)).contentStamp ?? 0n;
      await f.volume.setattr(call, id, { mode: 0o600 });
      await replace('tmp', 'a', { ifTarget: { id, stamp: now } });
    });

    test('replace_absentAtOnce_oneArrives', async () => {
      const names = Array.from({ length: 6 }, (_, index) => `tmp${index}`);
      for (const name of names) await f.file(f.root, name, name);
      const settled = await Promise.allSettled(names.map((name) => replace(name, 'a', { ifTarget: 'absent' })));
      expect(settled.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      expect(await f.names(f.root)).toHaveLength(6);
    });

    test('replace_oddSourceOrTarget_isRefused', async () => {
      const id = await f.file(f.root, 'a', 'old');
      await f.mkdir(f.root, 'd');
      await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      await expectCode(replace('none', 'a'), 'notFound');
      await expectCode(replace('d', 'a'), 'isDirectory');
      await expectCode(replace('s', 'a'), 'wrongType');
      await expectCode(replace('a', 'd'), 'isDirectory');
      await expectCode(replace('a', 'a'), 'invalid');
      await f.volume.link(call, id, f.root, bytes('link'));
      await expectCode(replace('a', 'new'), 'invalid');
      await expectCode(replace('a', 'link'), 'invalid');
      expect(await f.names(f.root)).toEqual(['a', 'd', 'link', 's']);
    });

    test('replace_overSymlink_takesTheNameOver', async () => {
      await f.volume.symlink(call, f.root, bytes('a'), bytes('t'), newFile());
      const tmp = await f.file(f.root, 'tmp', 'new');
      const { attributes, replaced } = await replace('tmp', 'a');
      expect(attributes).toMatchObject({ id: tmp, type: 'file' });
      expect(replaced?.type).toBe('symlink');
    });

    test('replace_acrossDirectories_emptiesTheSource', async () => {
      const d = await f.mkdir(f.root, 'd');
      await f.file(d, 'tmp', 'new');
      const a = await f.file(f.root, 'a', 'old');
      const { attributes } = await f.volume.replace(call, d, bytes('tmp'), f.root, bytes('a'));
      expect(await f.names(d)).toEqual([]);
      expect(await f.readText(attributes.id)).toBe('new');
      expect(attributes.id === a).toBe(isSwap());
    });
  });
}
