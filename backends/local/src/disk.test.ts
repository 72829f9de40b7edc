import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { FileId, StorageErrorCode } from '@polynas/core/spi';
import { failingDisk, fullDisk } from './testing/small-disk.ts';
import type { SmallDisk } from './testing/small-disk.ts';
import { call, contentOf, name, newFile, pattern, Volumes } from './testing/volumes.ts';
import type { LocalVolume } from './volume.ts';

const disks: SmallDisk[] = [];
afterEach(() => {
  for (const disk of disks.splice(0)) disk.remove();
});
// Registered later, so run earlier: volumes are closed before their disks go.
const volumes = new Volumes();

function diskFor(made: SmallDisk | undefined): SmallDisk | undefined {
  if (made !== undefined) disks.push(made);
  return made;
}

const xattrs = new Map([['user.x', pattern(1500)]]);

/** Makes files until it is refused, four at a time: what was acknowledged, and what the refusals were. */
async function fill(
  volume: LocalVolume,
  bytes: Uint8Array | undefined,
  prefix = 'f',
  suffix = '',
): Promise<{ acknowledged: { id: FileId; name: string }[]; codes: Set<StorageErrorCode> }> {
  const acknowledged: { id: FileId; name: string }[] = [];
  const codes = new Set<StorageErrorCode>();
  await Promise.all(
    [0, 1, 2, 3].map(async (lane) => {
      for (let index = 0; codes.size === 0; index += 1) {
        const text = `${prefix}${lane}-${index}${suffix}`;
        try {
          const made = await volume.create(call, volume.root, name(text), { kind: 'guarded' }, { ...newFile, xattrs });
          const { id } = made.attributes;
          if (bytes !== undefined) {
            const handle = await volume.open(call, id, 'write');
            await handle.write(call, 0, [bytes], 'unstable');
            await handle.sync(call);
            await handle.close();
          }
          acknowledged.push({ id, name: text });
        } catch (error) {
          codes.add((error as { code: StorageErrorCode }).code);
        }
      }
    }),
  );
  return { acknowledged, codes };
}

describe('a full disk', () => {
  test('treeWithoutSpace_isNoSpaceAndServesOn', async (context) => {
    const disk = diskFor(fullDisk(4));
    if (disk === undefined) return context.skip('mounting is not allowed here');
    const volume = await volumes.open({ directory: disk.directory });
    const { acknowledged, codes } = await fill(volume, undefined);
    expect([...codes]).toEqual(['noSpace']);
    for (const { id } of acknowledged) expect(await volume.getxattr(call, id, 'user.x')).toEqual(xattrs.get('user.x'));
    // Removing is possible on a full disk, and gives room.
    for (const entry of acknowledged.slice(0, 200)) await volume.unlink(call, volume.root, name(entry.name));
    await volume.create(call, volume.root, name('again'), { kind: 'guarded' }, newFile);
    expect((await volume.check()).problems).toEqual([]);
    await volume.close();
    const next = await volumes.open({ directory: disk.directory, check: true });
    expect((await next.lookup(call, next.root, name('again')))?.nlink).toBe(1);
  });

  // Pages in a row are written at once: where only the first ones find room, lmdb speaks of an I/O error and not of space.
  test.for([20_000, 70_000, 300_000])('contentOf%iBytes_isNoSpaceAndServesOn', async (size, context) => {
    const disk = diskFor(fullDisk(6));
    if (disk === undefined) return context.skip('mounting is not allowed here');
    const volume = await volumes.open({ directory: disk.directory });
    const bytes = pattern(size);
    const large = await fill(volume, bytes, 'large');
    const small = await fill(volume, pattern(3_000), 'small');
    const rows = await fill(volume, undefined, 'rows');
    for (const { codes } of [large, small, rows]) expect([...codes]).toEqual(['noSpace']);
    for (const { id } of large.acknowledged) expect(Buffer.compare(await contentOf(volume, id), bytes)).toBe(0);
    for (const entry of large.acknowledged) await volume.unlink(call, volume.root, name(entry.name));
    await volume.create(call, volume.root, name('again'), { kind: 'guarded' }, newFile);
    expect((await volume.check()).problems).toEqual([]);
  });
});

/** A life of the volume that ends by SIGKILL. */
async function openAndKill(directory: string): Promise<void> {
  const holder = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--no-warnings',
      fileURLToPath(new URL('testing/hold-volume.ts', import.meta.url)),
      directory,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
}

