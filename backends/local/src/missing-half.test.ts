import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, contentOf, name, newFile, pattern, Volumes } from './testing/volumes.ts';

const volumes = new Volumes();
const bytes = pattern(100_000);

/** A closed volume with one file. */
async function made(): Promise<string> {
  const volume = await volumes.open();
  const { attributes } = await volume.create(call, volume.root, name('f'), { kind: 'guarded' }, newFile);
  const handle = await volume.open(call, attributes.id, 'write');
  await handle.write(call, 0, [bytes], 'file');
  await handle.close();
  await volume.close();
  return volume.directory;
}

async function contentIn(directory: string): Promise<Uint8Array> {
  const volume = await volumes.open({ directory });
  const file = await volume.lookup(call, volume.root, name('f'));
  const content = await contentOf(volume, file!.id);
  await volume.close();
  return content;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

describe('a volume of which a half is missing', () => {
  test('open_withoutTheTree_isCorruptAndTouchesNoContent', async () => {
    const directory = await made();
    const blobs = filesBelow(join(directory, 'blobs'));
    renameSync(join(directory, 'tree.lmdb'), join(directory, 'away'));
    await expect(volumes.open({ directory })).rejects.toMatchObject({ code: 'corrupt' });
    expect(existsSync(join(directory, 'tree.lmdb'))).toBe(false);
    expect(filesBelow(join(directory, 'blobs'))).toEqual(blobs);
    renameSync(join(directory, 'away'), join(directory, 'tree.lmdb'));
    expect(Buffer.compare(await contentIn(directory), bytes)).toBe(0);
  });

  test('open_withoutTheContent_isCorrupt', async () => {
    const directory = await made();
    renameSync(join(directory, 'blobs'), join(directory, 'away'));
    await expect(volumes.open({ directory })).rejects.toMatchObject({ code: 'corrupt' });
    expect(existsSync(join(directory, 'blobs'))).toBe(false);
    renameSync(join(directory, 'away'), join(directory, 'blobs'));
    expect(Buffer.compare(await contentIn(directory), bytes)).toBe(0);
  });
});
