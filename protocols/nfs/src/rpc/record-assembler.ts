import { Reader } from '@polynas/core/wire';
import type { FrameBuffers } from '@polynas/core/wire';

/** A record that cannot be accepted; the connection has lost its framing and is closed. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

export interface RecordLimits {
  /** Bytes of one record, all its fragments together. */
  readonly maxRecord: number;
  /** Fragments of one record. */
  readonly maxFragments: number;
}

const LAST_FRAGMENT = 0x8000_0000;
const NO_FRAGMENT = -1;
const FIRST_CAPACITY = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * Record marking (RFC 5531 §11): cuts the byte stream into records, across any segmentation.
 *
 * A record that lies whole in one chunk is decoded there. One that spans chunks is gathered into a buffer which grows with what
 * has *arrived*, never with what a header announces.
 */
export class RecordAssembler {
  private readonly limits: RecordLimits;
  private chunk: Uint8Array = NOTHING;
  private chunkReader = new Reader(this.chunk);
  private at = 0;
  /** Bytes of the current fragment that are still to come. */
  private left = NO_FRAGMENT;
  private last = false;
  private fragments = 0;
  private header = 0;
  private headerBytes = 0;
  private partial: Uint8Array | undefined;
  private gathered = 0;
  /** Whether `partial` is one of `buffers`. */
  private borrowed = false;
  private finished: Uint8Array | undefined;
  private readonly buffers: FrameBuffers | undefined;

  /** @param buffers for large records, if there are any; at least `maxRecord` long */
  constructor(limits: RecordLimits, buffers?: FrameBuffers) {
    this.limits = limits;
    this.buffers = buffers;
  }

  /** Bytes of memory held for a record that is not complete, without what is borrowed. */
  get held(): number {
    return this.borrowed ? 0 : (this.partial?.length ?? 0);
  }

  /** The borrowed buffer that the record of the last `take` lies in: now the caller's to give back. */
  takeBorrowed(): Uint8Array | undefined {
    const { finished } = this;
    this.finished = undefined;
    return finished;
  }

  /** No more records are taken: gives back what is borrowed. */
  abandon(): void {
    if (this.borrowed && this.partial !== undefined) this.buffers?.give(this.partial);
    this.reset();
  }

  /** Whether a record has begun and is not complete. */
  get midRecord(): boolean {
    return this.left !== NO_FRAGMENT || this.headerBytes > 0 || this.fragments > 0;
  }

  /** Whether `take` would find bytes to work on. */
  get pending(): boolean {
    return this.at < this.chunk.length;
  }

  /** What is missing of a large record, or of its fragment: bytes that need not be looked at before they are there. Good until the next call. */
  room(): Uint8Array | undefined {
    if (!this.borrowed || this.partial === undefined || this.pending || this.left <= 0) return undefined;
    return this.partial.subarray(this.gathered, this.gathered + this.left);
  }

  /** A read has brought so many bytes to the beginning of `room`. */
  filled(bytes: number): void {
    this.gathered += bytes;
    this.left -= bytes;
  }

  /** Adds what one read brought. */
  push(chunk: Uint8Array): void {
    // Bytes are left only where the reader was stopped in mid-chunk and had one more chunk under way.
    this.chunk = this.pending ? Buffer.concat([this.chunk.subarray(this.at), chunk]) : chunk;
    this.chunkReader = new Reader(this.chunk);
    this.at = 0;
  }

  /**
   * The next complete record, or `undefined` when more bytes are needed. The Reader is good until the next `take`; what was
   * decoded from it stays good.
   * @throws RecordError
   */
  take(): Reader | undefined {
    for (;;) {
      if (this.left === NO_FRAGMENT && !this.takeHeader()) return this.exhausted();
      const available = this.chunk.length - this.at;
      if (this.left > available) {
        this.gather(available);
        return this.exhausted();
      }
      if (this.last && this.gathered === 0) {
        const from = this.at;
        this.at += this.left;
        this.reset();
        return this.chunkReader.frame(from, this.at);
      }
      this.gather(this.left);
      if (this.last) return this.complete();
      this.left = NO_FRAGMENT;
    }
  }

  /** Lets go of the chunk: an idle connection holds no memory. */
  private exhausted(): undefined {
    this.push(NOTHING);
    return undefined;
  }

  private takeHeader(): boolean {
    while (this.headerBytes < 4) {
      if (this.at === this.chunk.length) return false;
      this.header = ((this.header << 8) | this.chunk[this.at++]!) >>> 0;
      this.headerBytes++;
    }
    this.last = this.header >= LAST_FRAGMENT;
    this.left = this.last ? this.header - LAST_FRAGMENT : this.header;
    this.header = 0;
    this.headerBytes = 0;
    this.fragments++;
    if (this.fragments > this.limits.maxFragments) {
      throw new RecordError(`more than ${this.limits.maxFragments} fragments in a record`);
    }
    if (this.gathered + this.left > this.limits.maxRecord) {
      throw new RecordError(`record of ${this.gathered + this.left} bytes or more, above ${this.limits.maxRecord}`);
    }
    return true;
  }

  private gather(length: number): void {
    if (length > 0) {
      const needed = this.gathered + length;
      if (this.partial === undefined || needed > this.partial.length) this.grow(needed);
      this.partial!.set(this.chunk.subarray(this.at, this.at + length), this.gathered);
      this.gathered = needed;
    }
    this.at += length;
    this.left -= length;
  }

  private grow(needed: number): void {
    const announced = this.gathered + this.left;
    const pooled = Math.max(needed, announced) > FIRST_CAPACITY ? this.buffers?.take() : undefined;
    this.borrowed = pooled !== undefined;
    const size = Math.max(needed, Math.min(announced, Math.max(FIRST_CAPACITY, needed * 4)));
    const larger = pooled ?? Buffer.allocUnsafeSlow(size);
    if (this.partial !== undefined) larger.set(this.partial.subarray(0, this.gathered));
    this.partial = larger;
  }

  private complete(): Reader {
    const record = this.partial?.subarray(0, this.gathered) ?? NOTHING;
    if (this.borrowed) this.finished = this.partial;
    this.reset();
    return new Reader(record);
  }

  private reset(): void {
    this.left = NO_FRAGMENT;
    this.fragments = 0;
    this.gathered = 0;
    this.partial = undefined;
    this.borrowed = false;
  }
}
