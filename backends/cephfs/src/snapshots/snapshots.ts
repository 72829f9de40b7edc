import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, SnapshotsGroup } from '@polynas/core/spi';
import { fileIdOf } from '../attributes/attributes-of.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { InodePointer, Mount } from '../native/mount-api.ts';
import { isErrno, storageErrorOf } from '../native/storage-error.ts';
import { checkName, snapshotsName } from '../tree/names.ts';
import { withInode } from '../xattrs/inode-step.ts';

const snapName: Name = new TextEncoder().encode(snapshotsName);
const superuser = { uid: 0, gid: 0 };
/** Begins the names under which a directory shows the snapshots of those above it; the MDS gives no such name to one of its own. */
const inherited = 0x5f;
const pageEntries = 256;

/**
 * CephFS's own snapshots: the names of a directory's `.snap`. They have what was answered before, synced or not. Ids in one that was removed
 * are `stale` when libcephfs has forgotten them.
 */
export class Snapshots implements SnapshotsGroup {
  readonly #context: VolumeContext;

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  create(call: Call, directory: FileId, name: Name): Promise<FileId> {
    return this.#onSnapshots(call, directory, name, async (mount, snapshots) => {
      const { inode, statx } = await mount.mkdir(snapshots, name, 0o755, superuser);
      mount.put(inode);
      return fileIdOf(statx);
    });
  }

  async remove(call: Call, directory: FileId, name: Name): Promise<void> {
    await this.#onSnapshots(call, directory, name, async (mount, snapshots) => {
      // Only what is there: libcephfs of 16.2 never lets go of a name that it does not find here, and its client is not unmounted any more.
      const found = await mount.lookup(snapshots, name);
      if (found === undefined) throw new StorageError('notFound');
      try {
        await mount.rmdir(snapshots, name);
      } finally {
        mount.put(found.inode);
      }
      const id = fileIdOf(found.statx);
      this.#context.attributes.drop(id);
      this.#context.mounts.forget(id);
    });
  }

  list(call: Call, directory: FileId): ReturnType<SnapshotsGroup['list']> {
    return this.#context.life.runWhileWanted(call, () =>
      withInode(this.#context, call, directory, (inode) =>
        this.#within(inode, async (mount, snapshots) => {
          const found = await namesIn(mount, snapshots);
          return found.filter(({ name }) => name[0] !== inherited);
        }),
      ),
    );
  }

  /** A change of a directory's snapshots, stable when answered. */
  async #onSnapshots<T>(
    call: Call,
    directory: FileId,
    name: Name,
    step: (mount: Mount, snapshots: InodePointer) => Promise<T>,
  ): Promise<T> {
    const { life, traits, syncs, attributes } = this.#context;
    checkName(name, traits);
    if (name[0] === inherited) throw new StorageError('badName', 'snapshots have no name that begins with _');
    return await life.runWhileWanted(call, () =>
      withInode(this.#context, call, directory, async (inode) => {
        const result = await this.#within(inode, step);
        attributes.drop(directory);
        await syncs.stable(inode);
        return result;
      }),
    );
  }

  async #within<T>(
    { mount, pointer }: HeldInode,
    step: (mount: Mount, snapshots: InodePointer) => Promise<T>,
  ): Promise<T> {
    const found = await mount.lookup(pointer, snapName).catch((error: unknown) => {
      throw isErrno(error, 'ENOTDIR') ? new StorageError('notDirectory', undefined, { cause: error }) : error;
    });
    if (found === undefined) throw new StorageError('notSupported', 'the file system allows no snapshots');
    try {
      return await step(mount, found.inode);
    } catch (error) {
      // Of a snapshot's name, not of the directory.
      throw isErrno(error, 'ENOENT') ? storageErrorOf(error) : error;
    } finally {
      mount.put(found.inode);
    }
  }
}

async function namesIn(
  mount: Mount,
  snapshots: InodePointer,
): Promise<{ readonly name: Name; readonly root: FileId }[]> {
  const directory = await mount.opendir(snapshots);
  try {
    const found: { name: Name; root: FileId }[] = [];
    for (let from = 0n; ;) {
      const page = await mount.readdirplus(directory, from, pageEntries);
      for (const { name, statx } of page) found.push({ name, root: fileIdOf(statx) });
      const last = page.at(-1);
      if (last === undefined || page.length < pageEntries) return found;
      from = last.next;
    }
  } finally {
    await mount.releasedir(directory);
  }
}
