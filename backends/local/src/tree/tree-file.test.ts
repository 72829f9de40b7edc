import { copyFileSync, openSync, closeSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, name, newFile, pattern, Volumes } from '../testing/volumes.ts';
import { assertTreeFile } from './tree-file.ts';

const volumes = new Volumes();

/** The directory of a closed volume with so many files. */
async function closed(files: number): Promise<string> {
  const volume = await volumes.open();
  const xattrs = new Map([
    ['user.x', pattern(1500)],
    ['user.long', pattern(20_000)],
  ]);
  for (let index = 0; index < files; index += 1) {
    await volume.create(call, volume.root, name(`f${index}`), { kind: 'guarded' }, { ...newFile, xattrs });
  }
  await volume.close();
  return volume.directory;
}

describe('the file of the tree', () => {
  test('whole_inEveryLife_isFoundWhole', async () => {
    const directory = await closed(30);
    for (let life = 0; life < 5; life += 1) {
      assertTreeFile(directory, true);
      const volume = await volumes.open({ directory });
      await volume.unlink(call, volume.root, name(`f${life}`));
      await volume.close();
    }
  });

  test('withoutItsFreeTail_isFoundWhole', async () => {
    const directory = await closed(5);
    const path = join(directory, 'tree.lmdb');
    // One page less than the last one that is counted, as LMDB leaves it when the last pages are free.
    const bytes = readFileSync(path);
    for (const at of [144, 144 + 2048, 144 + 4096]) bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + 3n, at);
    const fd = openSync(path, 'r+');
    writeSync(fd, bytes, 0, 8192, 0);
    closeSync(fd);
    assertTreeFile(directory);
  });

  test('cutOffAnywhere_isCorruptAndNamesTheFile', async () => {
    const directory = await closed(30);
    const path = join(directory, 'tree.lmdb');
    const whole = join(directory, 'whole');
    copyFileSync(path, whole);
    const { size } = statSync(path);
    for (const length of [0, 1, 100, 4095, 4096, 8191, 8192, 12_288, size >> 1, size - 40_960]) {
      copyFileSync(whole, path);
      truncateSync(path, length);
      await expect(volumes.open({ directory }), `${length} bytes`).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining(path) as string,
      });
    }
  });

  test('garbage_isCorrupt', async () => {
    const directory = await closed(3);
    const path = join(directory, 'tree.lmdb');
    for (const [at, length] of [
      [0, 8192],
      [24, 4],
      [48, 4],
      [4096, 4096],
    ] as const) {
      const whole = readFileSync(path);
      const fd = openSync(path, 'r+');
      writeSync(fd, pattern(length, 3), 0, length, at);
      await expect(volumes.open({ directory }), `at ${at}`).rejects.toMatchObject({ code: 'corrupt' });
      writeSync(fd, whole, 0, 8192, 0);
      closeSync(fd);
    }
    await volumes.open({ directory });
  });
});
