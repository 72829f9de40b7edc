import { StorageError } from '@polynas/core/spi';
import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { Mount } from '../native/mount-api.ts';

/** The inode as this mount has it: with more than one mount the file's own may be another. */
export async function heldOn({ mounts }: VolumeContext, mount: Mount, id: FileId): Promise<HeldInode> {
  const held = await mounts.hold(id);
  if (held.mount.incarnation === mount.incarnation) return held;
  held.release();
  const pointer = await mount.lookupInode(id);
  if (pointer === undefined) throw new StorageError('stale');
  return { mount, pointer, release: () => mount.put(pointer) };
}
