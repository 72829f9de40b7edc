import { StorageError } from '@polynas/core/spi';
import type { Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { ofInode } from '../native/storage-error.ts';

export async function readlink({ attributes, mounts }: VolumeContext, call: Call, id: FileId): Promise<Uint8Array> {
  await mounts.ready(call, id);
  const inode = await mounts.hold(id);
  try {
    const known = await attributes.of(call, inode, id);
    if (known.attributes.type !== 'symlink') throw new StorageError('wrongType');
    const { target } = known.own;
    if (target !== undefined) return Uint8Array.from(target);
    return await inode.mount.within(call).readlink(inode.pointer);
  } catch (error) {
    throw mounts.failed(inode.mount, ofInode(error));
  } finally {
    inode.release();
  }
}
