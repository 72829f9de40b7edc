import type { FileId, WriteEpoch } from '@polynas/core/spi';

/** What is remembered of a file. */
export interface Remembered {
  /** The file's change counter when it was read: another one voids it. */
  readonly change: bigint;
  /** Memory that it takes, about. */
  bytes: number;
  /** It was dropped. Of an earlier epoch it may be nothing without this, too. */
  outdated?: boolean;
  /** Has made something of it, which takes memory as well: to be told when it is dropped. */
  user?: { forget(): void };
}

/**
 * Things that were read of files lately, where nobody but this process changes them: those of one change counter of their file, and of one epoch, as counters
 * of what was lost come again for something else. In order of last use; it counts the memory, and its user keeps that within bounds.
 */
export class FileMemory<Entry extends Remembered> {
  readonly #epoch: () => WriteEpoch;
  /** In order of last use. */
  readonly #files = new Map<FileId, Entry>();
  #bytes = 0;
  #lastEpoch: WriteEpoch;

  constructor(epoch: () => WriteEpoch) {
    this.#epoch = epoch;
    this.#lastEpoch = epoch();
  }

  /** Memory in use, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is remembered of the file as it is now. */
  of(id: FileId, change: bigint): Entry | undefined {
    const entry = this.last(id);
    if (entry === undefined || entry.change === change) return entry;
    this.drop(id);
    return undefined;
  }

  /** What is remembered of the file, be it as it is now or not. */
  last(id: FileId): Entry | undefined {
    const epoch = this.#epoch();
    if (epoch !== this.#lastEpoch) {
      this.#lastEpoch = epoch;
      this.#files.clear();
      this.#bytes = 0;
    }
    return this.#files.get(id);
  }

  /** It was used: others go before it. */
  used(id: FileId, entry: Entry): void {
    this.#files.delete(id);
    this.#files.set(id, entry);
  }

  /** Of a file of which nothing is remembered. */
  add(id: FileId, entry: Entry): Entry {
    this.#files.set(id, entry);
    this.#bytes += entry.bytes;
    return entry;
  }

  /** The entry takes that much more, or less. */
  grow(entry: Entry, bytes: number): void {
    entry.bytes += bytes;
    this.#bytes += bytes;
  }

  drop(id: FileId): void {
    const entry = this.#files.get(id);
    if (entry === undefined) return;
    entry.outdated = true;
    entry.user?.forget();
    this.#files.delete(id);
    this.#bytes -= entry.bytes;
  }

  /** What was used longest ago. */
  oldest(): { readonly id: FileId; readonly entry: Entry } | undefined {
    for (const [id, entry] of this.#files) return { id, entry };
    return undefined;
  }
}
