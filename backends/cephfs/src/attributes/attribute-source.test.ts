import { describe, expect, test } from 'vitest';
import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import type { Mount, Statx } from '../native/mount-api.ts';
import { AttributeSource } from './attribute-source.ts';
import { noRecord } from './own-record.ts';

const time = { seconds: 5, nanoseconds: 6 };
const file = 7n;

function statx(size: number, version: bigint): Statx {
  const times = { accessed: time, modified: time, changed: time, born: time };
  const who = { ino: file, dev: 2n ** 64n - 2n, mode: 0o100_644, nlink: 1, uid: 0, gid: 0, rdev: 0n, blocks: 0 };
  return { ...who, ...times, size, version };
}

/** A pool whose answers come when the test says so, and that may lose its client. */
function pool() {
  const asked: ((answer: Statx) => void)[] = [];
  let epoch = 1n;
  const refreshed: string[] = [];
  const mount = {
    getxattr: async (_: bigint, name: string) => void refreshed.push(name),
    within: () => mount,
    getattrs: () =>
      new Promise<readonly { statx: Statx }[]>((resolve) => asked.push((answer) => resolve([{ statx: answer }]))),
  } as unknown as Mount;
  const inode: HeldInode = { mount, pointer: 1n, release: () => undefined };
  const mounts = { root: 1n, epoch: () => epoch, hold: async () => inode } as unknown as Mounts;
  const source = new AttributeSource({ mounts, entries: 10, isOpen: () => false });
  return { source, inode, asked, refreshed, lose: () => (epoch += 1n) };
}

describe('what is known of files, and a client that is lost', () => {
  test('get_answeredBeforeTheLoss_isNotRemembered', async () => {
    const { source, inode, asked, lose } = pool();
    const early = source.of({}, inode, file);
    lose();
    const late = source.of({}, inode, file);
    asked[0]?.(statx(100, 9n));
    await early;
    expect(source.now(file)).toBeUndefined();
    asked[1]?.(statx(6, 5n));
    expect((await late).attributes.size).toBe(6);
    expect(source.now(file)?.attributes.size).toBe(6);
  });

  test('learn_listedBeforeTheLoss_isNotRemembered', () => {
    const { source, lose } = pool();
    lose();
    expect(source.learn(statx(100, 9n), noRecord, 1n).size).toBe(100);
    expect(source.now(file)).toBeUndefined();
    source.learn(statx(6, 5n), noRecord);
    expect(source.now(file)?.attributes.size).toBe(6);
  });
});

describe('what a write has told of its file', () => {
  test('told_beforeWhatIsKnown_isNothingToGoBy', () => {
    const { source } = pool();
    expect(source.told(file, statx(10, 5n), 1n)).toBeUndefined();
    source.learn(statx(10, 5n), noRecord);
    expect(source.told(file, statx(20, 6n), 1n)?.size).toBe(20);
    expect(source.told(file, statx(10, 5n), 1n)).toBeUndefined();
    expect(source.now(file)?.attributes.size).toBe(20);
  });

  test('told_ofAFormerEpoch_isNotRemembered', () => {
    const { source, lose } = pool();
    source.learn(statx(10, 5n), noRecord);
    lose();
    source.learn(statx(10, 5n), noRecord);
    expect(source.told(file, statx(20, 6n), 1n)?.size).toBe(20);
    expect(source.now(file)?.attributes.size).toBe(10);
  });

  test('told_whileAnotherAsks_isNotForgottenForItsAnswer', async () => {
    const { source, inode, asked } = pool();
    const asking = source.of({}, inode, file);
    source.learn(statx(10, 5n), noRecord);
    source.told(file, statx(20, 6n), 1n);
    asked[0]?.(statx(10, 5n));
    await asking;
    expect(source.now(file)?.attributes.size).toBe(20);
  });
});

describe('what was given of files, and is looked at again', () => {
  const others = (source: AttributeSource, from: bigint): void => {
    for (let ino = from; ino < from + 10n; ino += 1n) source.learn({ ...statx(1, 1n), ino }, noRecord);
  };

  test('now_changedSince_isOutdated', () => {
    const { source, lose } = pool();
    const changes: readonly (() => void)[] = [
      () => source.drop(file),
      () => void source.learn(statx(2, 2n), noRecord),
      () => void lose(),
    ];
    for (const change of changes) {
      source.learn(statx(1, 1n), noRecord);
      const given = source.now(file)!;
      const round = source.round();
      expect([given.outdated, source.now(file) === given, source.round()]).toEqual([false, true, round]);
      change();
      expect(given.outdated !== false || source.round() !== round).toBe(true);
      source.drop(file);
    }
  });

  test('now_forgottenAndChangedSince_isOutdatedOrOfAnEarlierRound', () => {
    const { source } = pool();
    source.learn(statx(1, 1n), noRecord);
    const given = source.now(file)!;
    const round = source.round();
    others(source, 100n);
    others(source, 200n);
    others(source, 300n);
    source.learn(statx(2, 2n), noRecord);
    expect(source.now(file)?.attributes.size).toBe(2);
    expect(given.outdated !== false || source.round() !== round).toBe(true);
  });
});

describe('directories that libcephfs has wrong', () => {
  const settled = (): Promise<void> => new Promise(setImmediate);

  test('suspect_many_areAskedForOneByOne', async () => {
    const { source, refreshed } = pool();
    const ids = Array.from({ length: 5000 }, (_, index) => BigInt(index + 10));
    for (const id of ids) source.suspect(id);
    await settled();
    expect(refreshed.length).toBe(5000 - 4096);
    expect(ids.filter((id) => source.isSuspect(id))).toEqual(ids.slice(5000 - 4096));
  });

  test('suspect_whileItIsAskedFor_staysOne', async () => {
    const { source, inode, asked, refreshed } = pool();
    source.suspect(file);
    const asking = source.of({}, inode, file);
    expect(refreshed.length).toBe(1);
    source.suspect(file);
    await settled();
    asked[0]?.(statx(1, 1n));
    await asking;
    expect(source.isSuspect(file)).toBe(true);
  });

  test('suspect_beforeAnotherEpoch_staysOne', () => {
    const { source, lose } = pool();
    source.suspect(10n);
    // Of several clients one was lost, or a pool was full: the directory's own client stands, and has it as wrong as before.
    lose();
    source.suspect(11n);
    expect([source.isSuspect(10n), source.isSuspect(11n)]).toEqual([true, true]);
  });
});
