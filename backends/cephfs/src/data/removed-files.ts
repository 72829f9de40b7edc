import type { Later } from '../later.ts';

/** A file that has no name any more, and that CephFS keeps until its client lets go of it. */
export interface RemovedFile {
  readonly bytes: number;
  readonly letGo: () => void;
}

export interface RemovedFilesParts {
  /** Milliseconds since some moment. */
  readonly steadyClock: () => number;
  readonly later: Later;
  /** Somebody waits for the volume right now. */
  readonly isBusy: () => boolean;
}

interface Held extends RemovedFile {
  /** By the steady clock. */
  readonly since: number;
}

/** Milliseconds: between two looks, which is how long nothing may have been removed until all are let go, and how long one is held at most. */
const lookEvery = 200;
const longestHeld = 3000;
/** Held at once. */
const mostFiles = 4096;
const mostBytes = 64 * 1_048_576;

/**
 * Removed files that are let go of a little later. As soon as a client does, the MDS purges the file: a write of its journal for the purge, one for the entry that it kept, and a deletion on three
 * OSDs, several times the work of the removal itself, for which whoever removes the next files would have to wait. So they are held until nobody has removed any for a moment, nor waits for anything;
 * no longer than some seconds, and no more than some thousands of little ones, as their space is not free before.
 */
export class RemovedFiles {
  readonly #parts: RemovedFilesParts;
  /** In the order in which they were removed. */
  readonly #held = new Set<Held>();
  #bytes = 0;
  #addedSinceLook = false;
  /** A look is to come. */
  #looks = false;

  constructor(parts: RemovedFilesParts) {
    this.#parts = parts;
  }

  /** Files that are held. */
  get size(): number {
    return this.#held.size;
  }

  add(file: RemovedFile): void {
    this.#held.add({ ...file, since: this.#parts.steadyClock() });
    this.#bytes += file.bytes;
    this.#addedSinceLook = true;
    this.#letGoWhile(() => this.#held.size > mostFiles || this.#bytes > mostBytes);
    if (!this.#looks) this.#lookLater();
  }

  #lookLater(): void {
    this.#looks = true;
    this.#parts.later(lookEvery, () => this.#look());
  }

  #look(): void {
    const isQuiet = !this.#addedSinceLook && !this.#parts.isBusy();
    this.#addedSinceLook = false;
    const before = this.#parts.steadyClock() - longestHeld;
    this.#letGoWhile(({ since }) => isQuiet || since <= before);
    this.#looks = false;
    if (this.#held.size > 0) this.#lookLater();
  }

  /** The first ones, as long as that is said of them. */
  #letGoWhile(isDue: (file: Held) => boolean): void {
    for (const file of this.#held) {
      if (!isDue(file)) return;
      this.#held.delete(file);
      this.#bytes -= file.bytes;
      file.letGo();
    }
  }
}
