import type { DirectoryChange, Name } from '../../spi/index.ts';

/** What an index keeps of the names of one directory. */
export interface NamesKept {
  /** Memory, about. */
  readonly bytes: number;
  /** Names can be taken away for certain: what is added twice goes at once. */
  readonly exact: boolean;
  add(name: Name): void;
  remove(name: Name): void;
}

/** What one change of a directory did to its names. */
export interface NamesChange {
  readonly directory: DirectoryChange;
  readonly added?: Name;
  readonly removed?: Name;
}

/** Changes that wait for an earlier one, or for the index to be built. More than any client has in flight; beyond it the index is built anew. */
const maxWaiting = 1024;
/** Names that may be gone, of every four or of this many. */
const leastDoubtful = 1024;

/**
 * The names of one directory, kept up to date by our own changes: those of one value of its `change`. Where a volume cannot tell what else has changed the directory beside a
 * change of ours, and nobody else does (`alone`), ours are all there are, in whatever order they are answered: then a name may be kept that is gone, and none is missing.
 */
export class TrackedNames<Kept extends NamesKept> {
  readonly kept: Kept;
  /** The state of the directory that the names are of; alone, the latest that a change of ours has told. */
  change: bigint;
  /** All of it was read; before, changes only wait. */
  #built = false;
  /** The latest state of the directory whose names may have been read. */
  #readUntil: bigint;
  /** Alone, each change that was told began with the state that the one before ended with: none is to come that is earlier. */
  #inOrder = true;
  /** Changes that were told before their turn, by the `change` that they begin with. */
  readonly #waiting = new Map<bigint, NamesChange>();
  #count = 0;
  #doubtful = 0;
  #behind: { readonly change: bigint; readonly told: number; readonly since: number } | undefined = undefined;
  #told = 0;

  constructor(kept: Kept, change: bigint) {
    this.kept = kept;
    this.change = change;
    this.#readUntil = change;
  }

  /** Moves with each change that is told. */
  get told(): number {
    return this.#told;
  }

  /** Names may be kept that are gone. */
  get isDoubtful(): boolean {
    return this.#doubtful > 0;
  }

  /** A name that somebody has looked for in vain, unless a change was told since `told`. */
  forget(name: Name, told: number): void {
    if (this.#told !== told) return;
    this.#remove(name);
    this.#doubtful -= 1;
  }

  /** So many of the names may be gone that reading the directory again is cheaper than keeping them. */
  get worn(): boolean {
    return this.#doubtful > Math.max(leastDoubtful, this.#count / 4);
  }

  /** A name that is read while the index is built. */
  read(name: Name): void {
    this.#add(name);
  }

  /**
   * Everything that was there since `change` has been read. What changed meanwhile was read or not: of names, done once more in order, each ends as it is now. Where
   * names are counted they must not be taken away twice: what went meanwhile stays, until somebody asks for it and finds it gone.
   *
   * @param until the directory's `change` when all had been read. A change up to there may be told later still.
   */
  built(until: bigint): void {
    this.#readUntil = until;
    this.#catchUp();
    this.#built = true;
  }

  /** Own changes keep the names up to date. */
  note(change: NamesChange, alone: boolean): void {
    this.#told += 1;
    if (alone) this.#noteAlone(change);
    else this.#noteAmongOthers(change);
  }

  /**
   * Alone, but the directory is in a state that no change of ours has told: one is under way, or somebody else is there after all.
   *
   * @param now milliseconds
   * @returns it has been so for long
   */
  isLost(change: bigint, now: number, patience: number): boolean {
    const behind = this.#behind;
    if (behind === undefined || behind.change !== change || behind.told !== this.#told) {
      this.#behind = { change, told: this.#told, since: now };
      return false;
    }
    return now - behind.since >= patience;
  }

  #noteAlone({ directory, added, removed }: NamesChange): void {
    const { before, after } = directory;
    // Answered in the order in which it was done, it does what it did; else the name may have been made again since.
    const isNext = this.#built && isExact(directory) && before.change === this.change;
    if (!isNext) this.#inOrder = false;
    if (removed !== undefined && isNext && (this.kept.exact || (this.#inOrder && this.#isUnread(before.change))))
      this.#remove(removed);
    else if (removed !== undefined) this.#doubtful += 1;
    if (added !== undefined) this.#add(added);
    if (after.change > this.change) this.change = after.change;
  }

  #noteAmongOthers(change: NamesChange): void {
    const { before } = change.directory;
    if (!isExact(change.directory) || before.change < this.change) return;
    if (this.#waiting.size >= maxWaiting) this.#waiting.clear();
    this.#waiting.set(before.change, change);
    if (this.#built) this.#catchUp();
  }

  #catchUp(): void {
    for (let next = this.#waiting.get(this.change); next !== undefined; next = this.#waiting.get(this.change)) {
      this.#waiting.delete(this.change);
      if (next.removed !== undefined && (this.kept.exact || this.#isUnread(this.change))) this.#remove(next.removed);
      if (next.added !== undefined) this.#add(next.added);
      this.change = next.directory.after.change;
    }
    for (const begin of this.#waiting.keys()) if (begin < this.change) this.#waiting.delete(begin);
  }

  /** A change that begins with this state was done after the names were read, so that what it took away is among them. */
  #isUnread(before: bigint): boolean {
    return before >= this.#readUntil;
  }

  #add(name: Name): void {
    this.#count += 1;
    this.kept.add(name);
  }

  #remove(name: Name): void {
    this.#count -= 1;
    this.kept.remove(name);
  }
}

/** Nothing else changed the directory in between. A counter that every change moves has moved by one for this one alone. */
function isExact({ before, after, atomic }: DirectoryChange): boolean {
  return atomic || after.change - before.change === 1n;
}
