import type { Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { ofInode } from '../native/storage-error.ts';
import { getattr } from '../tree/getattr.ts';

/** Runs `step` with the inode of a file that is there (`stale` else). What it is rejected with becomes a `StorageError`. */
export async function withInode<T>(
  context: VolumeContext,
  call: Call,
  id: FileId,
  step: (inode: HeldInode) => Promise<T>,
): Promise<T> {
  // An inode without a name is found by its number for a while after its end.
  if (context.attributes.now(id) === undefined) await getattr(context, call, id);
  return await withLiving(context, call, id, step);
}

/** The same of a file that is known to be there. `step` asks about the inode: of what it asks about names, it says itself what ENOENT means. */
export async function withLiving<T>(
  { mounts }: VolumeContext,
  call: Call,
  id: FileId,
  step: (inode: HeldInode) => Promise<T>,
): Promise<T> {
  await mounts.ready(call, id);
  const inode = await mounts.hold(id);
  try {
    return await step(inode);
  } catch (error) {
    throw mounts.failed(inode.mount, ofInode(error));
  } finally {
    inode.release();
  }
}
