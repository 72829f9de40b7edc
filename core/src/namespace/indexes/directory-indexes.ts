import type { Clock } from '../../clock.ts';
import type { Call, DirectoryChange, FileId, Name, Volume } from '../../spi/index.ts';
import type { NamesChange, NamesKept } from './tracked-names.ts';
import { TrackedNames } from './tracked-names.ts';

const pageEntries = 1024;
/** Times that a look waits for changes of our own that are done and not told yet, before it reads the directory again. */
const maxTurns = 8;
const maxBuilds = 3;
/** Directories that are remembered as too large; forgetting one costs reading it once more than needed. */
const maxLarge = 1024;
/** Milliseconds that a change of ours takes at most between being done and being told. */
const longest = 2000;

type NotedVolume = Pick<IndexedDirectory, 'volume' | 'volumeName'>;

/** A directory of a volume. */
export interface IndexedDirectory {
  readonly volume: Volume;
  readonly volumeName: string;
  readonly id: FileId;
  /** Not all of core's changes of it are told: its index holds for one value of its `change` alone. */
  readonly untold?: boolean;
}

/**
 * What is kept of the names of directories that are asked about, in bounded memory: read once, then kept up to date by what core itself changes (`note`). Where
 * others change the volume too, an index is valid as long as the directory's `change` is the one that it is of.
 */
export class DirectoryIndexes<Kept extends NamesKept> {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #make: () => Kept;
  /** In order of last use. */
  readonly #directories = new Map<string, TrackedNames<Kept>>();
  readonly #builds = new Map<string, Promise<void>>();
  /** Volumes that cannot say what else has changed a directory beside a change of ours. */
  readonly #unsure = new Set<string>();
  /** Directories that had too many names when they were last read. */
  readonly #large = new Set<string>();
  #held = 0;

  /** @param limit bytes that all indexes together may take */
  constructor(clock: Clock, limit: number, make: () => Kept) {
    this.#clock = clock;
    this.#limit = limit;
    this.#make = make;
  }

  /** Memory that is held now, about. */
  get bytes(): number {
    return this.#held;
  }

  /** The names as they are now; `undefined` where they are too many to be held, or are changed all the time by others. */
  async of(call: Call, directory: IndexedDirectory): Promise<TrackedNames<Kept> | undefined> {
    const key = keyOf(directory.volumeName, directory.id);
    for (let build = 0; build < maxBuilds && !this.#large.has(key); build += 1) {
      const held = await this.#current(call, key, directory);
      if (held !== undefined) return held;
      await this.#build(key, directory);
    }
    return undefined;
  }

  /** It was read without an index, and is small enough for one by now. */
  isSmall({ volumeName, id }: IndexedDirectory): void {
    this.#large.delete(keyOf(volumeName, id));
  }

  /** Changes what is kept of a directory. */
  counted(names: TrackedNames<Kept>, work: () => void): void {
    const before = names.kept.bytes;
    work();
    this.#held += names.kept.bytes - before;
  }

  /** For every change of a directory's entries that goes through core, as soon as it is answered. Where none is told the index is found out of date. */
  note({ volume, volumeName }: NotedVolume, directory: DirectoryChange, names: Omit<NamesChange, 'directory'>): void {
    if (!directory.atomic) this.#unsure.add(volumeName);
    if (this.#directories.size === 0) return;
    const key = keyOf(volumeName, directory.after.id);
    const held = this.#directories.get(key);
    if (held === undefined) return;
    const alone = this.#isAlone({ volume, volumeName });
    this.counted(held, () => held.note({ directory, ...copied(names) }, alone));
    if (this.#builds.has(key)) return;
    if (this.#held > this.#limit) this.#makeRoom(key);
    else if (held.worn) this.#drop(key);
  }

  /** Nobody but this core changes the volume; what it does not say itself about changes is all the same known. */
  #isAlone({ volume, volumeName }: NotedVolume): boolean {
    return volume.traits.writers === 'head' && this.#unsure.has(volumeName);
  }

  async #current(call: Call, key: string, directory: IndexedDirectory): Promise<TrackedNames<Kept> | undefined> {
    const { volume, id, untold = false } = directory;
    const alone = !untold && this.#isAlone(directory);
    for (let turn = 0; turn < maxTurns; turn += 1) {
      const held = this.#builds.has(key) ? undefined : this.#directories.get(key);
      if (held === undefined) return undefined;
      const { change } = volume.getattrNow?.(id) ?? (await volume.getattr(call, id));
      const isValid = held.change >= change || (alone && !held.isLost(change, this.#clock.monotonic(), longest));
      if (isValid && this.#directories.get(key) === held) {
        this.#directories.delete(key);
        this.#directories.set(key, held);
        return held;
      }
      if (alone || untold) return undefined;
      // Changes of ours are told in the turn of the event loop in which they are answered.
      await new Promise(setImmediate);
    }
    return undefined;
  }

  /** One at a time per directory; all who wait for it look again. */
  #build(key: string, directory: IndexedDirectory): Promise<void> {
    let build = this.#builds.get(key);
    if (build === undefined) {
      build = this.#read(key, directory).finally(() => this.#builds.delete(key));
      this.#builds.set(key, build);
    }
    return build;
  }

  async #read(key: string, directory: IndexedDirectory): Promise<void> {
    this.#drop(key);
    const { volume, id } = directory;
    const { change } = await volume.getattr({}, id);
    const names = new TrackedNames(this.#make(), change);
    // From here on it hears of changes, and does them when all is read.
    this.#directories.set(key, names);
    try {
      for await (const page of pagesOf(volume, {}, id)) {
        this.counted(names, () => {
          for (const name of page) names.read(name);
        });
        if (this.#held > this.#limit && !this.#makeRoom(key)) return;
      }
      const { change: until } = await volume.getattr({}, id);
      this.counted(names, () => names.built(until));
    } catch (error) {
      this.#drop(key);
      throw error;
    }
  }

  /** Lets those go that were not used for longest; the one that grows itself when there is nothing else left. */
  #makeRoom(growing: string): boolean {
    for (const key of this.#directories.keys()) {
      if (this.#held <= this.#limit) return true;
      if (key !== growing && !this.#builds.has(key)) this.#drop(key);
    }
    if (this.#held <= this.#limit) return true;
    this.#drop(growing);
    if (this.#large.size >= maxLarge) this.#large.clear();
    this.#large.add(growing);
    return false;
  }

  #drop(key: string): void {
    this.#held -= this.#directories.get(key)?.kept.bytes ?? 0;
    this.#directories.delete(key);
  }
}

function keyOf(volumeName: string, directory: FileId): string {
  return `${directory}:${volumeName}`;
}

/** Names may lie in buffers that their callers use again. */
function copied({ added, removed }: Omit<NamesChange, 'directory'>): Omit<NamesChange, 'directory'> {
  return {
    ...(added !== undefined && { added: Uint8Array.from(added) }),
    ...(removed !== undefined && { removed: Uint8Array.from(removed) }),
  };
}

/** The names of a directory, a page at a time; others get their turn in between. */
export async function* pagesOf(volume: Volume, call: Call, directory: FileId): AsyncGenerator<readonly Name[]> {
  let cookie = 0n;
  for (;;) {
    const { entries, end } = await volume.readdir(call, directory, cookie, { limit: pageEntries, attributes: false });
    yield entries.map(({ name }) => name);
    const last = entries.at(-1);
    if (end || last === undefined) return;
    cookie = last.cookie;
    // A volume that has everything at hand would not let anybody else run.
    await new Promise(setImmediate);
  }
}
