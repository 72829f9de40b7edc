import { type FrameBuffers, Reader, WireError } from '@polynas/core/wire';
import { readTransportHeader, TRANSPORT_HEADER_SIZE } from '../messages/direct-tcp.ts';

/** Where the gathering buffer begins; it doubles with what arrives. */
const FIRST_CAPACITY = 16 * 1024;
/** Frames above are gathered in a common buffer where one is free. */
const BORROW_ABOVE = 64 * 1024;
const NO_FRAME = -1;
const NOTHING = new Uint8Array(0);

/**
 * Cuts the byte stream of a connection into frames (MS-SMB2 2.1), across any segmentation.
 *
 * A frame that lies whole in one chunk is handed out there. One that spans chunks is gathered in a buffer that grows with what
 * has *arrived*, never with what a header announces, or for a large one in a buffer of a fixed number.
 */
export class FrameAssembler {
  private chunk: Uint8Array = NOTHING;
  private at = 0;
  private readonly head = new Uint8Array(TRANSPORT_HEADER_SIZE);
  private headBytes = 0;
  /** Bytes of the current frame. */
  private length = NO_FRAME;
  private partial: Uint8Array | undefined;
  private gathered = 0;
  private readonly buffers: FrameBuffers | undefined;
  /** Of the frame that is being gathered. */
  private borrowing: Uint8Array | undefined;
  /** Of the frame that was taken last. */
  private borrowed: Uint8Array | undefined;

  constructor(buffers?: FrameBuffers) {
    this.buffers = buffers;
  }

  /** Bytes of memory held for a frame that is not complete, the common buffers aside. */
  get held(): number {
    return this.borrowing === undefined ? (this.partial?.length ?? 0) : 0;
  }

  /** The common buffer in which the frame lies that was just taken, if it does; it is the caller's to give back from now on. */
  takeBorrowed(): Uint8Array | undefined {
    const { borrowed } = this;
    this.borrowed = undefined;
    return borrowed;
  }

  /** The stream has ended: what was begun is never completed. */
  abandon(): void {
    if (this.borrowing !== undefined) this.buffers!.give(this.borrowing);
    this.borrowing = undefined;
    this.partial = undefined;
  }

  /** Whether a frame has begun and is not complete. */
  get midFrame(): boolean {
    return this.length !== NO_FRAME || this.headBytes > 0;
  }

  /** Adds what one read brought. */
  push(chunk: Uint8Array): void {
    this.chunk = this.at < this.chunk.length ? Buffer.concat([this.chunk.subarray(this.at), chunk]) : chunk;
    this.at = 0;
  }

  /**
   * The next complete frame, without its transport header; `undefined` until more has been pushed.
   *
   * @param limit bytes that a frame which begins now may have; a longer one is a {@link WireError}, after which the connection
   *   has to be closed
   */
  take(limit: number): Uint8Array | undefined {
    if (this.length === NO_FRAME && !this.begin(limit)) return undefined;
    const left = this.chunk.length - this.at;
    if (this.partial === undefined && left >= this.length) {
      const frame = this.chunk.subarray(this.at, this.at + this.length);
      this.at += this.length;
      this.length = NO_FRAME;
      return frame;
    }
    this.gather(Math.min(left, this.length - this.gathered));
    if (this.gathered < this.length) return undefined;
    const frame = this.partial!.subarray(0, this.length);
    this.partial = undefined;
    this.borrowed = this.borrowing;
    this.borrowing = undefined;
    this.gathered = 0;
    this.length = NO_FRAME;
    return frame;
  }

  /** Completes the transport header; `false` while bytes of it are missing. */
  private begin(limit: number): boolean {
    while (this.headBytes < TRANSPORT_HEADER_SIZE) {
      if (this.at === this.chunk.length) return false;
      this.head[this.headBytes] = this.chunk[this.at]!;
      this.headBytes += 1;
      this.at += 1;
    }
    const length = readTransportHeader(new Reader(this.head));
    if (length > limit) throw new WireError(`frame of ${length} bytes where ${limit} are allowed`);
    this.headBytes = 0;
    this.length = length;
    return true;
  }

  private gather(bytes: number): void {
    const needed = this.gathered + bytes;
    if (this.partial === undefined && this.length > BORROW_ABOVE && this.length <= (this.buffers?.size ?? 0)) {
      this.borrowing = this.buffers!.take();
      this.partial = this.borrowing;
    }
    if (this.partial === undefined || this.partial.length < needed) {
      const doubled = Math.max(FIRST_CAPACITY, needed, (this.partial?.length ?? 0) * 2);
      const larger = new Uint8Array(Math.min(this.length, doubled));
      if (this.partial !== undefined) larger.set(this.partial.subarray(0, this.gathered));
      this.partial = larger;
    }
    this.partial.set(this.chunk.subarray(this.at, this.at + bytes), this.gathered);
    this.gathered = needed;
    this.at += bytes;
  }
}
