import { foldName } from '../../service/index.ts';
import type { Call, DirectoryChange, FileId, Name, Volume } from '../../spi/index.ts';
import type { Clock } from '../../clock.ts';
import { DirectoryIndexes, pagesOf } from '../indexes/directory-indexes.ts';
import type { IndexedDirectory } from '../indexes/directory-indexes.ts';
import type { NamesChange, TrackedNames } from '../indexes/tracked-names.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { lookup } from '../look.ts';
import type { MountedShare } from '../mounts.ts';
import { FoldedDirectory } from './folded-directory.ts';

/** Memory of all indexes together: about 400,000 names, or six million as marks. */
const defaultLimit = 64 * 1024 * 1024;
/** One directory's names take at most this part of it in full; above there are marks. */
const wholeNames = 1 / (4 * 150);

type Names = Omit<NamesChange, 'directory'>;

/** Others who keep names of directories. */
export type NamesListener = (mount: MountedShare, directory: DirectoryChange, names: Names) => void;

/**
 * Finds names without regard to case, which no backend does. The names of a directory that is asked about are read once and kept while they are asked
 * about. Of a large directory there are marks, which tell what is not there; one above the bound is read for each look.
 */
export class FoldedNames {
  readonly #limit: number;
  readonly #indexes: DirectoryIndexes<FoldedDirectory>;
  readonly #mutex: KeyedMutex;
  #listener: NamesListener | undefined = undefined;

  constructor(clock: Clock, limit: number = defaultLimit) {
    this.#mutex = new KeyedMutex(clock);
    this.#limit = limit;
    this.#indexes = new DirectoryIndexes(clock, limit, () => new FoldedDirectory(limit * wholeNames));
  }

  /** Memory that is held now, about. */
  get bytes(): number {
    return this.#indexes.bytes;
  }

  /** A name in the directory that folds as this one does; not this one itself, which is looked up by who asks. */
  async find(mount: MountedShare, call: Call, directory: FileId, name: Name): Promise<Name | undefined> {
    const { volume, volumeName } = mount;
    const place: IndexedDirectory = { volume, volumeName, id: directory };
    const folded = foldName(name);
    for (;;) {
      const held = await this.#indexes.of(call, place);
      if (held === undefined) break;
      const found = held.kept.find(folded);
      if (found === undefined) return undefined;
      if (found === 'unknown') return this.#findByReading(call, place, held, folded);
      const { told } = held;
      if (!held.isDoubtful || (await lookup(volume, call, directory, found)) !== undefined) return found;
      this.#indexes.counted(held, () => held.forget(found, told));
    }
    // It is too large to be held, or changes all the time by others: what is there all the while is found by reading it.
    const { found, count } = await scan(volume, call, directory, folded);
    if (count < this.#limit * wholeNames) this.#indexes.isSmall(place);
    return found;
  }

  async #findByReading(
    call: Call,
    { volume, id }: IndexedDirectory,
    held: TrackedNames<FoldedDirectory>,
    folded: string,
  ): Promise<Name | undefined> {
    const { told, change } = held;
    const { found } = await scan(volume, call, id, folded);
    if (held.told === told && held.change === change) this.#indexes.counted(held, () => held.kept.learn(folded, found));
    return found;
  }

  /** Makes names that fold alike one after another: the second one finds the first. */
  alone<T>(mount: MountedShare, call: Call, directory: FileId, name: Name, work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(call, `${directory}:${mount.volumeName}/${foldName(name)}`, work);
  }

  /** For every change of a directory's entries that goes through core, as soon as it is answered. Where none is told the index is found out of date. */
  note(mount: MountedShare, directory: DirectoryChange, names: Names): void {
    this.#indexes.note(mount, directory, names);
    this.#listener?.(mount, directory, names);
  }

  /** Whoever else keeps names hears of the same changes. */
  alsoTell(listener: NamesListener): void {
    this.#listener = listener;
  }
}

async function scan(
  volume: Volume,
  call: Call,
  directory: FileId,
  folded: string,
): Promise<{ readonly found: Name | undefined; readonly count: number }> {
  let found: Name | undefined;
  let count = 0;
  for await (const page of pagesOf(volume, call, directory)) {
    count += page.length;
    for (const name of page) {
      if (foldName(name) !== folded) continue;
      if (found === undefined || Buffer.compare(name, found) < 0) found = Uint8Array.from(name);
    }
  }
  return { found, count };
}
