import type { OpenFields } from './open.ts';

/** An instance of a named pipe of IPC$: what is written are DCE/RPC requests, what is read are the answers. */
export interface PipeOpen extends OpenFields {
  readonly kind: 'pipe';
  readonly pipe: RpcPipe;
}

/** One client's end of an RPC service, in message mode. */
export interface RpcPipe {
  /** Takes one fragment (PDU) as it was written; the answer, if any, waits to be read. Throws `StatusError` on what is no RPC. */
  write(fragment: Uint8Array): Promise<void>;
  /** Up to `max` bytes of what waits; `more` when the message is longer (BUFFER_OVERFLOW). `undefined`: nothing waits (PIPE_EMPTY). */
  read(max: number): { readonly bytes: Uint8Array; readonly more: boolean } | undefined;
  /** FSCTL_PIPE_TRANSCEIVE: one write, and the answer to it. */
  transceive(fragment: Uint8Array, max: number): Promise<{ readonly bytes: Uint8Array; readonly more: boolean }>;
  /** Bytes that wait to be read, for FilePipeLocalInformation and the like. */
  readonly waiting: number;
  close(): void;
}
