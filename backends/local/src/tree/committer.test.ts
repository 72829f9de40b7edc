import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABORT } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { LiveFiles } from '../content/live-file.ts';
import { call, makeFile, name, newFile, Volumes } from '../testing/volumes.ts';
import { StorageError } from '@polynas/core/spi';
import { hostClock } from './clock.ts';
import { Committer } from './committer.ts';
import { Counters } from './counters.ts';
import { openEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { firstNumbers } from './first.ts';
import { Health } from './health.ts';
import { Inodes } from './inodes.ts';
import { Residency } from './residency.ts';
import { makeRoot } from './root.ts';

const volumes = new Volumes();

function committerOf(environment: Environment, root: Environment['root'] = environment.root) {
  const { tables } = environment;
  const files = new LiveFiles();
  const health = new Health(1n, () => undefined);
  const committer = new Committer({
    root,
    tables,
    files,
    inodes: new Inodes(tables.inodes, files, 10, new Residency()),
    counters: new Counters(tables.meta, firstNumbers),
    health,
    clock: hostClock,
  });
  return { committer, health };
}

/** What lmdb does when the pages of a commit cannot be written: the code has run, nothing of it is visible. */
function refusing(
  environment: Environment,
  refuses: () => boolean,
  message: string,
  code: number,
): Environment['root'] {
  const root = Object.create(environment.root) as Environment['root'];
  root.transaction = async <T>(action: () => T): Promise<T> => {
    if (!refuses()) return await environment.root.transaction(action);
    await environment.root.childTransaction(() => {
      action();
      return ABORT;
    });
    const commitError = Promise.reject(Object.assign(new Error(message), { code }));
    throw Object.assign(new Error('Commit failed (see commitError for details)'), { commitError });
  };
  return root;
}

describe('mutations', () => {
  test('mutate_throwingAfterItsWrites_leavesNothing', async () => {
    const environment = openEnvironment(volumes.directory());
    const { committer } = committerOf(environment);
    const key = Uint8Array.of(1);
    const failing = committer.mutate((transaction) => {
      transaction.put(environment.tables.records, key, Uint8Array.of(1));
      makeRoot(transaction);
      throw new StorageError('exists');
    });
    const other = committer.mutate((transaction) => {
      transaction.put(environment.tables.records, Uint8Array.of(2), Uint8Array.of(2));
    });
    await expect(failing).rejects.toMatchObject({ code: 'exists' });
    await other;
    expect(environment.tables.records.get(key)).toBeUndefined();
    expect(environment.tables.inodes.count()).toBe(0);
    expect(environment.tables.records.get(Uint8Array.of(2))).toEqual(Uint8Array.of(2));
    await environment.close();
  });

  test('mutate_withABug_isIoAndLeavesNothing', async () => {
    const environment = openEnvironment(volumes.directory());
    const { committer, health } = committerOf(environment);
    const failing = committer.mutate(() => {
      throw new TypeError('a bug');
    });
    await expect(failing).rejects.toMatchObject({ code: 'io' });
    expect(health.failed).toBe(false);
    await environment.close();
  });

  test('commit_failing_rejectsEverybodyAndAllThatComesLater', async () => {
    const environment = openEnvironment(volumes.directory());
    // What lmdb does when a sync fails: the code has run, then the promise rejects with one that promises the reason.
    const root = Object.create(environment.root) as Environment['root'];
    root.transaction = async <T>(action: () => T): Promise<T> => {
      await environment.root.transaction(action);
      const commitError = Promise.reject(Object.assign(new Error('Input/output error'), { code: 5 }));
      throw Object.assign(new Error('Commit failed (see commitError for details)'), { commitError });
    };
    const { committer, health } = committerOf(environment, root);
    const put = () =>
      committer.mutate((transaction) => {
        transaction.put(environment.tables.records, Uint8Array.of(1), Uint8Array.of(1));
      });
    const waiting = [put(), put(), committer.mutate(() => undefined)];
    for (const promise of waiting) await expect(promise).rejects.toMatchObject({ code: 'unavailable' });
    expect(health.failed).toBe(true);
    expect(health.epoch).toBe(2n);
    await expect(put()).rejects.toMatchObject({ code: 'unavailable' });
    await environment.close();
  });

  test('commit_withoutSpaceThatIsVisible_isAFailedSyncAndFinal', async () => {
    const environment = openEnvironment(volumes.directory());
    const root = Object.create(environment.root) as Environment['root'];
    root.transaction = async <T>(action: () => T): Promise<T> => {
      await environment.root.transaction(action);
      const commitError = Promise.reject(Object.assign(new Error('No space left on device'), { code: 28 }));
      throw Object.assign(new Error('Commit failed (see commitError for details)'), { commitError });
    };
    const { committer, health } = committerOf(environment, root);
    const put = committer.mutate((transaction) => {
      transaction.put(environment.tables.records, Uint8Array.of(1), Uint8Array.of(1));
    });
    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    expect(health.failed).toBe(true);
    await environment.close();
  });

  // No look at the host's room is taken: another write may have given some back since.
  test.for([
    ['No space left on device: Attempting to write page at position 118784, size 8192, blocks 2', 28],
    ['Disk quota exceeded', 122],
    ['MDB_MAP_FULL: Environment mapsize limit reached', -30792],
    // Of several pages some found room.
    ['Input/output error', 5],
  ] as const)('commit_thatWroteNotAllOfItsPages_isNoSpaceAndServesOn %s', async ([message, code]) => {
    const environment = openEnvironment(volumes.directory());
    let refusals = 1;
    const { committer, health } = committerOf(
      environment,
      refusing(environment, () => (refusals -= 1) >= 0, message, code),
    );
    const put = () =>
      committer.mutate((transaction) => {
        transaction.put(environment.tables.records, Uint8Array.of(1), Uint8Array.of(1));
      });
    await expect(put()).rejects.toMatchObject({ code: 'noSpace' });
    expect(health.failed).toBe(false);
    await put();
    expect(environment.tables.records.get(Uint8Array.of(1))).toEqual(Uint8Array.of(1));
    await environment.close();
  });

  test('commit_whoseWriteTheMediumRefuses_isFinal', async () => {
    const environment = openEnvironment(volumes.directory());
    const message = 'Input/output error: Attempting to write page at position 118784, size 8192, blocks 2';
    const { committer, health } = committerOf(
      environment,
      refusing(environment, () => true, message, 5),
    );
    const put = committer.mutate((transaction) => {
      transaction.put(environment.tables.records, Uint8Array.of(1), Uint8Array.of(1));
    });
    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    expect(health.failed).toBe(true);
    await environment.close();
  });

  test('answer_isVisibleToTheNextReadOfAnybody', async () => {
    const volume = await volumes.open();
    for (let round = 0; round < 200; round += 1) {
      const { attributes } = await volume.create(call, volume.root, name(`${round}`), { kind: 'guarded' }, newFile);
      expect(volume.getattrNow(attributes.id)).toEqual(attributes);
      const changed = await volume.setattr(call, attributes.id, { mode: 0o600 });
      expect(volume.getattrNow(attributes.id)).toEqual(changed.after);
      expect(volume.lookupNow(volume.root, name(`${round}`))?.attributes).toEqual(changed.after);
    }
  });

  test('attributes_underConcurrentChanges_neverGoBack', async () => {
    const volume = await volumes.open({ cachedInodes: 4 });
    const { id, handle } = await makeFile(volume, 'a');
    let running = true;
    const seen: { change: bigint; mode: number; size: number }[] = [];
    const watcher = (async () => {
      while (running) {
        const now = volume.getattrNow(id);
        if (now !== undefined) seen.push(now);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await Promise.all([
      (async () => {
        for (let mode = 0; mode < 100; mode += 1) await volume.setattr(call, id, { mode });
      })(),
      (async () => {
        for (let index = 0; index < 100; index += 1) {
          await handle.write(call, index * 5000, [Buffer.alloc(5000)], index % 10 === 9 ? 'data' : 'unstable');
        }
      })(),
    ]);
    running = false;
    await watcher;
    for (const [index, { change, mode, size }] of seen.entries()) {
      const before = seen[index - 1];
      if (before === undefined || index < 2) continue;
      expect(change).toBeGreaterThanOrEqual(before.change);
      expect(size).toBeGreaterThanOrEqual(before.size);
      if (before.mode < 100 && mode < 100) expect(mode).toBeGreaterThanOrEqual(before.mode);
    }
    const last = seen.at(-1);
    expect((await volume.getattr(call, id)).change).toBeGreaterThanOrEqual(last?.change ?? 0n);
  });

  test('pages_heldByASlowReader_doNotMakeTheTreeGrow', async () => {
    const volume = await volumes.open();
    for (let index = 0; index < 50; index += 1)
      await makeFile(volume, `keep${index}`).then(({ handle }) => handle.close());
    const file = join(volume.directory, 'tree.lmdb');
    const churn = async (rounds: number): Promise<void> => {
      for (let index = 0; index < rounds; index += 1) {
        await volume.create(call, volume.root, name('churn'), { kind: 'guarded' }, newFile);
        await volume.unlink(call, volume.root, name('churn'));
      }
    };
    await churn(50);
    const { size } = statSync(file);
    // A reader that comes back for its next page after hundreds of commits.
    let cookie = 0n;
    for (let page = 0; page < 5; page += 1) {
      const { entries } = await volume.readdir(call, volume.root, cookie, { limit: 10, attributes: true });
      cookie = entries.at(-1)?.cookie ?? cookie;
      await churn(100);
    }
    expect(statSync(file).size).toBeLessThan(size + 1_000_000);
  });

  test('sources_useNothingThatAcknowledgesWithoutASync', () => {
    const sources = fileURLToPath(new URL('..', import.meta.url));
    const forbidden =
      /noSync|NO_SYNC|noMetaSync|\.flushed|separateFlushed|transactionSync|putSync|removeSync|useWritemap/;
    for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      expect(readFileSync(join(sources, file), 'utf8'), file).not.toMatch(forbidden);
    }
  });
});
