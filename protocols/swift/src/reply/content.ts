import type { ObjectReader } from '@polynas/core/service';
import type { PayloadBuffers } from '@polynas/core/wire';
import type { ReplySource } from '@polynas/http';
import { objectSource } from '@polynas/http';

/** A run of bytes of an answer, opened when its turn comes. */
export interface Piece {
  readonly length: number;
  open(): Promise<ReplySource>;
}

/** What is sent, whole or in ranges. */
export interface Content {
  readonly size: number;
  /** The pieces that together are the bytes from `start` to before `end`. */
  pieces(start: number, end: number): readonly Piece[];
  /** Called once, after the last piece. Must not reject. */
  close(): Promise<void>;
}

/** An object that is open. */
export function objectContent(payloads: PayloadBuffers, reader: ObjectReader): Content {
  // Several pieces may be read of one reader, which is closed with the content.
  const lent: ObjectReader = {
    info: reader.info,
    read: (...given) => reader.read(...given),
    close: () => Promise.resolve(),
  };
  return {
    size: reader.info.size,
    pieces: (start, end) => [{ length: end - start, open: async () => objectSource(payloads, lent, start) }],
    close: () => reader.close(),
  };
}

export function bytesPiece(bytes: Uint8Array): Piece {
  return {
    length: bytes.length,
    open: async () => {
      let at = 0;
      return {
        read: async (maximum) => bytes.subarray(at, (at += Math.min(maximum, bytes.length - at))),
        close: () => Promise.resolve(),
      };
    },
  };
}

/** Pieces one after another, with one open at a time. */
export class PieceSource implements ReplySource {
  readonly #pieces: readonly Piece[];
  readonly #closed: () => Promise<void>;
  #next = 0;
  #left = 0;
  #current: ReplySource | undefined = undefined;

  constructor(pieces: readonly Piece[], closed: () => Promise<void>) {
    this.#pieces = pieces;
    this.#closed = closed;
  }

  async read(maximum: number): Promise<Uint8Array> {
    while (this.#left === 0) {
      await this.#current?.close();
      this.#current = undefined;
      const piece = this.#pieces[this.#next++];
      if (piece === undefined) return new Uint8Array();
      if (piece.length === 0) continue;
      this.#current = await piece.open();
      this.#left = piece.length;
    }
    const bytes = await this.#current!.read(Math.min(maximum, this.#left));
    this.#left -= bytes.length;
    return bytes;
  }

  async close(): Promise<void> {
    await this.#current?.close();
    this.#current = undefined;
    await this.#closed();
  }
}
