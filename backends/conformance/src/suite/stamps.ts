import { describe, expect, test } from 'vitest';
import { bytes, call, newFile, pattern, type Fixture } from '../fixture.ts';

export function stampTests(f: Fixture): void {
  describe('content stamps', () => {
    const stampOf = async (id: bigint) => (await f.attributes(id)).contentStamp;

    test('stamp_traitFalse_isAbsent', async ({ skip }) => {
      skip(f.volume.traits.contentStamp, 'has content stamps');
      expect(await stampOf(await f.file(f.root, 'a', 'content'))).toBeUndefined();
    });

    test('stamp_ofOtherThanFiles_isAbsent', async () => {
      const { attributes } = await f.volume.symlink(call, f.root, bytes('s'), bytes('t'), newFile());
      expect(attributes.contentStamp).toBeUndefined();
      expect(await stampOf(f.root)).toBeUndefined();
    });

    test('stamp_contentUntouched_stays', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const id = await f.file(f.root, 'a', 'content');
      const d = await f.mkdir(f.root, 'd');
      const before = await stampOf(id);
      expect(before).toBeTypeOf('bigint');
      const steps = [
        () => f.volume.setattr(call, id, { mode: 0o600, uid: 1, gid: 2, dosBits: 1 }),
        () => f.volume.setattr(call, id, { modified: 'now', accessed: 'now', born: { seconds: 1, nanoseconds: 2 } }),
        () => f.volume.setattr(call, id, { size: 7 }),
        () => f.volume.setxattr(call, id, 'user.x', bytes('v'), 'either'),
        () => f.volume.setxattr(call, id, 'trusted.x', bytes('v'), 'either'),
        () => f.volume.removexattr(call, id, 'user.x'),
        () => f.volume.link(call, id, d, bytes('l')),
        () => f.volume.rename(call, f.root, bytes('a'), d, bytes('b')),
        () => f.volume.unlink(call, d, bytes('l')),
        () => f.read(id),
        () => f.withHandle(id, 'write', (handle) => handle.sync(call)),
        () => f.withHandle(id, 'write', (handle) => handle.write(call, 50, [], 'file')),
        () => f.withHandle(id, 'write', (handle) => handle.allocate(call, 0, 100, false)),
      ];
      for (const step of steps) {
        await step();
        expect(await stampOf(id), String(step)).toBe(before);
      }
      if (!f.volume.traits.persistent) return;
      await f.reopen();
      expect(await stampOf(id), 'reopen').toBe(before);
    });

    test('stamp_contentTouched_changes', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const id = await f.file(f.root, 'a', pattern(1000));
      const steps = [
        () => f.write(id, 0, 'new', 'file'),
        () => f.write(id, 0, 'newer', 'unstable'),
        () => f.write(id, 0, 'newest', 'data'),
        () => f.write(id, 2000, 'far', 'unstable'),
        () => f.volume.setattr(call, id, { size: 10 }),
        () => f.volume.setattr(call, id, { size: 1000 }),
        () => f.volume.setattr(call, id, { size: 0, modified: { seconds: 1, nanoseconds: 0 } }),
        () => f.withHandle(id, 'write', (handle) => handle.allocate(call, 0, 5000, true)),
        () => f.write(id, 0, 'bytes to punch'),
        () => f.withHandle(id, 'write', (handle) => handle.punch(call, 0, 5)),
      ];
      const seen = new Set([await stampOf(id)]);
      for (const [index, step] of steps.entries()) {
        await step();
        seen.add(await stampOf(id));
        expect(seen.size, String(step)).toBe(index + 2);
      }
    });

    test('stamps_ofDifferentContents_areNeverShared', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const seen = new Set<bigint | undefined>();
      let contents = 0;
      for (let index = 0; index < 20; index += 1) {
        const id = await f.file(f.root, `f${index}`);
        seen.add(await stampOf(id));
        await f.write(id, 0, `content ${index}`, 'unstable');
        seen.add(await stampOf(id));
        contents += 2;
        if (index % 3 === 0) await f.volume.unlink(call, f.root, bytes(`f${index}`));
      }
      expect(seen.size).toBe(contents);
      if (!f.volume.traits.persistent) return;
      await f.reopen();
      for (let index = 0; index < 10; index += 1) seen.add(await stampOf(await f.file(f.root, `g${index}`)));
      expect(seen.size, 'after reopen').toBe(contents + 10);
    });

    test('stamps_writtenAtOnce_oneForEachAnswer', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const id = await f.file(f.root, 'a');
      await f.withHandle(id, 'write', async (handle) => {
        const writes = Array.from({ length: 16 }, (_, index) => handle.write(call, index, [bytes('x')], 'unstable'));
        const stamps = (await Promise.all(writes)).map((result) => result.after.contentStamp);
        expect(stamps).toContain(await stampOf(id));
      });
    });
  });
}
