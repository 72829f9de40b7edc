import { foldName } from '../../service/index.ts';
import type { Call, DirectoryChange, FileId, Name, Volume } from '../../spi/index.ts';
import type { Clock } from '../../clock.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import type { MountedShare } from '../mounts.ts';
import type { NamesChange } from './folded-directory.ts';
import { FoldedDirectory } from './folded-directory.ts';

/** Memory of all indexes together: about 400,000 names, or six million as marks. */
const defaultLimit = 64 * 1024 * 1024;
/** One directory's names take at most this part of it in full; above there are marks. */
const wholeNames = 1 / (4 * 150);
const pageEntries = 1024;
/** Times that a look waits for changes of our own that are done and not told yet, before it reads the directory again. */
const maxTurns = 8;
const maxBuilds = 3;
/** Directories that are remembered as too large; forgetting one costs reading it once more than needed. */
const maxLarge = 1024;

/**
 * Finds names without regard to case, which no backend does. The names of a directory that is asked about are read once, kept while they are asked
 * about, and valid as long as the directory's `change` is the one that they are of. Of a large directory there are marks, which tell what is not there; one above the bound
 * is read for each look.
 */
export class FoldedNames {
  readonly #limit: number;
  /** In order of last use. */
  readonly #directories = new Map<string, FoldedDirectory>();
  readonly #builds = new Map<string, Promise<void>>();
  /** Directories that had too many names when they were last read. */
  readonly #large = new Set<string>();
  readonly #mutex: KeyedMutex;
  #held = 0;

  constructor(clock: Clock, limit: number = defaultLimit) {
    this.#mutex = new KeyedMutex(clock);
    this.#limit = limit;
  }

  /** Memory that is held now, about. */
  get bytes(): number {
    return this.#held;
  }

  /** A name in the directory that folds as this one does; not this one itself, which is looked up by who asks. */
  async find(mount: MountedShare, call: Call, directory: FileId, name: Name): Promise<Name | undefined> {
    const folded = foldName(name);
    const key = keyOf(mount, directory);
    for (let build = 0; build < maxBuilds && !this.#large.has(key); build += 1) {
      const held = await this.#current(mount.volume, call, key, directory);
      const found = held?.find(folded);
      if (held !== undefined && found !== 'unknown') return found;
      if (held !== undefined) return this.#findByReading(mount.volume, call, directory, held, folded);
      await this.#build(mount.volume, call, key, directory);
    }
    // It is too large to be held, or changes all the time by others: what is there all the while is found by reading it.
    const { found, count } = await scan(mount.volume, call, directory, folded);
    if (count < this.#limit * wholeNames) this.#large.delete(key);
    return found;
  }

  async #findByReading(
    volume: Volume,
    call: Call,
    directory: FileId,
    held: FoldedDirectory,
    folded: string,
  ): Promise<Name | undefined> {
    const { change } = held;
    const { found } = await scan(volume, call, directory, folded);
    held.learn(change, folded, found);
    return found;
  }

  /** Makes names that fold alike one after another: the second one finds the first. */
  alone<T>(mount: MountedShare, call: Call, directory: FileId, name: Name, work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(call, `${keyOf(mount, directory)}/${foldName(name)}`, work);
  }

  /** For every change of a directory's entries that goes through core, as soon as it is answered. Where none is told the index is found out of date. */
  note(mount: MountedShare, directory: DirectoryChange, names: Omit<NamesChange, 'directory'>): void {
    if (this.#directories.size === 0) return;
    const held = this.#directories.get(keyOf(mount, directory.after.id));
    if (held === undefined) return;
    this.#counted(held, () => held.note({ directory, ...copied(names) }));
  }

  async #current(volume: Volume, call: Call, key: string, directory: FileId): Promise<FoldedDirectory | undefined> {
    for (let turn = 0; turn < maxTurns; turn += 1) {
      const held = this.#builds.has(key) ? undefined : this.#directories.get(key);
      if (held === undefined) return undefined;
      const { change } = volume.getattrNow?.(directory) ?? (await volume.getattr(call, directory));
      if (held.change >= change && this.#directories.get(key) === held) {
        this.#directories.delete(key);
        this.#directories.set(key, held);
        return held;
      }
      // Changes of ours are told in the turn of the event loop in which they are answered.
      await new Promise(setImmediate);
    }
    return undefined;
  }

  /** One at a time per directory; all who wait for it look again. */
  #build(volume: Volume, call: Call, key: string, directory: FileId): Promise<void> {
    let build = this.#builds.get(key);
    if (build === undefined) {
      build = this.#read(volume, key, directory).finally(() => this.#builds.delete(key));
      this.#builds.set(key, build);
    }
    return build;
  }

  async #read(volume: Volume, key: string, directory: FileId): Promise<void> {
    this.#drop(key);
    const { change } = await volume.getattr({}, directory);
    const names = new FoldedDirectory(change, this.#limit * wholeNames);
    // From here on it hears of changes, and does them when all is read.
    this.#directories.set(key, names);
    try {
      for await (const name of namesOf(volume, {}, directory)) {
        this.#counted(names, () => names.read(name));
        if (this.#held > this.#limit && !this.#makeRoom(key)) return;
      }
      this.#counted(names, () => names.built());
    } catch (error) {
      this.#drop(key);
      throw error;
    }
  }

  #counted(names: FoldedDirectory, work: () => void): void {
    const before = names.bytes;
    work();
    this.#held += names.bytes - before;
  }

  /** Lets those go that were not used for longest; the one that is being read itself when there is nothing else left. */
  #makeRoom(reading: string): boolean {
    for (const key of this.#directories.keys()) {
      if (this.#held <= this.#limit) return true;
      if (!this.#builds.has(key)) this.#drop(key);
    }
    if (this.#held <= this.#limit) return true;
    this.#drop(reading);
    if (this.#large.size >= maxLarge) this.#large.clear();
    this.#large.add(reading);
    return false;
  }

  #drop(key: string): void {
    this.#held -= this.#directories.get(key)?.bytes ?? 0;
    this.#directories.delete(key);
  }
}

function keyOf({ volumeName }: MountedShare, directory: FileId): string {
  return `${directory}:${volumeName}`;
}

/** Names may lie in buffers that their callers use again. */
function copied({ added, removed }: Omit<NamesChange, 'directory'>): Omit<NamesChange, 'directory'> {
  return {
    ...(added !== undefined && { added: Uint8Array.from(added) }),
    ...(removed !== undefined && { removed: Uint8Array.from(removed) }),
  };
}

async function scan(
  volume: Volume,
  call: Call,
  directory: FileId,
  folded: string,
): Promise<{ readonly found: Name | undefined; readonly count: number }> {
  let found: Name | undefined;
  let count = 0;
  for await (const name of namesOf(volume, call, directory)) {
    count += 1;
    if (foldName(name) !== folded) continue;
    if (found === undefined || Buffer.compare(name, found) < 0) found = Uint8Array.from(name);
  }
  return { found, count };
}

async function* namesOf(volume: Volume, call: Call, directory: FileId): AsyncGenerator<Name> {
  let cookie = 0n;
  for (;;) {
    const { entries, end } = await volume.readdir(call, directory, cookie, { limit: pageEntries, attributes: false });
    for (const { name } of entries) yield name;
    const last = entries.at(-1);
    if (end || last === undefined) return;
    cookie = last.cookie;
    // A volume that has everything at hand would not let anybody else run.
    await new Promise(setImmediate);
  }
}
