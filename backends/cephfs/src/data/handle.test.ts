import type { FileHandle } from '@polynas/core/spi';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Later } from '../later.ts';
import { CephError } from '../native/ceph-error.ts';
import { errno } from '../native/errno.ts';
import type { Before, FakeClient } from '../testing/fake-client.ts';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const contentOf = async (handle: FileHandle): Promise<string> =>
  Buffer.from((await handle.read(call, 0, 1000)).bytes).toString();

async function opened(
  writers: 'head' | 'shared' = 'head',
  options: { readonly later?: Later } = {},
): Promise<FakeVolume & { readonly handle: FileHandle }> {
  const fake = await fakeVolume(writers, options);
  onTestFinished(() => fake.volume.close());
  const { volume } = fake;
  const { attributes } = await volume.create(call, volume.root, text('f'), { kind: 'guarded' }, owner);
  const handle = await volume.open(call, attributes.id, 'write');
  await handle.write(call, 0, [text('stable')], 'file');
  return { ...fake, handle };
}

/** Removed files are held until `letGo` is called. */
function holdsOfRemovedFiles(): { readonly later: Later; readonly letGo: () => Promise<void> } {
  const looks: (() => void)[] = [];
  return {
    later: (_milliseconds, run) => {
      looks.push(run);
      return () => undefined;
    },
    // The second look in a row finds that nothing was removed since.
    letGo: async () => {
      for (let count = 0; count < 5; count += 1) looks.shift()?.();
      await new Promise(setImmediate);
    },
  };
}

describe.each(['head', 'shared'] as const)('handles whose mount is evicted, writers: %s', (writers) => {
  test('sync_afterLoss_answersTheNextEpoch', async () => {
    const { volume, handle, current } = await opened(writers);
    const { epoch } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable');
    current().evict();
    const synced = await handle.sync(call);
    expect([synced.epoch, synced.after.size]).toEqual([epoch + 1n, 6]);
    expect(volume.epoch()).toBe(epoch + 1n);
    expect(await contentOf(handle)).toBe('stable');
  });

  test('write_file_isWrittenAnewUntilItIsStable', async () => {
    const { handle, current, cluster, mounts } = await opened(writers);
    const first = current();
    first.before = (name) => {
      if (name === 'fsync') first.evict();
    };
    const { epoch, committed, after } = await handle.write(call, 6, [text(' again')], 'file');
    expect([epoch, committed, after.size, mounts.length]).toEqual([2n, 'file', 12, 2]);
    expect(Buffer.from(cluster.inodes.get(handle.id)?.data ?? []).toString()).toBe('stable again');
  });

  test('write_answeredUnstablyBefore_isNotTakenForStable', async () => {
    const { handle, current, mounts } = await opened(writers);
    const lost = await handle.write(call, 0, [text('lost')], 'unstable');
    current().evict();
    const kept = await handle.write(call, 10, [text('kept')], 'unstable');
    const { epoch } = await handle.sync(call);
    expect([lost.epoch === epoch, kept.epoch === epoch, mounts.length]).toEqual([false, true, 2]);
    expect(await contentOf(handle)).toBe('stable\0\0\0\0kept');
  });

  test('evictedForEver_isTryLater', async () => {
    const { handle, current, mounts, onMount } = await opened(writers);
    const doom = (mount: FakeClient): void => {
      mount.before = (name) => (name === 'read' ? mount.evict() : undefined);
    };
    doom(current());
    onMount(doom);
    await expect(handle.read(call, 0, 10)).rejects.toMatchObject({ code: 'tryLater' });
    expect(mounts.length).toBeLessThanOrEqual(4);
  });

  test('replace_ofWhatWasLost_publishesNothing', async () => {
    const { volume, handle, current } = await opened(writers);
    const { epoch: writtenIn } = await handle.write(call, 0, [text('LOST')], 'unstable');
    current().evict();
    await volume.getattr(call, handle.id).catch(() => undefined);
    await handle.read(call, 0, 1);
    const published = volume.replace(call, volume.root, text('f'), volume.root, text('g'), { writtenIn });
    await expect(published).rejects.toMatchObject({ code: expect.stringMatching(/unavailable|io/) as string });
    expect(await volume.lookup(call, volume.root, text('g'))).toBeUndefined();
  });
});