describe('a disk filled to the brim', () => {
  test.for([
    ['tmpfs', 8, 'served'],
    ['tmpfs', 24, 'served'],
    ['tmpfs', 40, 'killed'],
    ['ext4', 64, 'served'],
    ['ext4', 64, 'killed'],
  ] as const)('%sOf%iMebibytes_letsEverythingBeRemovedAndServesOn %s', async ([kind, mebibytes, then], context) => {
    const disk = diskFor(kind === 'tmpfs' ? fullDisk(mebibytes) : failingDisk(2 * mebibytes, mebibytes));
    if (disk === undefined) return context.skip('mounting is not allowed here');
    let volume = await volumes.open({ directory: `${disk.directory}/volume` });
    const ballast = join(volume.directory, 'ballast');
    const { size } = statSync(ballast);
    expect(size).toBeGreaterThan(0);
    const made: { id: FileId; name: string }[] = [];
    for (const length of [1_500_000, 300_000, 20_000, 3_000, 100, 0]) {
      // Twice: what one refusal has left behind is filled too.
      for (const round of [0, 1]) {
        const filled = await fill(volume, length === 0 ? undefined : pattern(length), `b${length}-${round}-`);
        expect([...filled.codes]).toEqual(['noSpace']);
        made.push(...filled.acknowledged);
      }
    }
    // Files of rows alone give the host nothing back, so the ballast stays given up.
    while (statSync(ballast).size > 0) await volume.unlink(call, volume.root, name(made.pop()!.name));
    if (then === 'killed') {
      await volume.close();
      await openAndKill(volume.directory);
      expect(statSync(ballast).size).toBe(0);
      volume = await volumes.open({ directory: volume.directory, check: true });
    }
    const [first] = made;
    await volume.setattr(call, first!.id, { size: 1000 });
    await volume.setattr(call, first!.id, { size: 0 });
    await volume.removexattr(call, first!.id, 'user.x');
    // What a refused write has left is a file too.
    for (;;) {
      const { entries } = await volume.listByName(call, volume.root, name(''), true, {
        limit: 500,
        attributes: false,
      });
      if (entries.length === 0) break;
      await Promise.all(entries.map((entry) => volume.unlink(call, volume.root, entry.name)));
    }
    await volume.settled();
    for (const length of [300_000, 3_000]) {
      const { attributes } = await volume.create(
        call,
        volume.root,
        name(`again${length}`),
        { kind: 'guarded' },
        newFile,
      );
      const handle = await volume.open(call, attributes.id, 'write');
      await handle.write(call, 0, [pattern(length)], 'file');
      await handle.close();
    }
    expect(statSync(ballast).size).toBe(size);
    expect((await volume.check()).problems).toEqual([]);
  });
});

describe('a disk that loses pages', () => {
  test.for([
    ['tree', undefined, ''],
    // Here the medium loses a page of a commit that it had called synced: the tree may be refused, and clearly.
    ['treeAcrossTheLastCommit', undefined, 'a'],
    ['content', pattern(300_000), ''],
  ] as const)('failedSyncOf%s_isFinalAndWhatWasAcknowledgedIsThere', async ([_, bytes, suffix], context) => {
    const disk = diskFor(failingDisk(32));
    if (disk === undefined) return context.skip('mounting is not allowed here');
    const volume = await volumes.open({ directory: `${disk.directory}/volume` });
    const { acknowledged, codes } = await fill(volume, bytes, 'f', suffix);
    expect(codes).toContain('unavailable');
    expect(acknowledged.length).toBeGreaterThan(20);
    await expect(volume.getattr(call, volume.root)).rejects.toMatchObject({ code: 'unavailable' });
    await volume.close();
    disk.heal();
    // An ext4 that lost its journal stays read-only until somebody repairs it: then there is nothing to look at here.
    const next = await volumes
      .open({ directory: volume.directory })
      .catch((error: { code: string; message: string }) => {
        if (suffix !== '' && error.code === 'corrupt') expect(error.message).toMatch(/tree\.lmdb: page \d+/);
        else expect(error.code).toBe('readOnly');
      });
    if (next === undefined) return;
    for (const { id } of acknowledged) {
      expect(Buffer.compare((await next.getxattr(call, id, 'user.x')) ?? new Uint8Array(0), pattern(1500))).toBe(0);
      if (bytes !== undefined) expect(Buffer.compare(await contentOf(next, id), bytes)).toBe(0);
    }
    expect(next.epoch()).not.toBe(volume.epoch());
  });
});
