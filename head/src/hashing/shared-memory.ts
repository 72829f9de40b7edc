/** A piece of the memory that threads read without a copy; core asks for nothing larger. Bytes. */
const pieceBytes = 1_048_576;
/** Less is not worth a piece. */
const littleBytes = 65_536;
/** Pieces that there are at most: 16 uploads at full speed. */
const maxPieces = 32;

/**
 * Memory that threads read where it is. It is never freed but used over and over: a thread that has little to collect
 * holds what it has seen for long, so fresh memory for each upload would pile up. What there is no piece for gets
 * ordinary memory, which threads are sent copies of.
 */
export class SharedMemory {
  readonly #free: SharedArrayBuffer[] = [];
  #pieces = 0;

  take(length: number): Uint8Array {
    const piece = length < littleBytes || length > pieceBytes ? undefined : this.#piece();
    return piece === undefined ? Buffer.allocUnsafeSlow(length) : new Uint8Array(piece, 0, length);
  }

  giveBack({ buffer }: Uint8Array): void {
    if (buffer instanceof SharedArrayBuffer) this.#free.push(buffer);
  }

  #piece(): SharedArrayBuffer | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#pieces >= maxPieces) return free;
    this.#pieces += 1;
    return new SharedArrayBuffer(pieceBytes);
  }
}
