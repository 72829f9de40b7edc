import type { OpenFields } from './open-fields.ts';

/** An instance of a named pipe of IPC$: what is written are DCE/RPC requests, what is read are the answers. */
export interface PipeOpen extends OpenFields {
  readonly kind: 'pipe';
  readonly pipe: RpcPipe;
}

/** Up to as many bytes of a message as were asked for; `more` when it is longer (BUFFER_OVERFLOW), and the rest is read next. */
export interface PipeMessage {
  readonly bytes: Uint8Array;
  readonly more: boolean;
}

/** One client's end of an RPC service, in message mode. */
export interface RpcPipe {
  /** Takes one fragment (PDU) as it was written; the answer, if any, waits to be read. Throws `StatusError` on what is no RPC. */
  write(fragment: Uint8Array): Promise<void>;
  /** Up to `max` bytes of what waits. `undefined`: nothing does (PIPE_EMPTY). */
  read(max: number): PipeMessage | undefined;
  /**
   * As READ of a blocking pipe: what waits, or else the next message that comes, in the order of the reads. Rejected with `StatusError` CANCELLED when the signal aborts,
   * PIPE_DISCONNECTED when the pipe ends.
   */
  readNext(max: number, signal: AbortSignal): Promise<PipeMessage>;
  /** FSCTL_PIPE_TRANSCEIVE: one write, and the answer to it. */
  transceive(fragment: Uint8Array, max: number): Promise<PipeMessage>;
  /** Bytes that wait to be read, for FilePipeLocalInformation and the like. */
  readonly waiting: number;
  close(): void;
}
