import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name } from '@polynas/core/spi';
import { fileIdOf } from '../attributes/attributes-of.ts';
import { inodeOf } from '../mounts/place-of.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { directoryAt } from './resolve.ts';

const dotDot = new TextEncoder().encode('..');
/** Names of one call of `ceph_getdents`. */
const pageSize = 4096;

export async function parent(
  context: VolumeContext,
  call: Call,
  id: FileId,
): Promise<{ readonly id: FileId; readonly name: Name } | undefined> {
  const { mounts, names } = context;
  await mounts.ready(call, id);
  const inode = await mounts.hold(id);
  try {
    await directoryAt(context, call, inode, id);
    if (id === mounts.root) return undefined;
    const above = names.above(id);
    if (above !== undefined && (await isThere(context, call, id, above)))
      return { id: above.id, name: above.name.slice() };
    const found = await findAbove(context, call, inode, id);
    names.setAbove(id, found.id, found.name);
    return found;
  } catch (error) {
    throw mounts.failed(inode.mount, error);
  } finally {
    inode.release();
  }
}

/** Where we saw it last is where it is, unless others write too: then they are asked. */
async function isThere(
  { traits, mounts }: VolumeContext,
  call: Call,
  id: FileId,
  above: { readonly id: FileId; readonly name: Name },
): Promise<boolean> {
  if (traits.writers === 'head') return true;
  const directory = await mounts.hold(above.id);
  try {
    const found = await directory.mount.within(call).lookup(directory.pointer, above.name);
    if (found !== undefined) directory.mount.put(found.inode);
    return found !== undefined && fileIdOf(found.statx) === id;
  } finally {
    directory.release();
  }
}

/** libcephfs tells a directory's parent, but its name has to be looked for there. */
async function findAbove(
  { mounts }: VolumeContext,
  call: Call,
  { mount, pointer }: HeldInode,
  id: FileId,
): Promise<{ readonly id: FileId; readonly name: Name }> {
  const up = await mount.within(call).lookup(pointer, dotDot);
  if (up === undefined) throw new StorageError('stale', 'the directory was removed');
  const aboveId = fileIdOf(up.statx);
  mounts.learn(mount, aboveId, up.inode);
  const above = await mounts.hold(aboveId);
  try {
    const listing = await above.mount.within(call).opendir(above.pointer);
    try {
      for (let from = 0n; ;) {
        const page = await above.mount.readdir(listing, from, pageSize);
        const found = page.find((entry) => entry.ino === inodeOf(id));
        if (found !== undefined) return { id: aboveId, name: found.name };
        const last = page.at(-1);
        if (last === undefined) throw new StorageError('stale', 'the directory was removed');
        from = last.next;
      }
    } finally {
      await above.mount.releasedir(listing);
    }
  } finally {
    above.release();
  }
}
