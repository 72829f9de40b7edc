import { afterEach, describe, expect, test, vi } from 'vitest';
import { StorageError } from '@polynas/core/spi';
import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import { Syncs } from './syncs.ts';

/** A mount whose syncs settle when the test says so. */
function slowSyncs() {
  const running: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  let count = 0;
  const syncInode = (): Promise<void> => {
    count += 1;
    return new Promise((resolve, reject) => running.push({ resolve, reject }));
  };
  const inode = { mount: { syncInode }, pointer: 1n, release: () => undefined } as unknown as HeldInode;
  const mounts = {
    failed: (_: unknown, error: unknown) => new StorageError('io', String(error)),
  } as unknown as Mounts;
  return { syncs: new Syncs(mounts), inode, running, count: () => count };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

afterEach(() => void vi.useRealTimers());

describe('syncs', () => {
  test('allWhoComeWhileOneRuns_shareTheNext', async () => {
    const { syncs, inode, running, count } = slowSyncs();
    const first = syncs.stable(inode);
    const others = [1, 2, 3].map(() => syncs.stable(inode));
    expect(count()).toBe(1);
    running.shift()?.resolve();
    await first;
    await turns();
    expect(count()).toBe(2);
    running.shift()?.resolve();
    await Promise.all(others);
    expect(count()).toBe(2);
  });

  test('otherFiles_syncBesideEachOther', async () => {
    const { syncs, inode, running, count } = slowSyncs();
    const both = [syncs.stable(inode), syncs.stable({ ...inode, pointer: 2n })];
    expect(count()).toBe(2);
    for (const { resolve } of running) resolve();
    await Promise.all(both);
  });

  test('failure_isForThoseOfThatRoundOnly', async () => {
    const { syncs, inode, running } = slowSyncs();
    const first = syncs.stable(inode);
    const second = syncs.stable(inode);
    running.shift()?.reject(new Error('lost'));
    await expect(first).rejects.toMatchObject({ code: 'io' });
    await turns();
    running.shift()?.resolve();
    await second;
    const third = syncs.stable(inode);
    running.shift()?.resolve();
    await third;
  });

  test('othersOnTheirWay_areWaitedFor_andShareIt', async () => {
    const { syncs, inode, running, count } = slowSyncs();
    let answered: () => void = () => undefined;
    const others = () => new Promise<void>((resolve) => (answered = resolve));
    const all = [syncs.stable(inode, others)];
    await turns();
    expect(count()).toBe(0);
    all.push(syncs.stable(inode, others), syncs.stable(inode));
    answered();
    await turns();
    expect(count()).toBe(1);
    const late = syncs.stable(inode);
    running.shift()?.resolve();
    await Promise.all(all);
    await turns();
    expect(count()).toBe(2);
    running.shift()?.resolve();
    await late;
  });

  test('othersWhoHang_areNotWaitedForLong', async () => {
    vi.useFakeTimers();
    const { syncs, inode, running, count } = slowSyncs();
    const first = syncs.stable(inode, () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(2);
    expect(count()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(count()).toBe(1);
    running.shift()?.resolve();
    await first;
  });
});
