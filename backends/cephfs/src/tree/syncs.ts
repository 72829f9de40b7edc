import type { FileId } from '@polynas/core/spi';
import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';

interface Round {
  readonly done: Promise<void>;
  /** Everybody who came while this one ran. */
  next: Promise<void> | undefined;
}

/**
 * Brings what was answered of a file (of a directory: its entries as well) to the MDS's journal, `ceph_ll_sync_inode`: it asks for a flush of the journal
 * and waits for it. One runs at a time for each file; all who come meanwhile share the next one.
 */
export class Syncs {
  readonly #mounts: Mounts;
  readonly #rounds = new Map<FileId, Round>();

  constructor(mounts: Mounts) {
    this.#mounts = mounts;
  }

  /** Resolves when everything that calls have answered of the file before this one is on stable storage. Rejected with `StorageError`. */
  stable(inode: HeldInode, id: FileId): Promise<void> {
    const running = this.#rounds.get(id);
    if (running === undefined) return this.#begin(inode, id);
    // A failure of the one before is nothing to those who were not part of it.
    running.next ??= running.done.then(
      () => this.#begin(inode, id),
      () => this.#begin(inode, id),
    );
    return running.next;
  }

  /** The bytes alone: they are on the OSDs; that the MDS knows of them (and of the times) is left to `stable`. */
  async bytes({ mount, pointer }: HeldInode): Promise<void> {
    try {
      await mount.syncInode(pointer, true);
    } catch (error) {
      throw this.#mounts.failed(mount, error);
    }
  }

  #begin(inode: HeldInode, id: FileId): Promise<void> {
    const done = this.#sync(inode);
    const round: Round = { done, next: undefined };
    this.#rounds.set(id, round);
    const end = (): void => {
      if (this.#rounds.get(id) === round && round.next === undefined) this.#rounds.delete(id);
    };
    done.then(end, end);
    return done;
  }

  async #sync({ mount, pointer }: HeldInode): Promise<void> {
    try {
      await mount.syncInode(pointer, false);
    } catch (error) {
      throw this.#mounts.failed(mount, error);
    }
  }
}
