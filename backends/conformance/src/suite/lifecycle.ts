import { describe, expect, test } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import type { Call, VolumeStatus } from '@polynas/core/spi';
import { bytes, call, expectCode, newFile, pattern, type Fixture } from '../fixture.ts';

export function lifecycleTests(f: Fixture): void {
  describe('life of a volume', () => {
    test('traits_areFrozenAndInRange', () => {
      const { traits } = f.volume;
      expect(Object.isFrozen(traits)).toBe(true);
      expect(traits.maxNameBytes).toBeLessThanOrEqual(255);
      expect(Number.isSafeInteger(traits.maxFileSize)).toBe(true);
      expect(traits.maxXattrTotalBytes).toBeGreaterThanOrEqual(traits.maxXattrBytes);
      expect(traits.preferredIo).toBeGreaterThan(0);
    });

    test('epoch_inOneLife_staysAndHas64Bits', async () => {
      const epoch = f.volume.epoch();
      expect(epoch >= 0n && epoch < 2n ** 64n).toBe(true);
      await f.write(await f.file(f.root, 'a'), 0, 'content', 'unstable');
      expect(f.volume.epoch()).toBe(epoch);
    });

    test('epoch_ofTwoLives_differs', async ({ skip }) => {
      skip(!f.volume.traits.persistent, 'not persistent');
      const epochs = new Set([f.volume.epoch()]);
      for (let life = 0; life < 3; life += 1) {
        await f.reopen();
        epochs.add(f.volume.epoch());
      }
      expect(epochs.size).toBe(4);
    });

    test('statfs_figures_makeSense', async () => {
      const capacity = await f.volume.statfs(call);
      expect(capacity.freeBytes).toBeLessThanOrEqual(capacity.totalBytes);
      expect(capacity.availableBytes).toBeLessThanOrEqual(capacity.freeBytes);
      expect(capacity.freeFiles).toBeLessThanOrEqual(capacity.totalFiles);
      for (const figure of Object.values(capacity)) expect(Number.isFinite(figure) && figure >= 0).toBe(true);
    });

    test('status_onSubscription_replaysThePresentOne', () => {
      const seen: VolumeStatus[] = [];
      f.volume
        .status()
        .subscribe((status) => seen.push(status))
        .unsubscribe();
      expect(seen[0]).toMatchObject({ health: 'healthy', epoch: f.volume.epoch() });
      expect(seen[0]?.copies.present).toBeGreaterThanOrEqual(1);
    });

    test('status_atClose_completes', async () => {
      let completed = false;
      f.volume.status().subscribe({ complete: () => (completed = true) });
      await f.volume.close();
      expect(completed).toBe(true);
    });

    test('close_twiceOrAtOnce_isIdempotent', async () => {
      await Promise.all([f.volume.close(), f.volume.close()]);
      await f.volume.close();
    });

    test('close_thenAnyCall_isUnavailable', async () => {
      const { volume, root } = f;
      const id = await f.file(root, 'a', 'content');
      const handle = await volume.open(call, id, 'write');
      await volume.close();
      const name = bytes('x');
      const list = { limit: 1, attributes: false };
      const calls = [
        volume.statfs(call),
        volume.lookup(call, root, name),
        volume.getattr(call, id),
        volume.parent(call, root),
        volume.setattr(call, id, { mode: 0 }),
        volume.create(call, root, name, { kind: 'unchecked' }, newFile()),
        volume.mkdir(call, root, name, newFile()),
        volume.mknod(call, root, name, 'fifo', { major: 0, minor: 0 }, newFile()),
        volume.symlink(call, root, name, name, newFile()),
        volume.readlink(call, id),
        volume.link(call, id, root, name),
        volume.unlink(call, root, name),
        volume.rmdir(call, root, name),
        volume.rename(call, root, name, root, name),
        volume.replace(call, root, name, root, name),
        volume.publish?.(call, root, name, newFile(), [], { aside: { directory: root, name: bytes('aside') } }),
        volume.readdir(call, root, 0n, list),
        volume.listByName?.(call, root, name, false, list),
        volume.getxattr(call, id, 'user.x'),
        volume.listxattr(call, id),
        volume.setxattr(call, id, 'user.x', name, 'either'),
        volume.removexattr(call, id, 'user.x'),
        volume.open(call, id, 'read'),
        volume.clone?.ranges(call, [], id, 0),
        volume.records?.get(call, name),
        volume.records?.range(call, name, name, 1),
        volume.records?.set(call, []),
        handle.read(call, 0, 1),
        handle.write(call, 0, [name], 'file'),
        handle.sync(call),
        handle.punch(call, 0, 1),
      ].filter((promise) => promise !== undefined);
      for (const promise of calls) promise.catch(() => undefined);
      for (const promise of calls) await expectCode(promise, 'unavailable');
      for (const now of [
        () => volume.getattrNow?.(id),
        () => volume.lookupNow?.(root, name),
        () => handle.readNow(0, 1),
      ]) {
        try {
          expect(now()).toBeUndefined();
        } catch (error) {
          expect(isStorageError(error, 'unavailable')).toBe(true);
        }
      }
      await handle.close();
    });

    test('close_whileCallsRun_letsThemSettle', async () => {
      const id = await f.file(f.root, 'a');
      const handle = await f.volume.open(call, id, 'write');
      const running = [
        ...Array.from({ length: 10 }, (_, index) => f.mkdir(f.root, `d${index}`)),
        ...Array.from({ length: 10 }, (_, index) => handle.write(call, index * 10, [pattern(10)], 'unstable')),
      ];
      const closed = f.volume.close();
      for (const result of await Promise.allSettled(running)) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'unavailable' });
      }
      await closed;
    });
  });

  describe('signal and deadline', () => {
    const ended: [string, () => Call, 'aborted' | 'timedOut'][] = [
      ['abortedSignal', () => ({ signal: AbortSignal.abort(new Error('the caller left')) }), 'aborted'],
      ['pastDeadline', () => ({ deadline: performance.now() - 1000 }), 'timedOut'],
    ];

    test.each(ended)('anyCall_%s_isDoneOrRejectedWhole', async (_, make, code) => {
      const id = await f.file(f.root, 'a', 'content');
      const handle = await f.volume.open(call, id, 'write');
      const steps: (() => Promise<unknown>)[] = [
        () => f.volume.getattr(make(), id),
        () => f.volume.mkdir(make(), f.root, bytes('d'), newFile()),
        () => f.volume.rename(make(), f.root, bytes('a'), f.root, bytes('b')),
        () => f.volume.setattr(make(), id, { mode: 0o600, uid: 7 }),
        () => handle.read(make(), 0, 10),
        () => handle.write(make(), 0, [bytes('CONTENT')], 'file'),
        () => handle.sync(make()),
      ];
      for (const step of steps) {
        await step().catch((error: unknown) => expect(error).toMatchObject({ name: 'StorageError', code }));
      }
      await handle.close();
      expect(['content', 'CONTENT']).toContain(await f.readText(id));
      const { mode, uid } = await f.attributes(id);
      expect(['644 1000', '600 7']).toContain(`${mode.toString(8)} ${uid}`);
      const files = (await f.names(f.root)).filter((name) => name !== 'd');
      expect([['a'], ['b']]).toContainEqual(files);
    });

    test('mutation_abortedWhileItRuns_isWholeOrNotAtAll', async () => {
      for (let round = 0; round < 10; round += 1) {
        const controller = new AbortController();
        const file = newFile({ xattrs: new Map([['user.x', bytes('v')]]) });
        const name = bytes(`f${round}`);
        const made = f.volume.create({ signal: controller.signal }, f.root, name, { kind: 'guarded' }, file);
        controller.abort();
        const outcome = await made.then(
          () => 'done',
          (error: unknown) => (isStorageError(error, 'aborted') ? 'aborted' : error),
        );
        expect(['done', 'aborted']).toContain(outcome);
        // A later call is ordered behind what still settles underneath.
        await f.mkdir(f.root, `after${round}`);
        const found = await f.lookup(f.root, name);
        if (outcome === 'done') expect(found).toBeDefined();
        if (found !== undefined) expect(await f.volume.getxattr(call, found.id, 'user.x')).toEqual(bytes('v'));
      }
    });
  });
}
