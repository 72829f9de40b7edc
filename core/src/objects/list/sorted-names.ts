import type { Name } from '../../spi/index.ts';
import type { NamesKept } from '../../namespace/indexes/tracked-names.ts';

/** Memory of one name beside its bytes, about. */
const bytesPerName = 40;
/** Names that lie in one piece: adding one moves no more than these. */
const maxPiece = 512;

/** Names in order of bytes, kept as texts of one character a byte, in pieces so that adding to very many costs little. */
export class SortedNames implements NamesKept {
  readonly exact = true;
  /** In order, none of them empty. */
  readonly #pieces: string[][] = [];
  #bytes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(name: Name): void {
    const text = Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
    const index = Math.max(0, this.#pieceOf(text));
    const piece = this.#pieces[index];
    if (piece === undefined) {
      this.#pieces.push([text]);
    } else {
      const at = placeIn(piece, text);
      if (piece[at] === text) return;
      piece.splice(at, 0, text);
      if (piece.length > maxPiece) this.#pieces.splice(index + 1, 0, piece.splice(maxPiece / 2));
    }
    this.#size += 1;
    this.#bytes += text.length + bytesPerName;
  }

  remove(name: Name): void {
    const text = Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
    const index = this.#pieceOf(text);
    const piece = this.#pieces[index];
    if (piece === undefined) return;
    const at = placeIn(piece, text);
    if (piece[at] !== text) return;
    piece.splice(at, 1);
    if (piece.length === 0) this.#pieces.splice(index, 1);
    this.#size -= 1;
    this.#bytes -= text.length + bytesPerName;
  }

  /** At most `limit` names after `from` (or at it, when `inclusive`), and whether they are the last. */
  slice(from: Name, inclusive: boolean, limit: number): { readonly names: readonly Name[]; readonly end: boolean } {
    const text = Buffer.from(from.buffer, from.byteOffset, from.byteLength).toString('latin1');
    const names: Name[] = [];
    let index = Math.max(0, this.#pieceOf(text));
    let at = placeIn(this.#pieces[index] ?? [], text);
    if (!inclusive && this.#pieces[index]?.[at] === text) at += 1;
    for (; index < this.#pieces.length; index += 1, at = 0) {
      const piece = this.#pieces[index]!;
      for (; at < piece.length; at += 1) {
        if (names.length === limit) return { names, end: false };
        names.push(Buffer.from(piece[at]!, 'latin1'));
      }
    }
    return { names, end: true };
  }

  /** The last piece that begins at the text or before it; −1 where none does. */
  #pieceOf(text: string): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pieces[middle]![0]! <= text) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Where the text is in a piece, or would be. */
function placeIn(piece: readonly string[], text: string): number {
  let low = 0;
  let high = piece.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (piece[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
