import { expect } from 'vitest';
import { isStorageError } from '@polynas/core/spi';
import type { Attributes, DirectoryEntry, FileId, Volume } from '@polynas/core/spi';

const call = {};

/**
 * Walks a whole volume and checks what is true of every sound tree: link counts, parents, agreement of readdir, lookup,
 * getattr and listByName. A closed volume has nothing to check.
 */
export async function checkTree(volume: Volume): Promise<void> {
  try {
    await volume.statfs(call);
  } catch (error) {
    if (isStorageError(error, 'unavailable')) return;
    throw error;
  }
  const names = new Map<FileId, { attributes: Attributes; count: number }>();
  const visited = new Set<FileId>();
  await checkDirectory(volume, volume.root, visited, names);
  for (const { attributes, count } of names.values()) {
    expect(attributes.nlink, `nlink of file ${attributes.id}`).toBe(count);
  }
}

async function checkDirectory(
  volume: Volume,
  directory: FileId,
  visited: Set<FileId>,
  names: Map<FileId, { attributes: Attributes; count: number }>,
): Promise<void> {
  expect(visited.has(directory), 'a directory has one name').toBe(false);
  visited.add(directory);
  const entries = await walk(volume, directory);
  const keys = entries.map((entry) => Buffer.from(entry.name).toString('latin1'));
  expect(new Set(keys).size, 'each name is given once').toBe(keys.length);
  await checkOrder(volume, directory, keys);
  let directories = 0;
  for (const entry of entries) {
    const { attributes } = entry;
    if (attributes === undefined) expect.fail('readdir was asked for attributes');
    expect(attributes.id).toBe(entry.id);
    expect(attributes.type).toBe(entry.type);
    expect(await volume.lookup(call, directory, entry.name), 'lookup and readdir agree').toEqual(attributes);
    expect(await volume.getattr(call, entry.id), 'getattr and readdir agree').toEqual(attributes);
    if (entry.type === 'directory') {
      directories += 1;
      expect(await volume.parent(call, entry.id)).toEqual({ id: directory, name: new Uint8Array(entry.name) });
      await checkDirectory(volume, entry.id, visited, names);
    } else {
      const known = names.get(entry.id);
      names.set(entry.id, { attributes, count: (known?.count ?? 0) + 1 });
    }
  }
  expect((await volume.getattr(call, directory)).nlink, 'nlink of a directory').toBe(2 + directories);
}

async function walk(volume: Volume, directory: FileId): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for (;;) {
    const cookie = entries.at(-1)?.cookie ?? 0n;
    const page = await volume.readdir(call, directory, cookie, { limit: 1000, attributes: true });
    entries.push(...page.entries);
    if (page.end) return entries;
    expect(page.entries.length, 'a page that is not the end has entries').toBeGreaterThan(0);
  }
}

async function checkOrder(volume: Volume, directory: FileId, keys: readonly string[]): Promise<void> {
  if (volume.listByName === undefined) return;
  const sorted: string[] = [];
  for (;;) {
    const from = new Uint8Array(Buffer.from(sorted.at(-1) ?? '', 'latin1'));
    const page = await volume.listByName(call, directory, from, false, { limit: 1000, attributes: false });
    sorted.push(...page.entries.map((entry) => Buffer.from(entry.name).toString('latin1')));
    if (page.end) break;
    expect(page.entries.length, 'a page that is not the end has entries').toBeGreaterThan(0);
  }
  expect(sorted, 'listByName gives what readdir gives, in byte order').toEqual(keys.toSorted());
}
