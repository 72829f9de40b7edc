import type { FileId, Timestamp } from '@polynas/core/spi';

export interface Uncounted {
  /** The client that was given them. */
  readonly client: object | undefined;
  /** `modified` before the first of them, which the MDS knows. */
  readonly since: Timestamp;
  begun: number;
  done: number;
  recoverable: boolean;
}

export interface Writing {
  /** Time at the beginning, by the clock that libcephfs stamps what it writes with. */
  readonly now: Timestamp;
  /** The file's `modified` before. */
  readonly modified: Timestamp;
  /** The bytes that it leaves behind tell the file's size. */
  readonly tellsSize: boolean;
}

/**
 * Files with writes whose count, size and time only libcephfs knows, or may. When this client is lost, the MDS finds size and time again by asking the OSDs, and not the count: that is then what it was
 * before the writes. So that no two contents of a file have the same count *and* time of modification, such writes are left uncounted (`isRecoverable`) only where the OSDs will tell a later time
 * than the MDS has.
 */
export class UncountedWrites {
  readonly #clientOf: (id: FileId) => object | undefined;
  readonly #files = new Map<FileId, Uncounted>();

  /**
   * @param clientOf the client that a file is bound to (`Mount.incarnation`), `undefined` while it has none. Not the epoch: that is another one as well where bytes are lost and their
   * client stands, which has still to tell their count.
   */
  constructor(clientOf: (id: FileId) => object | undefined) {
    this.#clientOf = clientOf;
  }

  /** Before something is written; what it gives is for `done`, which has to follow when it was or may have been. */
  begin(id: FileId, { now, modified, tellsSize }: Writing): Uncounted {
    const present = this.#of(id);
    const { since } = present ?? { since: modified };
    // Times are compared by the millisecond, which the clock is sure of.
    const isLater = milliseconds(now) > milliseconds(since) && milliseconds(now) >= milliseconds(modified);
    const isRecoverable = tellsSize && isLater;
    const uncounted = present ?? { client: this.#clientOf(id), since, begun: 0, done: 0, recoverable: true };
    uncounted.begun += 1;
    uncounted.recoverable &&= isRecoverable;
    if (present === undefined) this.#files.set(id, uncounted);
    return uncounted;
  }

  done(uncounted: Uncounted): void {
    uncounted.done += 1;
  }

  /** Whether a client that is lost now may leave it to the MDS to find out what it did not tell. */
  isRecoverable(id: FileId): boolean {
    return this.#of(id)?.recoverable ?? true;
  }

  /** How many writes there are that the MDS may know nothing of: for `counted`. */
  count(id: FileId): number {
    return this.#of(id)?.done ?? 0;
  }

  /** Of all files that have any. */
  counts(): Map<FileId, number> {
    const counts = new Map<FileId, number>();
    for (const id of this.#files.keys()) {
      const uncounted = this.#of(id);
      if (uncounted !== undefined) counts.set(id, uncounted.done);
    }
    return counts;
  }

  /** Files that have any. */
  get size(): number {
    return this.#files.size;
  }

  /** The file is gone for good. */
  forget(id: FileId): void {
    this.#files.delete(id);
  }

  /** A whole sync has succeeded that began when they were so many. */
  counted(id: FileId, writes: number): void {
    if (this.#of(id)?.begun === writes) this.#files.delete(id);
  }

  /** What was written through a former client is counted or lost. */
  #of(id: FileId): Uncounted | undefined {
    const present = this.#files.get(id);
    if (present === undefined || (present.client !== undefined && present.client === this.#clientOf(id)))
      return present;
    this.#files.delete(id);
    return undefined;
  }
}

function milliseconds({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
}