describe('what is stable and not counted yet', () => {
  const stampOf = async ({ volume, handle }: Awaited<ReturnType<typeof opened>>) => {
    const { size, modified, change } = await volume.getattr(call, handle.id);
    return { size, modified, change };
  };

  test('write_stable_hasAnotherTimeAfterALoss_whateverItsCount', async () => {
    const fake = await opened();
    await fake.volume.setattr(call, fake.handle.id, { mode: 0o600 });
    const counted = await stampOf(fake);
    const { after } = await fake.handle.write(call, 0, [text('STABLE')], 'file');
    fake.current().evict();
    await fake.handle.sync(call);
    expect(await contentOf(fake.handle)).toBe('STABLE');
    const found = await stampOf(fake);
    expect(found).toEqual({ size: 6, modified: after.modified, change: counted.change });
    expect(found.modified).not.toEqual(counted.modified);
  });

  test('write_stable_toAFileFromTheFuture_isCounted', async () => {
    const fake = await opened();
    await fake.volume.setattr(call, fake.handle.id, { modified: { seconds: 4_000_000_000, nanoseconds: 0 } });
    const { after } = await fake.handle.write(call, 0, [text('STABLE')], 'file');
    fake.current().evict();
    await fake.handle.sync(call);
    expect((await stampOf(fake)).change).toBe(after.change);
  });

  test('write_stable_whereOthersWriteToo_isCounted', async () => {
    const fake = await opened('shared');
    const { after } = await fake.handle.write(call, 0, [text('STABLE')], 'file');
    fake.current().evict();
    await fake.handle.sync(call);
    expect((await stampOf(fake)).change).toBe(after.change);
  });

  test('allocate_andSync_isCounted', async () => {
    const fake = await opened();
    await fake.handle.allocate(call, 0, 100, true);
    const { after } = await fake.handle.sync(call);
    fake.current().evict();
    await fake.handle.sync(call);
    expect(await stampOf(fake)).toMatchObject({ size: 100, change: after.change });
  });

  test('whatTheMdsDoesNext_goesOnFromTheCount', async () => {
    const fake = await opened();
    const { after } = await fake.handle.write(call, 0, [text('STABLE')], 'file');
    const { change } = await fake.volume.setxattr(call, fake.handle.id, 'user.a', text('x'), 'either');
    expect(change).toBe(after.change + 1n);
  });
});

