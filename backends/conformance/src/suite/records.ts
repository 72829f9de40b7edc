import { describe, expect, test } from 'vitest';
import type { RecordChange } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, text, type Fixture } from '../fixture.ts';

export function recordTests(f: Fixture): void {
  describe('records', () => {
    const record = (key: string, value?: string): RecordChange =>
      value === undefined ? { key: bytes(key) } : { key: bytes(key), value: bytes(value) };
    const get = async (key: string) => text(await f.volume.records?.get(call, bytes(key)));
    const set = (...changes: RecordChange[]) => f.volume.records?.set(call, changes) ?? Promise.resolve();
    const range = async (from: string, to: string, limit = 100) => {
      const found = (await f.volume.records?.range(call, bytes(from), bytes(to), limit)) ?? [];
      return found.map(({ key, value }) => [text(key), text(value)]);
    };

    /** Each mutation that takes records, with names that make it succeed when run in this order. */
    function mutations(id: bigint, records: RecordChange[]): (() => Promise<unknown>)[] {
      const { volume, root } = f;
      const file = newFile({ records });
      const options = { records };
      return [
        () => volume.create(call, root, bytes('b'), { kind: 'guarded' }, file),
        () => volume.mkdir(call, root, bytes('d'), file),
        () => volume.mknod(call, root, bytes('n'), 'fifo', { major: 0, minor: 0 }, file),
        () => volume.symlink(call, root, bytes('s'), bytes('t'), file),
        () => volume.link(call, id, root, bytes('l'), options),
        () => volume.setattr(call, id, { mode: 0o600 }, options),
        () => volume.setxattr(call, id, 'user.x', bytes('v'), 'either', options),
        () => volume.removexattr(call, id, 'user.x', options),
        () => volume.rename(call, root, bytes('n'), root, bytes('m'), options),
        () => volume.unlink(call, root, bytes('l'), options),
        () => volume.rmdir(call, root, bytes('d'), options),
        () => volume.replace(call, root, bytes('a'), root, bytes('b'), options),
      ];
    }

    test('get_setAndRemove_keepLastValue', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      expect(await get('k')).toBeUndefined();
      await set(record('k', '1'), record('l', ''));
      expect([await get('k'), await get('l')]).toEqual(['1', '']);
      await set(record('k', '2'), record('l'), record('never'));
      expect([await get('k'), await get('l')]).toEqual(['2', undefined]);
    });

    test('range_isInByteOrderFromInclusiveBelowTo', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      const keys = ['b', 'a', 'ab', 'c', 'b\u0001', 'B', 'b\u00e9'];
      await set(...keys.map((key) => record(key, key)));
      expect((await range('a', 'c')).map(([key]) => key)).toEqual(['a', 'ab', 'b', 'b\u0001', 'b\u00e9']);
      expect((await range('ab', 'b')).map(([key]) => key)).toEqual(['ab']);
      expect((await range('b', 'z', 2)).map(([key]) => key)).toEqual(['b', 'b\u0001']);
      expect(await range('c', 'a')).toEqual([]);
    });

    test('set_keyAndValueLimits_areObeyed', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      const key = new Uint8Array(400).fill(0xff);
      await set({ key, value: pattern(65_536) });
      expect(new Uint8Array((await f.volume.records?.get(call, key)) ?? [])).toEqual(pattern(65_536));
      await expectCode(set(record('x', 'y'), { key: new Uint8Array(401), value: bytes('') }), 'nameTooLong');
      await expectCode(set(record('x', 'y'), { key: bytes('k'), value: new Uint8Array(65_537) }), 'tooLarge');
      await expectCode(set(record('x', 'y'), { key: new Uint8Array(), value: bytes('') }), 'invalid');
      expect(await get('x'), 'set is atomic').toBeUndefined();
    });

    test('mutations_each_commitTheirRecords', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      const id = await f.file(f.root, 'a', 'content');
      const count = mutations(id, []).length;
      for (let index = 0; index < count; index += 1) {
        const step = mutations(id, [record('last', `${index}`), record(`step-${index}`, 'done')])[index];
        await step?.();
        expect(await get('last'), String(step)).toBe(`${index}`);
      }
      expect(await range('step-', 'step.')).toHaveLength(count);
    });

    test('mutations_rejected_commitNoRecords', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'd');
      const options = { records: [record('k', 'v')] };
      const { volume, root } = f;
      await expectCode(volume.mkdir(call, root, bytes('a'), newFile(options)), 'exists');
      await expectCode(volume.create(call, root, bytes('a'), { kind: 'guarded' }, newFile(options)), 'exists');
      await expectCode(volume.unlink(call, root, bytes('d'), options), 'isDirectory');
      await expectCode(volume.rename(call, root, bytes('a'), root, bytes('d'), options), 'isDirectory');
      const condition = { ...options, ifChange: 0n };
      await expectCode(volume.setattr(call, root, { mode: 0 }, condition), 'conditionFailed');
      expect(await get('k')).toBeUndefined();
    });

    test('mutations_thatDidNothing_commitNoRecords', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      const id = await f.file(f.root, 'a');
      await f.volume.link(call, id, f.root, bytes('b'));
      const options = { records: [record('k', 'v')] };
      await f.volume.create(call, f.root, bytes('a'), { kind: 'unchecked' }, newFile(options));
      await f.volume.rename(call, f.root, bytes('a'), f.root, bytes('b'), options);
      expect(await get('k')).toBeUndefined();
    });

    test('mutations_withBadRecords_changeNothing', async ({ skip }) => {
      skip(f.volume.records === undefined, 'no records');
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(f.root);
      for (const step of mutations(id, [record('k', 'v'), record('x'.repeat(401), 'v')]).slice(0, 6)) {
        await expectCode(step(), 'nameTooLong');
      }
      expect(await f.attributes(f.root)).toEqual(before);
      expect(await get('k')).toBeUndefined();
    });

    test('mutations_withoutTheGroup_areNotSupported', async ({ skip }) => {
      skip(f.volume.records !== undefined, 'has records');
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(f.root);
      for (const step of mutations(id, [record('k', 'v')]).slice(0, 6)) await expectCode(step(), 'notSupported');
      expect(await f.attributes(f.root)).toEqual(before);
      expect((await f.attributes(id)).mode).toBe(0o644);
    });

    test('records_acrossReopen_stay', async ({ skip }) => {
      skip(f.volume.records === undefined || !f.volume.traits.persistent, 'no records, or not persistent');
      await set(record('k', 'v'));
      await f.volume.mkdir(call, f.root, bytes('d'), newFile({ records: [record('l', 'w')] }));
      await f.reopen();
      expect([await get('k'), await get('l')]).toEqual(['v', 'w']);
    });
  });
}
