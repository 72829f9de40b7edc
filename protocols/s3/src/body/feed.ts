import type { ByteSource } from '@polynas/http';

/** A cursor over a source that gives lines and runs of bytes without joining buffers. */
export class Feed {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #offset = 0;

  constructor(source: ByteSource) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Makes at least one byte available; false at the end of the source. */
  async more(): Promise<boolean> {
    while (this.#offset >= this.#chunk.length) {
      const next = await this.#iterator.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#offset = 0;
    }
    return true;
  }

  /** Up to `limit` of the bytes at hand, uncopied; `undefined` at the end of the source. */
  async take(limit: number): Promise<Uint8Array | undefined> {
    if (!(await this.more())) return undefined;
    const bytes = this.#chunk.subarray(this.#offset, this.#offset + limit);
    this.#offset += bytes.length;
    return bytes;
  }

  /**
   * The next line, one character a byte, without its `\n` or `\r\n`.
   *
   * @returns `undefined` when the source ends before a line does, `'too long'` beyond `limit` bytes
   */
  async line(limit: number): Promise<{ readonly text: string } | 'too long' | undefined> {
    let text = '';
    for (;;) {
      if (!(await this.more())) return undefined;
      const end = this.#chunk.indexOf(0x0a, this.#offset);
      const stop = end < 0 ? this.#chunk.length : end;
      if (text.length + stop - this.#offset > limit) return 'too long';
      const { buffer, byteOffset } = this.#chunk;
      text += Buffer.from(buffer, byteOffset + this.#offset, stop - this.#offset).toString('latin1');
      this.#offset = end < 0 ? stop : end + 1;
      if (end >= 0) return { text: text.endsWith('\r') ? text.slice(0, -1) : text };
    }
  }

  /** Releases the source. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
