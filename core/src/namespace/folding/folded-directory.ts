import { foldName } from '../../service/index.ts';
import type { DirectoryChange, Name } from '../../spi/index.ts';
import { FoldedMarks } from './folded-marks.ts';
import { FoldedTexts } from './folded-texts.ts';

/** What one change of a directory did to its names. */
export interface NamesChange {
  readonly directory: DirectoryChange;
  readonly added?: Name;
  readonly removed?: Name;
}

/** Changes that wait for an earlier one, or for the index to be built. More than any client has in flight; beyond it the index is built anew. */
const maxWaiting = 1024;
/** Names that were found by reading a large directory, and are remembered. */
const maxFound = 1024;

/** The names of one directory by what they fold to, as of one value of its `change`. A large one keeps marks instead of names. */
export class FoldedDirectory {
  /** The state of the directory that the names are of. */
  change: bigint;
  readonly #maxNames: number;
  /** All of it was read; before, changes only wait. */
  #built = false;
  #texts = new FoldedTexts();
  #marks: FoldedMarks | undefined = undefined;
  /** Of a large directory: what was read for once. */
  readonly #found = new Map<string, string>();
  /** Changes that were told before their turn, by the `change` that they begin with. */
  readonly #waiting = new Map<bigint, NamesChange>();

  /** @param maxNames above it there are marks */
  constructor(change: bigint, maxNames: number) {
    this.change = change;
    this.#maxNames = maxNames;
  }

  get bytes(): number {
    return this.#marks?.bytes ?? this.#texts.bytes;
  }

  /** The name that folds alike; of several the first in order of bytes. `'unknown'`: there may be one, which only reading the directory tells. */
  find(folded: string): Name | 'unknown' | undefined {
    const found = this.#marks === undefined ? this.#texts.find(folded) : this.#found.get(folded);
    if (found !== undefined) return Buffer.from(found, 'latin1');
    return this.#marks?.has(folded) === true ? 'unknown' : undefined;
  }

  /** What reading a directory of the state `change` has shown: the name, or that there is none. */
  learn(change: bigint, folded: string, name: Name | undefined): void {
    if (this.#marks === undefined || this.change !== change) return;
    if (name === undefined) {
      this.#marks.forget(folded);
      return;
    }
    if (this.#found.size >= maxFound) this.#found.clear();
    this.#found.set(folded, textOf(name));
  }

  /** A name that is read while the index is built. */
  read(name: Name): void {
    this.#add(name);
  }

  #add(name: Name): void {
    const folded = foldName(name);
    if (this.#marks !== undefined) {
      this.#marks.add(folded);
      this.#found.delete(folded);
      return;
    }
    this.#texts.add(folded, textOf(name));
    if (this.#texts.size > this.#maxNames) this.#shorten();
  }

  #remove(name: Name): void {
    const folded = foldName(name);
    if (this.#marks === undefined) {
      this.#texts.remove(folded, textOf(name));
      return;
    }
    this.#marks.remove(folded);
    this.#found.delete(folded);
  }

  #shorten(): void {
    this.#marks = new FoldedMarks();
    for (const { folded } of this.#texts.all()) this.#marks.add(folded);
    this.#texts = new FoldedTexts();
  }

  /**
   * Everything that was there since `change` has been read. What changed meanwhile was read or not: of names, done once more in order, each ends as it is now. Marks are counted, and must
   * not be taken away twice: what went meanwhile stays marked, until somebody asks for it and finds it gone.
   */
  built(): void {
    this.#catchUp(this.#marks === undefined);
    this.#built = true;
  }

  /** Own changes keep the names up to date, where nothing else came between the directory's two states. */
  note(change: NamesChange): void {
    const { before, atomic } = change.directory;
    if (!atomic || before.change < this.change) return;
    if (this.#waiting.size >= maxWaiting) this.#waiting.clear();
    this.#waiting.set(before.change, change);
    if (this.#built) this.#catchUp(true);
  }

  #catchUp(removing: boolean): void {
    for (let next = this.#waiting.get(this.change); next !== undefined; next = this.#waiting.get(this.change)) {
      this.#waiting.delete(this.change);
      if (next.removed !== undefined && removing) this.#remove(next.removed);
      if (next.added !== undefined) this.#add(next.added);
      this.change = next.directory.after.change;
    }
    for (const begin of this.#waiting.keys()) if (begin < this.change) this.#waiting.delete(begin);
  }
}

function textOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
}
