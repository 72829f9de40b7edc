import { describe, expect, test } from 'vitest';
import { bytes, call, expectCode, type Fixture } from '../fixture.ts';

export function conditionTests(f: Fixture): void {
  describe('conditions', () => {
    const rename = (options: Parameters<typeof f.volume.rename>[5]) =>
      f.volume.rename(call, f.root, bytes('a'), f.root, bytes('b'), options);

    test('setattr_ifChange_holdsOrIsConditionFailed', async () => {
      const id = await f.file(f.root, 'a', 'content');
      const before = await f.attributes(id);
      await expectCode(f.volume.setattr(call, id, { size: 0 }, { ifChange: before.change + 1n }), 'conditionFailed');
      expect(await f.attributes(id)).toEqual(before);
      await f.volume.setattr(call, id, { size: 0 }, { ifChange: before.change });
      await expectCode(f.volume.setattr(call, id, { size: 5 }, { ifChange: before.change }), 'conditionFailed');
      expect((await f.attributes(id)).size).toBe(0);
    });

    test('setattr_ifChanged_holdsOrIsConditionFailed', async () => {
      const id = await f.file(f.root, 'a');
      const { changed } = await f.attributes(id);
      const other = { seconds: changed.seconds - 1, nanoseconds: changed.nanoseconds };
      await expectCode(f.volume.setattr(call, id, { mode: 0 }, { ifChanged: other }), 'conditionFailed');
      await f.volume.setattr(call, id, { mode: 0o600 }, { ifChanged: { ...changed } });
      expect((await f.attributes(id)).mode).toBe(0o600);
    });

    test('setattr_ifChangeTwiceAtOnce_oneIsConditionFailed', async () => {
      const id = await f.file(f.root, 'a');
      const { change } = await f.attributes(id);
      const settled = await Promise.allSettled(
        [0o600, 0o640].map((mode) => f.volume.setattr(call, id, { mode }, { ifChange: change })),
      );
      expect(settled.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    test('unlink_ifTarget_removesOnlyThatFile', async () => {
      const a = await f.file(f.root, 'a');
      const b = await f.file(f.root, 'b');
      await expectCode(f.volume.unlink(call, f.root, bytes('a'), { ifTarget: { id: b } }), 'conditionFailed');
      await expectCode(f.volume.unlink(call, f.root, bytes('none'), { ifTarget: { id: b } }), 'notFound');
      expect(await f.names(f.root)).toEqual(['a', 'b']);
      await f.volume.unlink(call, f.root, bytes('a'), { ifTarget: { id: a } });
      expect(await f.names(f.root)).toEqual(['b']);
    });

    test('rmdir_ifTarget_removesOnlyThatDirectory', async () => {
      const d = await f.mkdir(f.root, 'd');
      await expectCode(f.volume.rmdir(call, f.root, bytes('d'), { ifTarget: { id: f.root } }), 'conditionFailed');
      await f.volume.rmdir(call, f.root, bytes('d'), { ifTarget: { id: d } });
    });

    test('unlink_ifTargetStamp_removesOnlyThatContent', async ({ skip }) => {
      skip(!f.volume.traits.contentStamp, 'no content stamps');
      const id = await f.file(f.root, 'a', 'old');
      const { contentStamp: stamp } = await f.attributes(id);
      if (stamp === undefined) return expect.fail('a regular file has a stamp');
      await f.volume.setattr(call, id, { mode: 0o600 });
      const later = (await f.write(id, 0, 'new')).contentStamp;
      await expectCode(f.volume.unlink(call, f.root, bytes('a'), { ifTarget: { id, stamp } }), 'conditionFailed');
      await f.volume.unlink(call, f.root, bytes('a'), { ifTarget: { id, stamp: later ?? 0n } });
    });

    test('stampCondition_withoutStamps_isNotSupported', async ({ skip }) => {
      skip(f.volume.traits.contentStamp, 'has content stamps');
      const id = await f.file(f.root, 'a');
      const ifTarget = { id, stamp: 1n };
      await expectCode(f.volume.unlink(call, f.root, bytes('a'), { ifTarget }), 'notSupported');
      await f.file(f.root, 'b');
      await expectCode(f.volume.replace(call, f.root, bytes('b'), f.root, bytes('a'), { ifTarget }), 'notSupported');
      expect(await f.names(f.root)).toEqual(['a', 'b']);
    });

    test('rename_noReplace_neverTakesOver', async () => {
      await f.file(f.root, 'a');
      await f.mkdir(f.root, 'b');
      await expectCode(rename({ noReplace: true }), 'exists');
      await f.volume.rmdir(call, f.root, bytes('b'));
      await f.file(f.root, 'b');
      await expectCode(rename({ noReplace: true }), 'exists');
      await f.volume.unlink(call, f.root, bytes('b'));
      await rename({ noReplace: true });
      expect(await f.names(f.root)).toEqual(['b']);
    });

    test('rename_noReplaceToItself_isUnchanged', async () => {
      await f.file(f.root, 'a');
      const options = { noReplace: true };
      const result = await f.volume.rename(call, f.root, bytes('a'), f.root, bytes('a'), options);
      expect(result.unchanged).toBe(true);
    });

    test('rename_noReplaceOntoHardLink_isExists', async () => {
      const id = await f.file(f.root, 'a');
      await f.volume.link(call, id, f.root, bytes('b'));
      await expectCode(rename({ noReplace: true }), 'exists');
    });

    test('rename_ifSource_movesOnlyThatFile', async () => {
      const a = await f.file(f.root, 'a');
      await expectCode(rename({ ifSource: f.root }), 'conditionFailed');
      expect(await f.names(f.root)).toEqual(['a']);
      await rename({ ifSource: a });
      await expectCode(rename({ ifSource: a }), 'notFound');
    });

    test('rename_ifTarget_takesOverOnlyThatFile', async () => {
      await f.file(f.root, 'a', 'new');
      const b = await f.file(f.root, 'b', 'old');
      await expectCode(rename({ ifTarget: 'absent' }), 'conditionFailed');
      await expectCode(rename({ ifTarget: { id: b + 1000n } }), 'conditionFailed');
      expect(await f.readText(b)).toBe('old');
      await rename({ ifTarget: { id: b } });
      await f.file(f.root, 'a');
      await expectCode(rename({ ifTarget: { id: b } }), 'conditionFailed');
      await f.volume.unlink(call, f.root, bytes('b'));
      await expectCode(rename({ ifTarget: { id: b } }), 'conditionFailed');
      await rename({ ifTarget: 'absent' });
    });

    test('rename_noReplaceAtOnce_oneArrives', async () => {
      const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
      for (const name of names) await f.file(f.root, name);
      const settled = await Promise.allSettled(
        names.map((name) => f.volume.rename(call, f.root, bytes(name), f.root, bytes('t'), { noReplace: true })),
      );
      expect(settled.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      expect(await f.names(f.root)).toHaveLength(8);
    });
  });
}
