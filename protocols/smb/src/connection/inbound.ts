import { type FrameBuffers, Reader, WireError } from '@polynas/core/wire';
import { HEADER_SIZE } from '../messages/codec.ts';
import { type MessageSpan, messageSpans } from '../messages/compound.ts';
import { PROTOCOL_ID, SMB1_PROTOCOL_ID, TRANSFORM_PROTOCOL_ID } from '../messages/header.ts';
import { TRANSFORM_HEADER_SIZE } from '../messages/transform-header.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { type ConnectionLimits, maxFrame } from './limits.ts';

/** One frame as it came, cut but not decoded. */
export type InboundFrame =
  /** Plain messages; `bytes` holds them all. */
  | { readonly kind: 'messages'; readonly bytes: Uint8Array; readonly messages: readonly MessageSpan[] }
  /** A TRANSFORM_HEADER and what it covers; once opened, it goes through `splitMessages`. */
  | { readonly kind: 'sealed'; readonly bytes: Uint8Array }
  /** An SMB1 message, which as the very first may be a multi-protocol negotiate (MS-SMB2 3.3.5.3). */
  | { readonly kind: 'smb1'; readonly bytes: Uint8Array };

type Phase = 'fresh' | 'negotiating' | 'authenticated';

/**
 * The receiving half of a connection: stream in, frames out, within bounds that depend on how far the client has come. Every
 * {@link WireError} means that the connection is to be closed (MS-SMB2 3.3.5.2).
 */
export class Inbound {
  private readonly limits: ConnectionLimits;
  private readonly assembler: FrameAssembler;
  private phase: Phase = 'fresh';

  /** @param buffers for large frames; without, each is gathered in memory of its own */
  constructor(limits: ConnectionLimits, buffers?: FrameBuffers) {
    this.limits = limits;
    this.assembler = new FrameAssembler(buffers);
  }

  /** Bytes of memory held for a frame that is not complete, common buffers aside. */
  get held(): number {
    return this.assembler.held;
  }

  get midFrame(): boolean {
    return this.assembler.midFrame;
  }

  /** The common buffer in which the frame lies that was just taken, if it does; it is the caller's to give back from now on. */
  takeBorrowed(): Uint8Array | undefined {
    return this.assembler.takeBorrowed();
  }

  /** The stream has ended: what was begun is never completed. */
  abandon(): void {
    this.assembler.abandon();
  }

  push(chunk: Uint8Array): void {
    this.assembler.push(chunk);
  }

  /** A first session was established: frames may be as large as was negotiated. */
  authenticated(): void {
    this.phase = 'authenticated';
  }

  /** The next frame, `undefined` until more has been pushed. */
  take(): InboundFrame | undefined {
    const { phase } = this;
    const bytes = this.assembler.take(maxFrame(this.limits, phase === 'authenticated'));
    if (bytes === undefined) return undefined;
    if (phase === 'fresh') this.phase = 'negotiating';
    const id = new Reader(bytes).u32le();
    if (id === PROTOCOL_ID) return { kind: 'messages', bytes, messages: this.splitMessages(bytes) };
    if (id === TRANSFORM_PROTOCOL_ID && phase === 'authenticated') {
      if (bytes.length < TRANSFORM_HEADER_SIZE + HEADER_SIZE) throw new WireError('sealed frame without a message');
      return { kind: 'sealed', bytes };
    }
    if (id === SMB1_PROTOCOL_ID && phase === 'fresh') return { kind: 'smb1', bytes };
    // Compression (0xFC) is never negotiated.
    throw new WireError(`protocol id 0x${id.toString(16)}`);
  }

  /** The messages of plain bytes, also those that were sealed. */
  splitMessages(bytes: Uint8Array): readonly MessageSpan[] {
    return messageSpans(new Reader(bytes), 0, bytes.length, this.limits.maxCompound);
  }
}
