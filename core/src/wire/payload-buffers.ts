/** Smallest buffer: below it a fresh one costs no more than this bookkeeping. */
const LEAST = 64 * 1024;

/**
 * Buffers for large payloads on their way out, used again and again: fresh ones cost page faults, and count as garbage that V8 collects late,
 * so that a process which reads much would grow to several times of what it holds. Sizes are powers of two from 64 KiB.
 *
 * Nothing is bounded here but what is kept for later: whoever takes a buffer accounts for it.
 */
export class PayloadBuffers {
  readonly #retain: number;
  readonly #free = new Map<number, Uint8Array[]>();
  #freeBytes = 0;

  /** @param retain bytes that are kept while nobody uses them */
  constructor(retain: number) {
    this.#retain = retain;
  }

  /** Bytes kept for later. */
  get retained(): number {
    return this.#freeBytes;
  }

  /** At least `length` bytes, with whatever is in them. */
  take(length: number): Uint8Array {
    const size = sizeFor(length);
    const kept = this.#free.get(size)?.pop();
    if (kept === undefined) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    this.#freeBytes -= size;
    return kept;
  }

  /** Nobody looks at it or writes to it any more. One that somebody may still write to is just forgotten instead. */
  give(buffer: Uint8Array): void {
    const size = buffer.length;
    if (this.#freeBytes + size > this.#retain) return;
    const kept = this.#free.get(size);
    if (kept === undefined) this.#free.set(size, [buffer]);
    else kept.push(buffer);
    this.#freeBytes += size;
  }
}

function sizeFor(length: number): number {
  return Math.max(LEAST, 2 ** Math.ceil(Math.log2(length)));
}