describe('handles', () => {
  test('sync_askedByManyAtOnce_isOneOrTwo', async () => {
    const { handle, current } = await opened();
    const before = vi.fn<Before>();
    current().before = before;
    await handle.write(call, 0, [text('x')], 'unstable');
    await Promise.all(Array.from({ length: 20 }, () => handle.sync(call)));
    expect(before.mock.calls.filter(([name]) => name === 'syncInode').length).toBeLessThanOrEqual(2);
  });

  test('handles_ofOneFile_shareOneOpenFile', async () => {
    const { volume, handle, current } = await opened();
    const others = await Promise.all(Array.from({ length: 10 }, () => volume.open(call, handle.id, 'read')));
    await Promise.all(others.map((other) => other.read(call, 0, 10)));
    expect(current().opens).toBe(1);
    await Promise.all([handle, ...others].map((each) => each.close()));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    // Opened again it costs nothing.
    expect(current().opens).toBe(1);
  });

  test('unlinkedFile_thatNobodyHasOpen_isLetGoWhenNothingIsRemovedAnyMore', async () => {
    const { later, letGo } = holdsOfRemovedFiles();
    const { volume, handle, current, cluster } = await opened('head', { later });
    await handle.close();
    await volume.unlink(call, volume.root, text('f'));
    await new Promise(setImmediate);
    expect(current().opens).toBe(1);
    await expect(volume.getattr(call, handle.id)).rejects.toMatchObject({ code: 'stale' });
    await expect(volume.open(call, handle.id, 'read')).rejects.toMatchObject({ code: 'stale' });
    await letGo();
    expect([current().opens, cluster.inodes.has(handle.id)]).toEqual([0, false]);
  });

  test('unlinkedFile_whereOthersWriteToo_isLetGoAtOnce', async () => {
    const { volume, handle, cluster } = await opened('shared');
    await handle.close();
    await volume.unlink(call, volume.root, text('f'));
    await new Promise(setImmediate);
    expect(cluster.inodes.has(handle.id)).toBe(false);
  });

  test('unlinkedFile_heldWhenTheMountIsEvicted_troublesNobody', async () => {
    const { later, letGo } = holdsOfRemovedFiles();
    const { volume, handle, current, cluster, mounts } = await opened('head', { later });
    await handle.close();
    await volume.unlink(call, volume.root, text('f'));
    current().evict();
    await volume.getattr(call, volume.root);
    await volume.mkdir(call, volume.root, text('d'), owner);
    await letGo();
    expect([cluster.inodes.has(handle.id), mounts.length]).toEqual([false, 2]);
  });

  test('lastHandle_whereOthersWriteToo_closesTheFile', async () => {
    const { handle, current } = await opened('shared');
    await handle.close();
    await new Promise(setImmediate);
    expect(current().opens).toBe(0);
  });

  test('write_largeBesideOthers_answersWhatIsThere', async () => {
    const { volume, handle } = await opened();
    const piece = new Uint8Array(131_072).fill(1);
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) => handle.write(call, index * piece.length, [piece], 'unstable')),
    );
    for (const [index, { after }] of answers.entries()) {
      expect(after.size).toBeGreaterThanOrEqual((index + 1) * piece.length);
    }
    const { size, change } = await volume.getattr(call, handle.id);
    const last = answers.reduce((most, { after }) => (after.change > most ? after.change : most), 0n);
    expect([size, change]).toEqual([4 * piece.length, last]);
  });

  test('handle_thatWasNeverUsed_opensNothing', async () => {
    const { volume, handle, current } = await opened();
    await handle.close();
    const before = vi.fn<Before>();
    current().before = before;
    await (await volume.open(call, handle.id, 'read')).close();
    expect(before).not.toHaveBeenCalled();
  });

  test('unlinkedFile_thatNobodyHasRead_livesByItsHandle', async () => {
    const { volume, handle } = await opened();
    await handle.close();
    const second = await volume.open(call, handle.id, 'read');
    await volume.unlink(call, volume.root, text('f'));
    expect(await contentOf(second)).toBe('stable');
    await second.close();
    await expect(volume.getattr(call, handle.id)).rejects.toMatchObject({ code: 'stale' });
  });

  test('unlinkedFile_whoseHandleClosesMeanwhile_isGone', async () => {
    const { later, letGo } = holdsOfRemovedFiles();
    const { volume, handle, current } = await opened('head', { later });
    await handle.close();
    const second = await volume.open(call, handle.id, 'read');
    const gate = Promise.withResolvers<void>();
    current().before = (name) => (name === 'open' ? gate.promise : undefined);
    const unlinked = volume.unlink(call, volume.root, text('f'));
    await new Promise(setImmediate);
    await second.close();
    gate.resolve();
    expect((await unlinked).removed.nlink).toBe(0);
    await expect(volume.getattr(call, handle.id)).rejects.toMatchObject({ code: 'stale' });
    await letGo();
    expect(current().opens).toBe(0);
  });

  test('readNow_afterRead_isThere_andGoneWithEachChange', async () => {
    const { volume, handle, current } = await opened();
    expect(handle.readNow(0, 10)).toBeUndefined();
    const changes = [
      () => handle.write(call, 0, [text('S')], 'unstable'),
      () => handle.write(call, 6, [text('!')], 'file'),
      () => handle.punch(call, 0, 1),
      () => handle.allocate(call, 0, 20, true),
      () => volume.setattr(call, handle.id, { size: 3 }),
      () => volume.setattr(call, handle.id, { size: 5 }),
    ];
    for (const change of changes) {
      const { bytes } = await handle.read(call, 0, 100);
      expect(handle.readNow(0, 100)?.bytes).toEqual(bytes);
      await change();
      expect(handle.readNow(0, 100), String(change)).toBeUndefined();
    }
    expect(await contentOf(handle)).toBe('\0ta\0\0');
    current().evict();
    await handle.sync(call);
    expect(handle.readNow(0, 5)).toBeUndefined();
  });

  test('write_thatFails_leavesNothingKnownOfTheFile', async () => {
    const { volume, handle, current } = await opened();
    await handle.read(call, 0, 10);
    current().before = (name) => {
      if (name === 'write') throw new CephError(errno.ENOSPC, 'ceph_ll_write');
    };
    await expect(handle.write(call, 0, [text('x')], 'unstable')).rejects.toMatchObject({ code: 'noSpace' });
    expect(volume.getattrNow?.(handle.id)).toBeUndefined();
    expect(handle.readNow(0, 10)).toBeUndefined();
    expect(await contentOf(handle)).toBe('stable');
  });

  test('read_whileItIsWritten_isNotRemembered', async () => {
    const { handle, current } = await opened();
    const gate = Promise.withResolvers<void>();
    current().before = (name) => (name === 'write' ? gate.promise : undefined);
    const writing = handle.write(call, 0, [text('S')], 'unstable');
    await new Promise(setImmediate);
    expect(await contentOf(handle)).toBe('stable');
    expect(handle.readNow(0, 6)).toBeUndefined();
    gate.resolve();
    await writing;
    expect(handle.readNow(0, 6)).toBeUndefined();
    expect(await contentOf(handle)).toBe('Stable');
  });

  test('call_thatNobodyWantsAnyMore_isRejected_andTheHandleStaysOpenForIt', async () => {
    const { handle, current } = await opened();
    const gate = Promise.withResolvers<void>();
    current().before = (name) => (name === 'read' || name === 'syncInode' ? gate.promise : undefined);
    const controller = new AbortController();
    const { signal } = controller;
    const unwanted = [handle.read({ signal }, 0, 10), handle.sync({ signal })];
    const into = new Uint8Array(10);
    const wanted = handle.read({ signal }, 0, 10, into);
    await new Promise(setImmediate);
    controller.abort();
    for (const each of unwanted) await expect(each).rejects.toMatchObject({ code: 'aborted' });
    let closed = false;
    const closing = handle.close().then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    gate.resolve();
    // The caller's buffer was lent: it is told when it has it back.
    expect(Buffer.from((await wanted).bytes).toString()).toBe('stable');
    await closing;
  });

  test('read_large_goesInPieces', async () => {
    const { handle, current } = await opened();
    const content = Uint8Array.from({ length: 9_000_001 }, (_, index) => (index * 7) & 0xff);
    await handle.write(call, 0, [content], 'unstable');
    const before = vi.fn<Before>();
    current().before = before;
    const { bytes, eof } = await handle.read(call, 0, 20_000_000);
    expect([Buffer.compare(bytes, content), eof]).toEqual([0, true]);
    expect(before.mock.calls.map(([name]) => name as string)).toEqual(['read', 'read', 'read']);
  });
});

