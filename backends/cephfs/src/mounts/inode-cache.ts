import type { FileId } from '@polynas/core/spi';
import type { InodePointer, Mount } from '../native/mount-api.ts';
import type { HeldInode } from './mounts-api.ts';

interface Entry {
  readonly pointer: InodePointer;
  users: number;
  /** The round of `forgetUnused` in which it was last used. */
  round: number;
  /** No longer in the cache: the last user drops the reference. */
  gone: boolean;
}

/**
 * References of inodes of one incarnation of a mount, least recently used out first. Each pins the inode, with what the cluster granted of it, in
 * libcephfs: so there is a bound; only those in use may exceed it.
 */
export class InodeCache {
  readonly mount: Mount;
  readonly #limit: number;
  /** In order of last use. */
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
    this.#entries.delete(id);
    this.#entries.set(id, entry);
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
    this.#entries.set(id, { pointer, users: 0, round: this.#round, gone: false });
    if (this.#entries.size > this.#limit) this.#trim(id);
  }

  forget(id: FileId): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#drop(id, entry);
  }

  /** Drops what has not been used since the call before this one. */
  forgetUnused(): void {
    for (const [id, entry] of this.#entries) {
      // They are in order of last use: those behind were used later.
      if (entry.round === this.#round) break;
      if (entry.users === 0) this.#drop(id, entry);
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
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= this.#limit) return;
      if (entry.users === 0 && id !== kept) this.#drop(id, entry);
    }
  }
}
