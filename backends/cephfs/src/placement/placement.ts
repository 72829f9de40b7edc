import type { Call, FileId, PlacementGroup } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeXattrs } from '../xattrs/change-xattrs.ts';
import { withInode } from '../xattrs/inode-step.ts';

/** Ceph's name for it (docs.ceph.com, File layouts): a directory has it when a layout was set on that very directory. */
const poolXattr = 'ceph.dir.layout.pool';

/** Which data pool of the file system new files below a directory go to. */
export class Placement implements PlacementGroup {
  readonly #context: VolumeContext;

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  get(call: Call, directory: FileId): Promise<string | undefined> {
    return this.#context.life.runWhileWanted(call, () =>
      withInode(this.#context, call, directory, async ({ mount, pointer }) => {
        const value = await mount.within(call).getxattr(pointer, poolXattr);
        return value === undefined ? undefined : Buffer.from(value).toString('utf8');
      }),
    );
  }

  async set(call: Call, directory: FileId, pool: string): Promise<void> {
    const apply = async ({ mount, pointer }: HeldInode): Promise<void> => {
      try {
        await mount.within(call).setxattr(pointer, poolXattr, Buffer.from(pool, 'utf8'), 'either');
      } catch (error) {
        // The MDS's answer for a pool that is none, or none of this file system's data pools.
        if (!isErrno(error, 'EINVAL', 'ENOENT')) throw error;
        throw new StorageError('notFound', `the file system has no data pool ${pool}`, { cause: error });
      }
    };
    await this.#context.life.runWhileWanted(call, () => changeXattrs(this.#context, call, directory, { apply }));
  }
}
