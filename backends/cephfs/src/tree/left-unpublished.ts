import type { FileId, Name } from '@polynas/core/spi';
import { isLeftUnpublished } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { snapshotOf } from '../mounts/place-of.ts';
import { isErrno } from '../native/storage-error.ts';

/** Takes away what a crash left under a name; whoever holds the name's lock may. What is in a snapshot stays there, unseen. */
export async function takeUnpublishedAway(
  context: VolumeContext,
  { mount, pointer }: HeldInode,
  directory: FileId,
  name: Name,
): Promise<void> {
  if (snapshotOf(directory) !== undefined) return;
  context.attributes.drop(directory);
  try {
    await mount.unlink(pointer, name);
  } catch (error) {
    // Somebody else was faster.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  context.attributes.drop(directory);
  context.names.drop(directory, name);
}

/** The same where a creation was answered EEXIST. False: the name is another file's. */
async function wasUnpublished(context: VolumeContext, directory: HeldInode, id: FileId, name: Name): Promise<boolean> {
  const { mount, pointer } = directory;
  const found = await mount.lookup(pointer, name);
  if (found === undefined) return true;
  try {
    if (!(await isLeftUnpublished(mount, found.inode, found.statx))) return false;
  } finally {
    mount.put(found.inode);
  }
  await takeUnpublishedAway(context, directory, id, name);
  return true;
}

/** Makes a name; what a crash left under it goes first. */
export async function madeOver<Result>(
  context: VolumeContext,
  directory: HeldInode,
  id: FileId,
  name: Name,
  make: () => Promise<Result>,
): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    if (!isErrno(error, 'EEXIST') || !(await wasUnpublished(context, directory, id, name))) throw error;
    return await make();
  }
}
