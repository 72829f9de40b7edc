import { StorageError } from '@polynas/core/spi';
import type { FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import type { UncountedWrites } from './uncounted-writes.ts';
import type { UnsyncedWrites } from './unsynced-writes.ts';

/** Files that are asked by themselves: those that were written to last were written where most is being written. */
const asked = 16;

/** Files with writes that are not known to be counted, or stable, above which they are made so. */
const usualMostBehind = 65_536;

/**
 * Keeps the number of files bounded of which we have to remember that libcephfs alone knows of writes. It tells the cluster of them by itself after some seconds, which it says to nobody: so when there are
 * many, each mount is told to do so for all of its files at once (`ceph_sync_fs`), where little is left to be done. Nothing is forgotten that may still be lost: `ceph_sync_fs` of 16.2 answers 0 whatever
 * became of the writes (Client::_sync_fs), so some files are asked by themselves, which tells of a full pool; of one that was full before, the monitors tell (`StatusParts.filled`), by the epoch.
 */
export class Backlog {
  readonly #context: VolumeContext;
  readonly #uncounted: UncountedWrites;
  readonly #unsynced: UnsyncedWrites;
  readonly #most: number;
  #running: Promise<void> | undefined;

  constructor(
    context: VolumeContext,
    { uncounted, unsynced }: { readonly uncounted: UncountedWrites; readonly unsynced: UnsyncedWrites },
    most = usualMostBehind,
  ) {
    this.#context = context;
    this.#uncounted = uncounted;
    this.#unsynced = unsynced;
    this.#most = most;
  }

  /** Before a file is written to. A promise where the writer has to wait: with twice as many. Never rejected. */
  room(): Promise<void> | undefined {
    const files = Math.max(this.#uncounted.size, this.#unsynced.size);
    if (files < this.#most) return undefined;
    this.#running ??= this.#catchUp().finally(() => (this.#running = undefined));
    return files < 2 * this.#most ? undefined : this.#running;
  }

  async #catchUp(): Promise<void> {
    const { mounts } = this.#context;
    const epoch = mounts.epoch();
    this.#unsynced.lose(epoch, this.#most);
    const [counts, writes] = [this.#uncounted.counts(), this.#unsynced.counts()];
    const synced = new Set<Mount>();
    try {
      for (const id of new Set([...counts.keys(), ...writes.keys()])) {
        const mount = mounts.of(id);
        if (!synced.has(mount)) await this.#syncAll(mount);
        synced.add(mount);
      }
      for (const id of newestOf(writes.keys())) await this.#context.opens.expectKept(id);
      // Else all of it is lost, and nobody may be told otherwise.
      if (mounts.epoch() === epoch) {
        for (const [id, count] of counts) this.#uncounted.counted(id, count);
        for (const [id, count] of writes) this.#unsynced.synced(id, count);
      }
    } catch (error) {
      // A mount that is gone takes all of it with itself, which the epoch tells; whatever else it was, the next writer begins anew.
      if (!(error instanceof StorageError)) throw error;
    }
  }

  async #syncAll(mount: Mount): Promise<void> {
    try {
      await mount.syncAll();
    } catch (error) {
      throw this.#context.mounts.failed(mount, error);
    }
  }
}

function newestOf(ids: Iterable<FileId>): readonly FileId[] {
  return [...ids].slice(-asked);
}
