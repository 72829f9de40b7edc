import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import type { InodePointer } from '../native/mount-api.ts';

interface Round {
  readonly done: Promise<void>;
  /** Everybody who came while this one ran. */
  next: Promise<void> | undefined;
}

/**
 * Brings what was answered of a file (of a directory: its entries as well) to the MDS's journal, `ceph_ll_sync_inode`: it asks for a flush of the journal
 * and waits for it. Through the mount that the changes were made through. One runs at a time for each file; all who come meanwhile share the next one.
 */
export class Syncs {
  readonly #mounts: Mounts;
  /** Pointers of mounts differ, of the same file as well. */
  readonly #rounds = new Map<InodePointer, Round>();

  constructor(mounts: Mounts) {
    this.#mounts = mounts;
  }

  /** Resolves when everything that calls have answered of the file before this one is on stable storage. Rejected with `StorageError`. */
  stable(inode: HeldInode): Promise<void> {
    const running = this.#rounds.get(inode.pointer);
    if (running === undefined) return this.#begin(inode);
    // A failure of the one before is nothing to those who were not part of it.
    running.next ??= running.done.then(
      () => this.#begin(inode),
      () => this.#begin(inode),
    );
    return running.next;
  }

  #begin(inode: HeldInode): Promise<void> {
    const done = this.#sync(inode);
    const round: Round = { done, next: undefined };
    this.#rounds.set(inode.pointer, round);
    const end = (): void => {
      if (this.#rounds.get(inode.pointer) === round && round.next === undefined) this.#rounds.delete(inode.pointer);
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
