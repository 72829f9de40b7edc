import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LocalVolume } from './volume.ts';
import { call, contentOf, makeFile, name, newFile, pattern, Volumes } from './testing/volumes.ts';

const volumes = new Volumes();

function hostFiles(volume: LocalVolume): string[] {
  const blobs = join(volume.directory, 'blobs');
  return readdirSync(blobs).flatMap((inner) => readdirSync(join(blobs, inner)));
}

describe('recovery', () => {
  test('unstableWrites_afterACrash_haveNewCounterStampAndEpoch', async () => {
    const volume = await volumes.open();
    const { id, handle } = await makeFile(volume, 'a', pattern(100_000));
    await handle.write(call, 100_000, [pattern(5000, 2)], 'unstable');
    const shown = await volume.getattr(call, id);
    const next = await volumes.open({ directory: volumes.crashed(volume), check: true });
    const after = await next.getattr(call, id);
    // The bytes happened to survive; nobody may take them for what was shown before.
    expect(after.size).toBe(105_000);
    expect(after.change).toBeGreaterThan(shown.change);
    expect(after.contentStamp).toBeGreaterThan(shown.contentStamp ?? 0n);
    expect(next.epoch()).not.toBe(volume.epoch());
    const { attributes } = await next.create(call, next.root, name('b'), { kind: 'guarded' }, newFile);
    expect(attributes.contentStamp).toBeGreaterThan(after.contentStamp ?? 0n);
  });

  test.each(['sync', 'idle flush', 'close'])('unstableWrites_after%s_surviveAsTheyWereShown', async (how) => {
    const volume = await volumes.open({ idleFlush: 20 });
    const { id, handle } = await makeFile(volume, 'a');
    await handle.write(call, 0, [pattern(100_000)], 'unstable');
    if (how === 'sync') await handle.sync(call);
    if (how === 'idle flush') await setTimeout(150);
    if (how === 'close') {
      await handle.close();
      await setTimeout(150);
    }
    const shown = await volume.getattr(call, id);
    const next = await volumes.open({ directory: volumes.crashed(volume), check: true });
    expect(await next.getattr(call, id)).toEqual(shown);
    expect(await contentOf(next, id)).toEqual(pattern(100_000));
  });

  test('orderlyEnd_needsNoRecoveryAndLeavesNoSpareBlobs', async () => {
    const volume = await volumes.open();
    const { id, handle } = await makeFile(volume, 'a');
    await handle.write(call, 0, [pattern(100_000)], 'unstable');
    const shown = await volume.getattr(call, id);
    await volume.close();
    expect(hostFiles(volume)).toHaveLength(1);
    const next = await volumes.open({ directory: volume.directory, check: true });
    expect(await next.getattr(call, id)).toEqual(shown);
  });

  test('unpublishedBlobs_afterACrash_areSwept', async () => {
    const volume = await volumes.open();
    await makeFile(volume, 'a', pattern(100_000));
    expect(hostFiles(volume).length).toBeGreaterThan(1);
    const next = await volumes.open({ directory: volumes.crashed(volume), check: true });
    expect(hostFiles(next)).toHaveLength(1);
  });

  test('unlinkedWhileOpen_afterACrash_isGoneWithItsBlob', async () => {
    const volume = await volumes.open();
    const { id, handle } = await makeFile(volume, 'a', pattern(100_000));
    await volume.unlink(call, volume.root, name('a'));
    expect((await handle.read(call, 0, 10)).bytes).toEqual(pattern(10));
    const next = await volumes.open({ directory: volumes.crashed(volume), check: true });
    await expect(next.getattr(call, id)).rejects.toMatchObject({ code: 'stale' });
    await next.settled();
    expect(hostFiles(next)).toEqual([]);
    expect(await next.check()).toMatchObject({ files: 1, blobs: 0, problems: [] });
  });

  test('removedFile_leavesNoHostFile', async () => {
    const volume = await volumes.open();
    const { handle } = await makeFile(volume, 'a', pattern(100_000));
    await handle.close();
    await volume.unlink(call, volume.root, name('a'));
    await volume.settled();
    await volume.close();
    expect(hostFiles(volume)).toEqual([]);
  });

  test('ids_afterACrash_areNeverGivenAgain', async () => {
    const volume = await volumes.open();
    const seen = new Set<bigint>();
    let directory = volume.directory;
    let current = volume;
    for (let life = 0; life < 4; life += 1) {
      for (let index = 0; index < 30; index += 1) {
        const { id, handle } = await makeFile(current, `${life}-${index}`);
        const { after } = await handle.write(call, 0, [pattern(10)], 'unstable');
        await handle.close();
        await current.unlink(call, current.root, name(`${life}-${index}`));
        expect(seen).not.toContain(id);
        expect(seen).not.toContain(-(after.contentStamp ?? 0n));
        seen.add(id).add(-(after.contentStamp ?? 0n));
      }
      directory = volumes.crashed(current);
      current = await volumes.open({ directory });
    }
  });

  test('recovery_itselfInterruptedAnywhere_isFinishedByTheNext', async () => {
    const volume = await volumes.open();
    const kept = await makeFile(volume, 'kept', pattern(100_000));
    for (let index = 0; index < 5; index += 1) {
      const dirty = await makeFile(volume, `dirty${index}`, pattern(50_000, index));
      await dirty.handle.write(call, 60_000, [pattern(1000)], 'unstable');
      await makeFile(volume, `orphan${index}`, pattern(50_000, index));
      await volume.unlink(call, volume.root, name(`orphan${index}`));
    }
    const directory = volumes.crashed(volume);
    const interrupted: string[] = [];
    const observer = {
      committed() {
        const copy = volumes.directory();
        cpSync(directory, copy, { recursive: true });
        rmSync(join(copy, 'tree.lmdb-lock'), { force: true });
        interrupted.push(copy);
      },
    };
    await volumes.open({ directory, observer });
    expect(interrupted.length).toBeGreaterThan(5);
    for (const copy of interrupted) {
      const next = await volumes.open({ directory: copy, check: true });
      await next.settled();
      expect(await next.check()).toMatchObject({ files: 7, blobs: 6, problems: [] });
      expect(hostFiles(next)).toHaveLength(6);
      expect(await contentOf(next, kept.id)).toEqual(pattern(100_000));
      await next.close();
    }
  });

  test('check_ofBrokenRecords_findsThem', async () => {
    const volume = await volumes.open();
    const { handle } = await makeFile(volume, 'a', pattern(100_000));
    await handle.close();
    await volume.close();
    const [blob] = hostFiles(volume);
    rmSync(join(volume.directory, 'blobs', '000000', blob ?? ''));
    await expect(volumes.open({ directory: volume.directory, check: true })).rejects.toMatchObject({ code: 'corrupt' });
  });
});
