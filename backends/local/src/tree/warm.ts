import type { Name } from '@polynas/core/spi';
import { decodeEntry } from '../format/entry.ts';
import { nameKey, numberKey } from '../format/keys.ts';
import type { Parts } from '../parts.ts';

/** Brings what an operation is about to read into memory, on another thread; only while the tree is taken for cold. */

export async function warmFile(parts: Parts, id: number): Promise<void> {
  if (!parts.residency.cold || parts.inodes.isKnown(id)) return;
  await parts.tables.inodes.warm([numberKey(id)]);
}

export async function warmEntry(parts: Parts, directory: number, name: Name): Promise<void> {
  if (!parts.residency.cold || name.length === 0 || name.length > parts.traits.maxNameBytes) return;
  const key = nameKey(directory, name);
  await Promise.all([parts.tables.inodes.warm([numberKey(directory)]), parts.tables.entries.warm([key])]);
  const view = parts.tables.entries.view(key, 17);
  if (view !== undefined) await warmFile(parts, decodeEntry(view).id);
}
