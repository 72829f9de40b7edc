/**
 * Buffers for large records that come in pieces (WRITE), used again and again: fresh ones cost page faults and garbage collections, a
 * fifth of the CPU of a WRITE of 128 KiB. A record that gets none is gathered in memory of its own.
 */
export class RecordBuffers {
  private readonly size: number;
  private readonly count: number;
  private readonly free: Buffer[] = [];
  private lentCount = 0;

  /**
   * @param size bytes of each: no record is longer
   * @param count of them; made when first needed, and then kept
   */
  constructor(size: number, count: number) {
    this.size = size;
    this.count = count;
  }

  /** Buffers in use. */
  get lent(): number {
    return this.lentCount;
  }

  take(): Buffer | undefined {
    if (this.lentCount >= this.count) return undefined;
    this.lentCount++;
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  /** Nobody looks at it any more. */
  give(buffer: Buffer): void {
    this.lentCount--;
    this.free.push(buffer);
  }

  /** Somebody may look at it still: it is not used again, and another one takes its place. */
  leave(): void {
    this.lentCount--;
  }
}
