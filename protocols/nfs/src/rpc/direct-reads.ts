import type { Socket } from 'node:net';

/** Where a socket's bytes go, instead of fresh memory for each chunk. */
export interface DirectReads {
  /** Memory for the first read. */
  readonly first: Uint8Array;
  /** Memory for the next read: not looked at by anybody until then. Asked for after each `got`. */
  readonly next: () => Uint8Array;
  /** So many bytes are at the beginning of `into`, which `first` or the last `next` gave. */
  readonly got: (bytes: number, into: Uint8Array) => void;
}

/** The names of `net.Socket`'s own fields for `onread`. */
const names = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

let fields: readonly symbol[] | undefined;

/**
 * From now on the socket's bytes are read into memory that the caller chooses, and not emitted as `data`: what `onread` does for a socket that
 * connects (`net.Socket`, Node's documentation), which there is no option for where a server accepts one. So it goes by the names of Node's fields:
 * where they are others, or where bytes wait in the stream, it answers false and has done nothing.
 */
export function readDirectly(socket: Socket, { first, next, got }: DirectReads): boolean {
  fields ??= Object.getOwnPropertySymbols(socket).filter(({ description }) =>
    names.some((name) => name === description),
  );
  const [buffer, callback, generate] = names.map((name) => fields?.find(({ description }) => description === name));
  const { _handle: handle } = socket as { _handle?: { useUserBuffer?: (buffer: Uint8Array) => void } };
  if (buffer === undefined || callback === undefined || generate === undefined) return false;
  if (typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0 || socket.destroyed) return false;
  Reflect.set(socket, buffer, first);
  Reflect.set(socket, callback, (bytes: number, into: Uint8Array) => {
    got(bytes, into);
    return true;
  });
  Reflect.set(socket, generate, next);
  handle.useUserBuffer(first);
  return true;
}
