import type { FileId, Name, WriteEpoch } from '@polynas/core/spi';
import { Recent } from '../attributes/recent.ts';
import type { EntryChange, Listings } from './listings.ts';
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
  readonly #listings: Listings | undefined;
  #lastEpoch: WriteEpoch;

  /** `entries` 0: nothing is remembered of names (others change them), but where directories are, as a guess. */
  constructor(entries: number, epoch: () => WriteEpoch, listings?: Listings) {
    this.#listings = listings;
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

  /** What a look-up or a listing has told. */
  set(directory: FileId, name: Name, id: FileId | 'absent'): void {
    if (this.#ids === undefined) return;
    this.#checkEpoch();
    this.#listings?.told(directory, name, id === 'absent' ? undefined : id);
    this.#ids.set(placeOf(directory, name), id === 'absent' ? absent : id);
  }

  /** One call of ours has been answered that changed the directory's entries: all that it did there. */
  changed(directory: FileId, changes: readonly EntryChange[]): void {
    for (const { name, now } of changes) if (now?.type === 'directory') this.setAbove(now.id, directory, name);
    if (this.#ids === undefined) return;
    this.#checkEpoch();
    this.#listings?.changed(directory, changes);
    for (const { name, now } of changes) this.#ids.set(placeOf(directory, name), now?.id ?? absent);
  }

  /**
   * A call of ours is about to be asked for that changes the name: who looks it up waits for the name's lock until `changed`. What the directory's attributes tell meanwhile may count
   * the change already, and a client that has those keeps what it is told of the name with them.
   */
  changing(directory: FileId, name: Name): void {
    this.#ids?.delete(placeOf(directory, name));
  }

  /** The name is no more known; nor is what else is in the directory. */
  drop(directory: FileId, name: Name): void {
    this.#listings?.drop(directory);
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
