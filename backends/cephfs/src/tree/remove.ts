import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, Removed, RemoveOptions } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeEntry } from './change-entries.ts';
import type { Directory } from './change-entries.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { beforeLoss, gone, lostName } from './removed.ts';
import { resolve } from './resolve.ts';

/** Takes a name away: what `unlink` and `rmdir` have in common. */
export async function remove(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  options: RemoveOptions,
  expectType: (found: Known) => void,
  take: (mount: Mount, directory: Directory) => Promise<void>,
): Promise<Removed> {
  const { result, directory } = await changeEntry(context, call, directoryId, name, async (at) => {
    const { mount } = at.inode;
    const found = await resolve(context, call, at.inode, at.id, name);
    if (found === undefined) throw new StorageError('notFound');
    expectTarget(found.attributes, options.ifTarget);
    expectNoRecords(options.records);
    expectType(found);
    await beforeLoss(context, call, found.attributes);
    context.attributes.drop(at.id);
    try {
      await take(mount, at);
    } catch (error) {
      // Others write too: the name went while we looked at it.
      throw isErrno(error, 'ENOENT') ? new StorageError('notFound', undefined, { cause: error }) : error;
    }
    context.names.set(at.id, name, 'absent');
    const subdirectories = found.attributes.type === 'directory' ? -1 : 0;
    return { changed: true, subdirectories, result: { found, removed: await lostName(context, mount, found) } };
  });
  return { removed: result.removed ?? gone(result.found, directory.after.modified), directory };
}
