import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Attributes, NewFile, PublishOptions, Replaced } from '@polynas/core/spi';
import { isStorageError } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, text, type Fixture } from '../fixture.ts';

export function publishTests(f: Fixture): void {
  describe('publish', () => {
    const isSwap = () => f.volume.traits.replace === 'swap';
    const isThere = () => f.volume.traits.maxPublishBytes > 0;

    interface Given {
      readonly file?: Partial<NewFile>;
      readonly content?: string | Uint8Array | readonly Uint8Array[];
      readonly options?: Omit<PublishOptions, 'aside'>;
      readonly directory?: bigint;
    }

    async function publish(
      name: string,
      { file, content = 'new', options, directory = f.root }: Given = {},
    ): Promise<Replaced> {
      if (f.volume.publish === undefined) return expect.fail('no publish');
      const whole = typeof content === 'string' ? bytes(content) : content;
      const chunks = whole instanceof Uint8Array ? [whole.slice()] : whole;
      const aside = { directory: f.root, name: bytes('aside') };
      return f.volume.publish(call, directory, bytes(name), newFile(file), chunks, { ...options, aside });
    }

    test('publish_trait_tellsWhetherItIsThere', () => {
      expect(Number.isSafeInteger(f.volume.traits.maxPublishBytes)).toBe(true);
      expect(f.volume.traits.maxPublishBytes > 0).toBe(f.volume.publish !== undefined);
    });

    test('publish_freeName_makesTheFileAsTold', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const before = await f.attributes(f.root);
      const { attributes, replaced, directory } = await publish('a', {
        file: {
          uid: 7,
          gid: 8,
          mode: 0o640,
          dosBits: 0x20,
          modified: { seconds: 99, nanoseconds: 0 },
          xattrs: new Map([
            ['user.x', bytes('1')],
            ['trusted.polynas.object', bytes('2')],
          ]),
        },
        content: 'content',
      });
      expect(replaced).toBeUndefined();
      expect(attributes).toMatchObject({ type: 'file', uid: 7, gid: 8, mode: 0o640, dosBits: 0x20, nlink: 1, size: 7 });
      expect(attributes.modified).toEqual({ seconds: 99, nanoseconds: 0 });
      expect(await f.lookup(f.root, 'a')).toEqual(attributes);
      expect(await f.readText(attributes.id)).toBe('content');
      expect((await f.volume.listxattr(call, attributes.id)).toSorted()).toEqual(['trusted.polynas.object', 'user.x']);
      expect(text(await f.volume.getxattr(call, attributes.id, 'user.x'))).toBe('1');
      expect(directory.after).toEqual(await f.attributes(f.root));
      expect(directory.after.change).toBeGreaterThan(before.change);
      expect(await f.names(f.root)).toEqual(['a']);
    });

    test('publish_anyNumberOfChunks_holdsThemOneAfterAnother', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const none = await publish('none', { content: [] });
      expect(none.attributes.size).toBe(0);
      expect(await f.read(none.attributes.id)).toEqual(new Uint8Array());
      const many = await publish('many', {
        content: [bytes('one '), new Uint8Array(), pattern(10_000), bytes(' two')],
      });
      expect(await f.read(many.attributes.id)).toEqual(
        new Uint8Array(Buffer.concat([bytes('one '), pattern(10_000), bytes(' two')])),
      );
    });

    test('publish_aroundItsLimit_takesAllOrNothing', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const { maxPublishBytes } = f.volume.traits;
      const { attributes } = await publish('a', { content: pattern(maxPublishBytes, 3) });
      expect(Buffer.compare(await f.read(attributes.id), pattern(maxPublishBytes, 3))).toBe(0);
      await expectCode(publish('a', { content: pattern(maxPublishBytes + 1) }), 'tooLarge');
      await expectCode(publish('b', { content: [pattern(maxPublishBytes), bytes('x')] }), 'tooLarge');
      expect(await f.lookup(f.root, 'a')).toEqual(attributes);
      expect(await f.names(f.root)).toEqual(['a']);
    });

    test('publish_then_whatWasPassedInMayBeReused', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const [small, large, value] = [pattern(100), pattern(100_000), bytes('value')];
      const a = await publish('a', { content: [small], file: { xattrs: new Map([['user.x', value]]) } });
      const b = await publish('b', { content: [large] });
      for (const memory of [small, large, value]) memory.fill(0);
      expect(await f.read(a.attributes.id)).toEqual(pattern(100));
      expect(Buffer.compare(await f.read(b.attributes.id), pattern(100_000))).toBe(0);
      expect(text(await f.volume.getxattr(call, a.attributes.id, 'user.x'))).toBe('value');
    });

    test.for([10, 9000, 300_000])('publish_swap_%iBytesKeepsWhatIsTheTargets', async (length, { skip }) => {
      skip(!isThere() || !isSwap(), 'no publish, or it is a rename');
      const target = newFile({ uid: 2, gid: 2, mode: 0o664, dosBits: 0x2 });
      const { attributes: before } = await f.volume.create(call, f.root, bytes('a'), { kind: 'guarded' }, target);
      await f.write(before.id, 0, pattern(200_000, 9));
      await f.volume.link(call, before.id, f.root, bytes('link'));
      const old = await f.attributes(before.id);
      const { attributes, replaced, directory } = await publish('a', {
        file: { uid: 1, gid: 1, mode: 0o600, dosBits: 0x20, modified: { seconds: 99, nanoseconds: 0 } },
        content: pattern(length),
      });
      expect(attributes).toMatchObject({
        id: before.id,
        nlink: 2,
        uid: 2,
        gid: 2,
        mode: 0o664,
        dosBits: 0x2,
        born: before.born,
        size: length,
        modified: { seconds: 99, nanoseconds: 0 },
      });
      expect(attributes.change).toBeGreaterThan(old.change);
      if (f.volume.traits.contentStamp) expect(attributes.contentStamp).not.toBe(old.contentStamp);
      expect(replaced).toEqual(old);
      expect(directory.after).toEqual(await f.attributes(f.root));
      expect(await f.lookup(f.root, 'link')).toEqual(attributes);
      expect(await f.read(before.id)).toEqual(pattern(length));
    });

    test('publish_swap_takesOnlyCoresXattrs', async ({ skip }) => {
      skip(!isThere() || !isSwap(), 'no publish, or it is a rename');
      const a = await f.file(f.root, 'a', 'old');
      for (const name of ['trusted.polynas.object', 'trusted.polynas.gone', 'trusted.acl', 'user.target']) {
        await f.volume.setxattr(call, a, name, bytes('old'), 'either');
      }
      const xattrs = new Map([
        ['trusted.polynas.object', bytes('new')],
        ['user.source', bytes('lost')],
      ]);
      await publish('a', { file: { xattrs } });
      const names = (await f.volume.listxattr(call, a)).toSorted();
      expect(names).toEqual(['trusted.acl', 'trusted.polynas.object', 'user.target']);
      expect(await f.volume.getxattr(call, a, 'trusted.polynas.object')).toEqual(bytes('new'));
    });

    test('publish_rename_isANewFileInTheOldPlace', async ({ skip }) => {
      skip(!isThere() || isSwap(), 'no publish, or it swaps');
      const a = await f.file(f.root, 'a', 'old');
      await f.volume.link(call, a, f.root, bytes('link'));
      await f.volume.setxattr(call, a, 'user.target', bytes('old'), 'either');
      const { attributes, replaced } = await publish('a', { file: { uid: 1, mode: 0o600 } });
      expect(attributes).toMatchObject({ uid: 1, mode: 0o600, nlink: 1, size: 3 });
      expect(attributes.id).not.toBe(a);
      expect(replaced).toMatchObject({ id: a, nlink: 1 });
      expect(await f.volume.listxattr(call, attributes.id)).toEqual([]);
      expect(await f.readText(a)).toBe('old');
    });

    test('publish_overAnyName_keepsItsCookie', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      await f.file(f.root, 'a', 'old');
      await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      const cookies = async () => (await f.entries(f.root)).map(({ name, cookie }) => [text(name), cookie]);
      const before = await cookies();
      await publish('a');
      const { attributes, replaced } = await publish('s');
      expect(attributes.type).toBe('file');
      expect(replaced?.type).toBe('symlink');
      expect(await cookies()).toEqual(before);
    });

    test('publish_underOpenHandle_showsNewOrKeepsOld', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const old = await f.file(f.root, 'a', 'old');
      await f.withHandle(old, 'write', async (handle) => {
        await handle.write(call, 0, [pattern(100_000)], 'unstable');
        await handle.write(call, 0, [bytes('old')], 'unstable');
        const { attributes } = await publish('a', { content: 'new content' });
        const { bytes: seen } = await handle.read(call, 0, 11);
        expect(text(seen.subarray(0, 3))).toBe(isSwap() ? 'new' : 'old');
        await handle.write(call, 0, [bytes('NEW')], 'file');
        expect(await f.readText(attributes.id)).toBe(isSwap() ? 'NEW content' : 'new content');
      });
    });

    test('publish_besideWriters_losesNothingOfWhatCameLater', async ({ skip }) => {
      skip(!isThere() || !isSwap(), 'no publish, or it is a rename');
      const id = await f.file(f.root, 'a', pattern(100_000, 1));
      for (let round = 0; round < 10; round += 1) {
        await f.withHandle(id, 'write', async (handle) => {
          const writes = [0, 1, 2].map((at) => handle.write(call, at * 30_000, [pattern(30_000, 50)], 'unstable'));
          const published = publish('a', { content: pattern(80_000, round + 2) });
          await Promise.all([...writes, published]);
          await handle.sync(call);
        });
        const seen = await f.read(id);
        expect(seen.length === 80_000 || seen.length === 90_000).toBe(true);
        await publish('a', { content: pattern(round + 1, 7) });
        expect(await f.read(id)).toEqual(pattern(round + 1, 7));
      }
    });

    test('publish_whileRead_showsOldOrNewWhole', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const contents = Array.from({ length: 21 }, (_, seed) => pattern(seed % 2 === 0 ? 50_000 : 4000, seed));
      let current = (await publish('a', { content: contents[0]! })).attributes.id;
      let publishing = true;
      const publisher = (async () => {
        try {
          for (let seed = 1; seed <= 20; seed += 1) {
            current = (await publish('a', { content: contents[seed]! })).attributes.id;
          }
        } finally {
          publishing = false;
        }
      })();
      while (publishing) {
        // What is at hand is answered within a turn; the others need turns as well.
        await setImmediate();
        const seen = await f.read(current, 0, 50_000).catch((error: unknown) => {
          // Where another file comes in its place, the one that was asked for may be gone by now.
          if (isStorageError(error, 'stale')) return undefined;
          throw error;
        });
        if (seen === undefined) continue;
        const whole = contents.find((content) => Buffer.compare(seen, content) === 0);
        expect(whole, 'old and new are mixed').toBeDefined();
      }
      await publisher;
      expect(Buffer.compare(await f.read(current, 0, 50_000), contents[20]!)).toBe(0);
    });

    test('publish_ifTarget_onlyOverThat', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const a = await f.file(f.root, 'a', 'old');
      await expectCode(publish('a', { options: { ifTarget: 'absent' } }), 'conditionFailed');
      await expectCode(publish('a', { options: { ifTarget: { id: f.root } } }), 'conditionFailed');
      await expectCode(publish('b', { options: { ifTarget: { id: a } } }), 'conditionFailed');
      expect(await f.names(f.root)).toEqual(['a']);
      expect(await f.readText(a)).toBe('old');
      await publish('a', { options: { ifTarget: { id: a } } });
      await publish('b', { options: { ifTarget: 'absent' } });
      expect(await f.names(f.root)).toEqual(['a', 'b']);
    });

    test('publish_ifTargetStamp_onlyOverThatContent', async ({ skip }) => {
      skip(!isThere() || !f.volume.traits.contentStamp, 'no publish, or no content stamps');
      const id = await f.file(f.root, 'a', 'old');
      const stamp = (await f.attributes(id)).contentStamp ?? 0n;
      await f.write(id, 0, 'OLD');
      await expectCode(publish('a', { options: { ifTarget: { id, stamp } } }), 'conditionFailed');
      const now = (await f.attributes(id)).contentStamp ?? 0n;
      await publish('a', { options: { ifTarget: { id, stamp: now } } });
    });

    test.for([10, 20_000])('publish_%iBytesAbsentAtOnce_oneArrives', async (length, { skip }) => {
      skip(!isThere(), 'no publish');
      const settled = await Promise.allSettled(
        Array.from({ length: 6 }, (_, seed) => {
          const aside = { directory: f.root, name: bytes(`aside${seed}`) };
          const options = { aside, ifTarget: 'absent' } as const;
          return f.volume.publish!(call, f.root, bytes('a'), newFile(), [pattern(length, seed)], options);
        }),
      );
      expect(settled.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      expect(await f.names(f.root)).toEqual(['a']);
    });

    test('publish_stampIn_holdsTheNewStamp', async ({ skip }) => {
      skip(!isThere() || !f.volume.traits.contentStamp, 'no publish, or no content stamps');
      const stampIn = { xattr: 'trusted.polynas.object', offset: 2 };
      const value = bytes('<<12345678>>');
      for (const content of ['first', pattern(50_000)]) {
        const file = { xattrs: new Map([[stampIn.xattr, value]]) };
        const { attributes } = await publish('a', { file, content, options: { stampIn } });
        const stored = Buffer.from((await f.volume.getxattr(call, attributes.id, stampIn.xattr)) ?? []);
        expect(stored.readBigUInt64BE(2)).toBe(attributes.contentStamp);
        expect([stored.toString('latin1', 0, 2), stored.toString('latin1', 10)]).toEqual(['<<', '>>']);
      }
      expect(value, 'what was passed in').toEqual(bytes('<<12345678>>'));
    });

    test('publish_stampInNoPlace_isRefused', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const file = { xattrs: new Map([['user.x', bytes('12345678')]]) };
      const into = (xattr: string, offset: number) => publish('a', { file, options: { stampIn: { xattr, offset } } });
      if (!f.volume.traits.contentStamp) await expectCode(into('user.x', 0), 'notSupported');
      else {
        await expectCode(into('user.x', 1), 'invalid');
        await expectCode(into('user.x', -1), 'invalid');
        await expectCode(into('user.y', 0), 'invalid');
      }
      expect(await f.names(f.root)).toEqual([]);
    });

    test('publish_described_holdsWhatTheFileIsWhenAnswered', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const xattr = 'trusted.polynas.object';
      const file = { xattrs: new Map([[xattr, bytes('?')]]) };
      const described = { xattr, value: ({ change, size }: Attributes) => bytes(`${change} ${size}`) };
      if (f.volume.traits.contentStamp) {
        await expectCode(publish('a', { file, options: { described } }), 'notSupported');
        expect(await f.names(f.root)).toEqual([]);
        return;
      }
      for (const content of ['first', pattern(50_000)]) {
        const { attributes } = await publish('a', { file, content, options: { described } });
        const stored = Buffer.from((await f.volume.getxattr(call, attributes.id, xattr)) ?? []);
        expect(stored.toString()).toBe(`${attributes.change} ${content.length}`);
      }
    });

    test('publish_withRecords_commitsThemTogether', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const records = [{ key: bytes('key'), value: bytes('value') }];
      if (f.volume.records === undefined) {
        await expectCode(publish('a', { options: { records } }), 'notSupported');
        expect(await f.names(f.root)).toEqual([]);
        return;
      }
      await expectCode(publish('a', { options: { records, ifTarget: { id: f.root } } }), 'conditionFailed');
      expect(await f.volume.records.get(call, bytes('key'))).toBeUndefined();
      await publish('a', { options: { records } });
      expect(await f.volume.records.get(call, bytes('key'))).toEqual(bytes('value'));
    });

    test('publish_whatCannotBe_isRefusedAndChangesNothing', async ({ skip }) => {
      skip(!isThere(), 'no publish');
      const { maxNameBytes, maxXattrBytes } = f.volume.traits;
      const a = await f.file(f.root, 'a', 'old');
      await f.mkdir(f.root, 'd');
      const gone = await f.mkdir(f.root, 'gone');
      await f.volume.rmdir(call, f.root, bytes('gone'));
      const before = await f.entries(f.root, 100, true);
      await expectCode(publish('d'), 'isDirectory');
      await expectCode(publish('..'), 'badName');
      await expectCode(publish('x'.repeat(maxNameBytes + 1)), 'nameTooLong');
      await expectCode(publish('b', { directory: a }), 'notDirectory');
      await expectCode(publish('b', { directory: gone }), 'stale');
      for (const name of ['a', 'b']) {
        await expectCode(publish(name, { file: { mode: 0o10000 } }), 'invalid');
        await expectCode(publish(name, { file: { xattrs: new Map([['other.x', bytes('1')]]) } }), 'badName');
        const xattrs = new Map([['trusted.polynas.x', new Uint8Array(maxXattrBytes + 1)]]);
        await expectCode(publish(name, { file: { xattrs } }), 'tooLarge', 'noSpace');
      }
      expect(await f.entries(f.root, 100, true)).toEqual(before);
    });

    test('publish_thenReopen_isThere', async ({ skip }) => {
      skip(!isThere() || !f.volume.traits.persistent, 'no publish, or not persistent');
      const results = [];
      for (const length of [0, 100, 9000, 200_000])
        results.push(await publish(`a${length}`, { content: pattern(length) }));
      await publish('a100', { content: pattern(150_000, 2) });
      await f.reopen();
      for (const { attributes } of results) {
        if (attributes.size === 100) continue;
        expect(await f.attributes(attributes.id)).toEqual(attributes);
        expect(Buffer.compare(await f.read(attributes.id), pattern(attributes.size))).toBe(0);
      }
      const swapped = await f.lookup(f.root, 'a100');
      expect(swapped?.size).toBe(150_000);
      expect(Buffer.compare(await f.read(swapped?.id ?? 0n), pattern(150_000, 2))).toBe(0);
    });
  });
}
