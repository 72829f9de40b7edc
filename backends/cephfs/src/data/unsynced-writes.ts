import type { FileId, WriteEpoch } from '@polynas/core/spi';
import { forgetOldest } from './forget-oldest.ts';

interface Unsynced {
  /** Of the first write that was not synced since. */
  readonly epoch: WriteEpoch;
  writes: number;
}

/** Which files have writes that are not known to be stable. */
export class UnsyncedWrites {
  readonly #isOpen: (id: FileId) => boolean;
  readonly #files = new Map<FileId, Unsynced>();

  constructor(isOpen: (id: FileId) => boolean) {
    this.#isOpen = isOpen;
  }

  /** Something was written in this epoch that is not stable. */
  wrote(id: FileId, epoch: WriteEpoch): void {
    const present = this.#files.get(id);
    if (present !== undefined) {
      present.writes += 1;
      return;
    }
    this.#files.set(id, { epoch, writes: 1 });
    forgetOldest(this.#files, this.#isOpen);
  }

  /** How many writes a sync that begins now covers: for `synced`. */
  count(id: FileId): number {
    return this.#files.get(id)?.writes ?? 0;
  }

  /** The epoch of those that are not synced; `undefined` when all are. */
  epochOf(id: FileId): WriteEpoch | undefined {
    return this.#files.get(id)?.epoch;
  }

  /** So many writes are stable; or, when the sync is answered under another epoch than theirs, whoever wrote them is told that they are not. */
  synced(id: FileId, writes: number): void {
    if (this.#files.get(id)?.writes === writes) this.#files.delete(id);
  }
}
