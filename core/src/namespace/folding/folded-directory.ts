import { foldName } from '../../service/index.ts';
import type { Name } from '../../spi/index.ts';
import type { NamesKept } from '../indexes/tracked-names.ts';
import { FoldedMarks } from './folded-marks.ts';
import { FoldedTexts } from './folded-texts.ts';

/** Names that were found by reading a large directory, and are remembered. */
const maxFound = 1024;

/** The names of one directory by what they fold to. A large one keeps marks instead of names. */
export class FoldedDirectory implements NamesKept {
  readonly #maxNames: number;
  #texts = new FoldedTexts();
  #marks: FoldedMarks | undefined = undefined;
  /** Of a large directory: what was read for once. */
  readonly #found = new Map<string, string>();

  /** @param maxNames above it there are marks */
  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  get bytes(): number {
    return this.#marks?.bytes ?? this.#texts.bytes;
  }

  /** Marks are counted: what is added twice has to go twice. */
  get exact(): boolean {
    return this.#marks === undefined;
  }

  /** The name that folds alike; of several the first in order of bytes. `'unknown'`: there may be one, which only reading the directory tells. */
  find(folded: string): Name | 'unknown' | undefined {
    const found = this.#marks === undefined ? this.#texts.find(folded) : this.#found.get(folded);
    if (found !== undefined) return Buffer.from(found, 'latin1');
    return this.#marks?.has(folded) === true ? 'unknown' : undefined;
  }

  /** What reading the directory has shown: the name, or that there is none. */
  learn(folded: string, name: Name | undefined): void {
    if (this.#marks === undefined) return;
    if (name === undefined) {
      this.#marks.forget(folded);
      return;
    }
    if (this.#found.size >= maxFound) this.#found.clear();
    this.#found.set(folded, textOf(name));
  }

  add(name: Name): void {
    const folded = foldName(name);
    if (this.#marks !== undefined) {
      this.#marks.add(folded);
      this.#found.delete(folded);
      return;
    }
    this.#texts.add(folded, textOf(name));
    if (this.#texts.size > this.#maxNames) this.#shorten();
  }

  remove(name: Name): void {
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
}

function textOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
}
