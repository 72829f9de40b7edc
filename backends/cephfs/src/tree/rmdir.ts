import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, Removed, RemoveOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { remove } from './remove.ts';
import { whenEmptied } from './when-emptied.ts';

/** That it is empty, and stays so, is up to the MDS (ENOTEMPTY; a creation that comes too late is answered ENOENT). */
export async function rmdir(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  options: RemoveOptions = {},
): Promise<Removed> {
  return await whenEmptied(context, call, directory, name, () =>
    remove(
      context,
      call,
      directory,
      name,
      options,
      ({ attributes }) => {
        if (attributes.type !== 'directory') throw new StorageError('notDirectory');
      },
      (mount, { inode }) => mount.rmdir(inode.pointer, name),
    ),
  );
}
