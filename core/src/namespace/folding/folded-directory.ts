import { foldName } from '../../service/index.ts';
import type { DirectoryChange, Name } from '../../spi/index.ts';

/** What one change of a directory did to its names. */
export interface NamesChange {
  readonly directory: DirectoryChange;
  readonly added?: Name;
  readonly removed?: Name;
}

/** Changes that wait for an earlier one, or for the index to be built. More than any client has in flight; beyond it the index is built anew. */
const maxWaiting = 1024;

/**
 * The names of one directory by what they fold to, as of one value of its `change`. Names are kept as texts of one character a byte: an object each
 * would cost several times as much.
 */
export class FoldedDirectory {
  /** The state of the directory that the names are of. */
  change: bigint;
  /** All of it was read; before, changes only wait. */
  #built = false;
  #size = 0;
  readonly #names = new Map<string, string | string[]>();
  /** Changes that were told before their turn, by the `change` that they begin with. */
  readonly #waiting = new Map<bigint, NamesChange>();

  constructor(change: bigint) {
    this.change = change;
  }

  get size(): number {
    return this.#size;
  }

  /** The name that folds alike; of several the first in order of bytes. */
  find(folded: string): Name | undefined {
    const found = this.#names.get(folded);
    if (found === undefined) return undefined;
    return Buffer.from(typeof found === 'string' ? found : found[0]!, 'latin1');
  }

  add(name: Name): void {
    const folded = foldName(name);
    const text = textOf(name);
    const held = this.#names.get(folded);
    if (held === undefined) this.#names.set(folded, text);
    else if (typeof held === 'string' ? held === text : held.includes(text)) return;
    else this.#names.set(folded, [...(typeof held === 'string' ? [held] : held), text].sort());
    this.#size += 1;
  }

  #remove(name: Name): void {
    const folded = foldName(name);
    const text = textOf(name);
    const held = this.#names.get(folded);
    if (held === undefined) return;
    const left = typeof held === 'string' ? [held] : held;
    if (!left.includes(text)) return;
    this.#size -= 1;
    const others = left.filter((other) => other !== text);
    if (others.length === 0) this.#names.delete(folded);
    else this.#names.set(folded, others.length === 1 ? others[0]! : others);
  }

  /**
   * Everything that was there since `change` has been added. What changed meanwhile was read or not; done once more in order, each name ends as it is now.
   */
  built(): void {
    this.#built = true;
    this.#catchUp();
  }

  /** Own changes keep the names up to date, where nothing else came between the directory's two states. */
  note(change: NamesChange): void {
    const { before, atomic } = change.directory;
    if (!atomic || before.change < this.change) return;
    if (this.#waiting.size >= maxWaiting) this.#waiting.clear();
    this.#waiting.set(before.change, change);
    if (this.#built) this.#catchUp();
  }

  #catchUp(): void {
    for (let next = this.#waiting.get(this.change); next !== undefined; next = this.#waiting.get(this.change)) {
      this.#waiting.delete(this.change);
      if (next.removed !== undefined) this.#remove(next.removed);
      if (next.added !== undefined) this.add(next.added);
      this.change = next.directory.after.change;
    }
    for (const begin of this.#waiting.keys()) if (begin < this.change) this.#waiting.delete(begin);
  }
}

function textOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
}
