/** A file that has no name any more, and that CephFS keeps until its client lets go of it. */
export interface RemovedFile {
  readonly bytes: number;
  readonly letGo: () => void;
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
  readonly #steadyClock: () => number;
  readonly #isBusy: () => boolean;
  /** In the order in which they were removed. */
  readonly #held = new Set<Held>();
  #bytes = 0;
  #addedSinceLook = false;
  #looks: NodeJS.Timeout | undefined;

  /** `isBusy`: somebody waits for the volume right now. */
  constructor(steadyClock: () => number, isBusy: () => boolean) {
    this.#steadyClock = steadyClock;
    this.#isBusy = isBusy;
  }

  /** Files that are held. */
  get size(): number {
    return this.#held.size;
  }

  add(file: RemovedFile): void {
    this.#held.add({ ...file, since: this.#steadyClock() });
    this.#bytes += file.bytes;
    this.#addedSinceLook = true;
    this.#letGoWhile(() => this.#held.size > mostFiles || this.#bytes > mostBytes);
    this.#looks ??= setInterval(() => this.#look(), lookEvery).unref();
  }

  #look(): void {
    const isQuiet = !this.#addedSinceLook && !this.#isBusy();
    this.#addedSinceLook = false;
    const before = this.#steadyClock() - longestHeld;
    this.#letGoWhile(({ since }) => isQuiet || since <= before);
    if (this.#held.size > 0) return;
    clearInterval(this.#looks);
    this.#looks = undefined;
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
