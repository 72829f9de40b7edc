import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, Removed, RemoveOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { remove } from './remove.ts';

export async function unlink(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  options: RemoveOptions = {},
): Promise<Removed> {
  return await remove(
    context,
    call,
    directory,
    name,
    options,
    ({ attributes }) => {
      if (attributes.type === 'directory') throw new StorageError('isDirectory');
    },
    (mount, { inode }) => mount.unlink(inode.pointer, name),
  );
}
