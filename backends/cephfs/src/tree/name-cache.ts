import type { FileId, Name, WriteEpoch } from '@polynas/core/spi';
import { Recent } from '../attributes/recent.ts';
import { copied, placeOf } from './names.ts';

/** Where a directory is. */
export interface Above {
  readonly id: FileId;
  readonly name: Name;
}

const absent = 0n;

/**
 * What names mean, where nobody but this process changes them: exact, as every change of ours passes here in the turn in which it is answered, and
 * what look-ups tell does so under the name's lock. Empties itself with each epoch.
 */
export class NameCache {
  readonly #epoch: () => WriteEpoch;
  readonly #ids: Recent<string, FileId> | undefined;
  readonly #above: Recent<FileId, Above>;
  #lastEpoch: WriteEpoch;

  /** `entries` 0: nothing is remembered of names (others change them), but where directories are, as a guess. */
  constructor(entries: number, epoch: () => WriteEpoch) {
    this.#ids = entries > 0 ? new Recent(entries) : undefined;
    this.#above = new Recent(16_384);
    this.#epoch = epoch;
    this.#lastEpoch = epoch();
  }

  /** The file that the name means, `absent`, or unknown (`undefined`). */
  get(directory: FileId, name: Name): FileId | 'absent' | undefined {
    if (this.#ids === undefined) return undefined;
    this.#checkEpoch();
    const id = this.#ids.get(placeOf(directory, name));
    return id === absent ? 'absent' : id;
  }

  set(directory: FileId, name: Name, id: FileId | 'absent'): void {
    if (this.#ids === undefined) return;
    this.#checkEpoch();
    this.#ids.set(placeOf(directory, name), id === 'absent' ? absent : id);
  }

  /** The name is no more known. */
  drop(directory: FileId, name: Name): void {
    this.#ids?.delete(placeOf(directory, name));
  }

  /** Where a directory was when we last saw it. */
  above(directory: FileId): Above | undefined {
    return this.#above.get(directory);
  }

  setAbove(directory: FileId, id: FileId, name: Name): void {
    this.#above.set(directory, { id, name: copied(name) });
  }

  #checkEpoch(): void {
    const epoch = this.#epoch();
    if (epoch === this.#lastEpoch) return;
    this.#lastEpoch = epoch;
    this.#ids?.clear();
    this.#above.clear();
  }
}
