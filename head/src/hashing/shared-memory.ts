/** The largest piece that is kept; larger ones are not asked for by core. Bytes. */
export const largestPiece = 1_048_576;
export const smallestPiece = 65_536;
/** What is kept for the next one. Bytes. */
const maxFree = 16 * 1_048_576;

/**
 * Memory that threads read without a copy, used over and over: a thread that has little to collect holds what it has
 * seen for long, so fresh memory for each upload would pile up.
 */
export class SharedMemory {
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  #freeBytes = 0;

  take(length: number): Uint8Array {
    const size = sizeFor(length);
    const found = this.#free.get(size)?.pop();
    if (found !== undefined) this.#freeBytes -= size;
    return new Uint8Array(found ?? new SharedArrayBuffer(size), 0, length);
  }

  giveBack({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer)) return;
    const size = buffer.byteLength;
    if (size > largestPiece || this.#freeBytes + size > maxFree) return;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
    this.#freeBytes += size;
  }
}

/** A power of two, so that few sizes fit all. */
function sizeFor(length: number): number {
  let size = smallestPiece;
  while (size < length) size *= 2;
  return size;
}
