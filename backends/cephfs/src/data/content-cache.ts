import type { FileId, WriteEpoch } from '@polynas/core/spi';
import { FileMemory } from '../attributes/file-memory.ts';
import type { Remembered } from '../attributes/file-memory.ts';

const blockBytes = 4096;
/** Longer reads are of those who read on, and cost less by the byte. */
export const longestCached = 65_536;

/** What a file and a block take here beyond the bytes, about: of many small files that is most of it. */
const fileOverhead = 400;
const blockOverhead = 200;

interface Content extends Remembered {
  /** Whole blocks, and the one at the end of the file as far as it goes. */
  readonly blocks: Map<number, Uint8Array>;
}

/**
 * Bytes of files that were read lately, so that reading them again costs no thread hop; where nobody but this process changes the volume. They are those of one change
 * counter of the file: a change of anything voids them.
 */
export class ContentCache {
  readonly #maxBytes: number;
  readonly #files: FileMemory<Content>;

  constructor(maxBytes: number, epoch: () => WriteEpoch) {
    this.#maxBytes = maxBytes;
    this.#files = new FileMemory(epoch);
  }

  /** Memory in use, about. */
  get bytes(): number {
    return this.#files.bytes;
  }

  /** A copy of `[offset, offset + length)`, all of which lies in the file; `undefined` when some of it is not here. */
  get(id: FileId, change: bigint, offset: number, length: number): Uint8Array | undefined {
    const content = this.#files.of(id, change);
    if (content === undefined || length > longestCached) return undefined;
    const first = Math.floor(offset / blockBytes);
    const last = Math.floor((offset + length - 1) / blockBytes);
    for (let index = first; index <= last; index += 1) {
      const block = content.blocks.get(index);
      if (
        block === undefined ||
        index * blockBytes + block.length < Math.min(offset + length, (index + 1) * blockBytes)
      )
        return undefined;
    }
    const bytes = new Uint8Array(length);
    for (let index = first; index <= last; index += 1) {
      const start = index * blockBytes;
      const block = content.blocks.get(index);
      if (block !== undefined)
        bytes.set(block.subarray(Math.max(0, offset - start), offset + length - start), Math.max(0, start - offset));
    }
    this.#files.used(id, content);
    return bytes;
  }

  /** Remembers (a copy of) what was read at `offset`. `end`: it goes to the end of the file. */
  add(id: FileId, change: bigint, offset: number, bytes: Uint8Array, end: boolean): void {
    if (bytes.length === 0 || bytes.length > longestCached) return;
    const limit = offset + bytes.length;
    let content = this.#files.of(id, change);
    for (let index = Math.ceil(offset / blockBytes); index * blockBytes < limit; index += 1) {
      const start = index * blockBytes;
      if (start + blockBytes > limit && !end) break;
      content ??= this.#files.add(id, { change, blocks: new Map(), bytes: fileOverhead });
      // A Buffer's own `slice` would be a view of what its owner uses again.
      this.#put(content, index, new Uint8Array(bytes.subarray(start - offset, start - offset + blockBytes)));
    }
    while (this.#files.bytes > this.#maxBytes) this.#dropOldest();
  }

  drop(id: FileId): void {
    this.#files.drop(id);
  }

  #put(content: Content, index: number, block: Uint8Array): void {
    const present = content.blocks.get(index);
    this.#files.grow(content, block.length - (present === undefined ? -blockOverhead : present.length));
    content.blocks.set(index, block);
  }

  /** The oldest block of the file that was used longest ago. */
  #dropOldest(): void {
    const oldest = this.#files.oldest();
    if (oldest === undefined) return;
    const { id, entry } = oldest;
    for (const [index, block] of entry.blocks) {
      entry.blocks.delete(index);
      this.#files.grow(entry, -block.length - blockOverhead);
      break;
    }
    if (entry.blocks.size === 0) this.drop(id);
  }
}