describe('writes that libcephfs threw away since the pool was full', () => {
  test('sync_isNoSuccess_andTheEpochIsAnotherOne', async () => {
    const { volume, handle, current } = await opened();
    const { epoch } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable');
    current().fill(true);
    await expect(handle.sync(call)).rejects.toMatchObject({ code: 'noSpace' });
    expect(volume.epoch()).not.toBe(epoch);
    current().fill(false);
    expect((await handle.sync(call)).epoch).not.toBe(epoch);
  });

  test('aStableWrite_isNotAnswered', async () => {
    const { handle, current } = await opened();
    const client = current();
    client.after = (called) => {
      if (called === 'write') client.fill(true);
    };
    await expect(handle.write(call, 0, [text('STABLE')], 'file')).rejects.toMatchObject({ code: 'noSpace' });
  });

  test('theirCountIsToldToTheMds_beforeItChangesTheFile', async () => {
    const { volume, handle, current } = await opened();
    const { id } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable').then(({ after }) => after);
    current().fill(true);
    await expect(handle.sync(call)).rejects.toMatchObject({ code: 'noSpace' });
    current().fill(false);
    const calls: string[] = [];
    current().before = (name) => void calls.push(name);
    await volume.setattr(call, id, { mode: 0o600 });
    expect(calls.slice(0, calls.indexOf('setattr'))).toContain('syncInode');
  });

  test('closingTheirFileTells_whenThereIsRoomAgain', async () => {
    const { volume, handle, current } = await opened();
    const { epoch } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable');
    current().fill(true);
    current().fill(false);
    await handle.close();
    await volume.close();
    expect(volume.epoch()).not.toBe(epoch);
  });

  test('nothingIsPublishedOfThem_alsoWhenTheyAreClosed', async () => {
    const { volume, handle, current } = await opened();
    await handle.write(call, 0, [text('UNSTABLE')], 'unstable');
    await handle.close();
    current().fill(true);
    const publish = (): Promise<unknown> => volume.replace(call, volume.root, text('f'), volume.root, text('object'));
    await expect(publish()).rejects.toMatchObject({ code: 'noSpace' });
    current().fill(false);
    await expect(publish()).rejects.toMatchObject({ code: 'io' });
  });

  test('areNotTakenForStable_afterASyncThatSaysNothingOfThem', async () => {
    const { volume, handle, current } = await opened();
    const { id } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable').then(({ after }) => after);
    await handle.close();
    current().fill(true);
    await volume.setattr(call, id, { mode: 0o600 });
    const publish = volume.replace(call, volume.root, text('f'), volume.root, text('object'));
    await expect(publish).rejects.toMatchObject({ code: 'noSpace' });
  });
});
