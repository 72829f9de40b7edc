/**
 * Buffers for large frames that come in pieces (WRITE) and for large payloads (READ), used again and again: fresh ones cost page faults and garbage
 * collections, nearly half of the CPU of a WRITE of 1 MiB. What gets none takes memory of its own.
 */
export class LargeBuffers {
  /** Bytes of each. They cost what was used of them. */
  readonly size: number;
  private readonly count: number;
  private readonly free: Uint8Array[] = [];
  private lentCount = 0;

  /** @param count buffers, made when first needed, and then kept */
  constructor(size: number, count: number) {
    this.size = size;
    this.count = count;
  }

  /** Buffers in use. */
  get lent(): number {
    return this.lentCount;
  }

  take(): Uint8Array | undefined {
    if (this.lentCount >= this.count) return undefined;
    this.lentCount++;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  /** Nobody looks at it any more. */
  give(buffer: Uint8Array): void {
    this.lentCount--;
    this.free.push(buffer);
  }

  /** Somebody may look at it still: it is not used again, and another one takes its place. */
  leave(): void {
    this.lentCount--;
  }
}
