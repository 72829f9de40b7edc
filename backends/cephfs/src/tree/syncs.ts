import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import type { InodePointer } from '../native/mount-api.ts';

interface Round {
  readonly done: Promise<void>;
  /** The cluster has been asked: who comes now is too late for this one. */
  readonly begun: boolean;
  /** Everybody who came while this one ran. */
  next: Promise<void> | undefined;
}

/** Resolves when those have been answered whose changes are on their way and could share a sync; `undefined` when there are none. */
export type Others = () => Promise<void> | undefined;

/** Milliseconds that a sync waits for others, about as long as it takes: one of them may hang. */
const longestWait = 3;

/**
 * Brings what was answered of a file (of a directory: its entries as well) to the MDS's journal, `ceph_ll_sync_inode`: it asks for a flush of the journal
 * and waits for it. Through the mount that the changes were made through. One runs at a time for each file; all who come meanwhile share the next one.
 * A flush costs the cluster some ten times as much as a change, so one begins when those have been answered that are under way: with sixteen clients in a directory there
 * are half as many flushes as when each began at once.
 */
export class Syncs {
  readonly #mounts: Mounts;
  /** Pointers of mounts differ, of the same file as well. */
  readonly #rounds = new Map<InodePointer, Round>();

  constructor(mounts: Mounts) {
    this.#mounts = mounts;
  }

  /** Resolves when everything that calls have answered of the file before this one is on stable storage. Rejected with `StorageError`. */
  stable(inode: HeldInode, others?: Others): Promise<void> {
    const running = this.#rounds.get(inode.pointer);
    if (running === undefined) return this.#begin(inode, others);
    if (!running.begun) return running.done;
    // A failure of the one before is nothing to those who were not part of it.
    running.next ??= running.done.then(
      () => this.#begin(inode, others),
      () => this.#begin(inode, others),
    );
    return running.next;
  }

  #begin(inode: HeldInode, others: Others | undefined): Promise<void> {
    const answered = others?.();
    const round = { begun: answered === undefined, next: undefined, done: Promise.resolve() };
    round.done = answered === undefined ? this.#sync(inode) : this.#syncAfter(answered, inode, round);
    this.#rounds.set(inode.pointer, round);
    const end = (): void => {
      if (this.#rounds.get(inode.pointer) === round && round.next === undefined) this.#rounds.delete(inode.pointer);
    };
    round.done.then(end, end);
    return round.done;
  }

  async #syncAfter(answered: Promise<void>, inode: HeldInode, round: { begun: boolean }): Promise<void> {
    await within(longestWait, answered);
    round.begun = true;
    await this.#sync(inode);
  }

  async #sync({ mount, pointer }: HeldInode): Promise<void> {
    try {
      await mount.syncInode(pointer, false);
    } catch (error) {
      throw this.#mounts.failed(mount, error);
    }
  }
}

function within(milliseconds: number, wanted: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void wanted.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
