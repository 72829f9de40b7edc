import type { FileId } from '@polynas/core/spi';
import type { InodePointer, Mount } from '../native/mount-api.ts';
import type { HeldInode } from './mounts-api.ts';

interface Entry {
  readonly pointer: InodePointer;
  users: number;
  /** Held since it was learned, and again since then: such a one is passed over once when room is made. */
  held: boolean;
  again: boolean;
  /** The round of `forgetUnused` in which it was last used. */
  round: number;
  /** No longer in the cache: the last user drops the reference. */
  gone: boolean;
}

/** The share of the bound that is dropped at once when it is exceeded: a search from the oldest on passes over what was deleted before it. */
const dropShare = 1 / 64;
/** Entries that one search spares at most: it runs on the event loop. */
const passedOver = 1024;

/**
 * References of inodes of one incarnation of a mount, about the least recently used out first: being found costs nothing but the look-up, and what was found again goes to the end
 * of the row when its turn would have come. Each pins the inode, with what the cluster granted of it, in
 * libcephfs: so there is a bound; only those in use may exceed it.
 */
export class InodeCache {
  readonly mount: Mount;
  readonly #limit: number;
  /** The next to go first. */
  readonly #entries = new Map<FileId, Entry>();
  #round = 0;

  constructor(mount: Mount, limit: number) {
    this.mount = mount;
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  hold(id: FileId): HeldInode | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.again = entry.held;
    entry.held = true;
    entry.users += 1;
    entry.round = this.#round;
    let held = true;
    return {
      mount: this.mount,
      pointer: entry.pointer,
      release: () => {
        if (held) this.#release(entry);
        held = false;
      },
    };
  }

  /** Takes over one reference. */
  learn(id: FileId, pointer: InodePointer): void {
    const known = this.#entries.get(id);
    if (known?.pointer === pointer) {
      this.mount.put(pointer);
      return;
    }
    if (known !== undefined) this.#drop(id, known);
    this.#entries.set(id, { pointer, users: 0, held: false, again: false, round: this.#round, gone: false });
    if (this.#entries.size > this.#limit) this.#trim(id);
  }

  forget(id: FileId): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#drop(id, entry);
  }

  /** Drops what has not been used since the call before this one. */
  forgetUnused(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.round !== this.#round && entry.users === 0) this.#drop(id, entry);
    }
    this.#round += 1;
  }

  #release(entry: Entry): void {
    entry.users -= 1;
    if (entry.gone && entry.users === 0) this.mount.put(entry.pointer);
  }

  #drop(id: FileId, entry: Entry): void {
    this.#entries.delete(id);
    entry.gone = true;
    if (entry.users === 0) this.mount.put(entry.pointer);
  }

  /** Whoever has just learned of `kept` is about to use it. */
  #trim(kept: FileId): void {
    const enough = this.#limit - Math.floor(this.#limit * dropShare);
    let chances = Math.min(this.#entries.size, passedOver);
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= enough) return;
      if (entry.users > 0 || id === kept) continue;
      if (entry.again && chances > 0) this.#putBehind(id, entry);
      else this.#drop(id, entry);
      chances -= 1;
    }
  }

  #putBehind(id: FileId, entry: Entry): void {
    entry.again = false;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }
}
