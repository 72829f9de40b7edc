/** Memory of one name with what it folds to, about. */
const bytesPerName = 150;

/**
 * Names by what they fold to. They are kept as texts of one character a byte: an object each would cost several times as much.
 */
export class FoldedTexts {
  readonly #names = new Map<string, string | string[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#size * bytesPerName;
  }

  /** Of several the first in order of bytes. */
  find(folded: string): string | undefined {
    const held = this.#names.get(folded);
    return typeof held === 'object' ? held[0] : held;
  }

  add(folded: string, name: string): void {
    const held = this.#names.get(folded);
    if (held === undefined) this.#names.set(folded, name);
    else if (typeof held === 'string' ? held === name : held.includes(name)) return;
    else this.#names.set(folded, [...(typeof held === 'string' ? [held] : held), name].sort());
    this.#size += 1;
  }

  remove(folded: string, name: string): void {
    const held = this.#names.get(folded);
    if (held === undefined) return;
    const all = typeof held === 'string' ? [held] : held;
    if (!all.includes(name)) return;
    this.#size -= 1;
    const others = all.filter((other) => other !== name);
    if (others.length === 0) this.#names.delete(folded);
    else this.#names.set(folded, others.length === 1 ? others[0]! : others);
  }

  *all(): Generator<{ readonly folded: string; readonly name: string }> {
    for (const [folded, held] of this.#names) {
      if (typeof held === 'string') yield { folded, name: held };
      else for (const name of held) yield { folded, name };
    }
  }
}
