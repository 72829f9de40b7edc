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
  const mount = {
    within: () => mount,
    getattrs: () =>
      new Promise<readonly { statx: Statx }[]>((resolve) => asked.push((answer) => resolve([{ statx: answer }]))),
  } as unknown as Mount;
  const inode: HeldInode = { mount, pointer: 1n, release: () => undefined };
  const mounts = { root: 1n, epoch: () => epoch, hold: async () => inode } as unknown as Mounts;
  const source = new AttributeSource({ mounts, entries: 10, isOpen: () => false });
  return { source, inode, asked, lose: () => (epoch += 1n) };
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
