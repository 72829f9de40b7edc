import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { call, contentOf, makeFile, pattern, Volumes } from '../testing/volumes.ts';
import type { LocalVolume } from '../volume.ts';

const volumes = new Volumes();

function openBlobs(volume: LocalVolume): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(`${volume.directory}/blobs`);
    } catch {
      return false;
    }
  }).length;
}

describe('open host files', () => {
  test('manyFilesWithUnsyncedWrites_stayWithinTheBound', async () => {
    const volume = await volumes.open({ maxOpenBlobs: 8, idleFlush: 60_000 });
    const files = [];
    for (let index = 0; index < 40; index += 1) {
      const file = await makeFile(volume, `f${index}`);
      await file.handle.write(call, 0, [pattern(20_000, index)], 'unstable');
      files.push(file);
      // Those in use at this moment come on top, and the spare ones that were just made.
      expect(openBlobs(volume)).toBeLessThanOrEqual(8 + 4);
    }
    for (const [index, { id }] of files.entries()) {
      expect(Buffer.compare(await contentOf(volume, id), pattern(20_000, index))).toBe(0);
    }
  });

  test('manyReadersAtOnce_withFewDescriptors_allGetTheirBytes', async () => {
    const volume = await volumes.open({ maxOpenBlobs: 2 });
    const files = [];
    for (let index = 0; index < 30; index += 1) files.push(await makeFile(volume, `f${index}`, pattern(20_000, index)));
    for (let round = 0; round < 5; round += 1) {
      const contents = await Promise.all(files.map(({ id }) => contentOf(volume, id)));
      for (const [index, bytes] of contents.entries()) expect(Buffer.compare(bytes, pattern(20_000, index))).toBe(0);
    }
  });

  test('close_whileHandlesWork_waitsForThem', async () => {
    const volume = await volumes.open();
    const { id, handle } = await makeFile(volume, 'a', pattern(10_000));
    const writes = Array.from({ length: 20 }, (_, index) =>
      handle.write(call, index * 100_000, [pattern(100_000, index)], 'unstable'),
    );
    await volume.close();
    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status)).toEqual(writes.map(() => 'fulfilled'));
    const next = await volumes.open({ directory: volume.directory, check: true });
    const content = await contentOf(next, id);
    for (let index = 0; index < 20; index += 1) {
      expect(Buffer.compare(content.subarray(index * 100_000, (index + 1) * 100_000), pattern(100_000, index))).toBe(0);
    }
  });
});
