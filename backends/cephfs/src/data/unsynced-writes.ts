import type { FileId, WriteEpoch } from '@polynas/core/spi';

interface Unsynced {
  /** Of the first write that was not synced since. */
  readonly epoch: WriteEpoch;
  writes: number;
}

/** Which files have writes that are not known to be stable. */
export class UnsyncedWrites {
  readonly #files = new Map<FileId, Unsynced>();
  /** Of former epochs: lost, and nobody was told of it yet. */
  readonly #lost = new Map<FileId, Unsynced>();

  /** Something was written in this epoch that is not stable. */
  wrote(id: FileId, epoch: WriteEpoch): void {
    const present = this.#of(id);
    if (present === undefined) this.#files.set(id, { epoch, writes: 1 });
    else present.writes += 1;
  }

  /** Files that have any which may still be saved; those of a former epoch until `lose`. */
  get size(): number {
    return this.#files.size;
  }

  /** Of all those files. */
  counts(): Map<FileId, number> {
    return new Map([...this.#files].map(([id, { writes }]) => [id, writes]));
  }

  /**
   * Sets aside what was lost with former epochs. Above `most` the oldest go, about which nobody has asked: whoever wrote them is told by the epoch all the same.
   */
  lose(present: WriteEpoch, most: number): void {
    for (const [id, unsynced] of this.#files) {
      if (unsynced.epoch === present) continue;
      this.#files.delete(id);
      this.#lost.set(id, unsynced);
    }
    for (const id of this.#lost.keys()) {
      if (this.#lost.size <= most) return;
      this.#lost.delete(id);
    }
  }

  /** How many writes a sync that begins now covers: for `synced`. */
  count(id: FileId): number {
    return this.#of(id)?.writes ?? 0;
  }

  /** The epoch of those that are not synced; `undefined` when all are. */
  epochOf(id: FileId): WriteEpoch | undefined {
    return this.#of(id)?.epoch;
  }

  /** So many writes are stable; or, when the sync is answered under another epoch than theirs, whoever wrote them is told that they are not. */
  synced(id: FileId, writes: number): void {
    if (this.#of(id)?.writes === writes) this.forget(id);
  }

  /** Also of a file that is gone for good. */
  forget(id: FileId): void {
    this.#files.delete(id);
    this.#lost.delete(id);
  }

  #of(id: FileId): Unsynced | undefined {
    return this.#files.get(id) ?? this.#lost.get(id);
  }
}
