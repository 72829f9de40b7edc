import type { Clock } from '../clock.ts';
import type { FileHandle, FileId, HandleAccess, ReadResult, Volume } from '../spi/index.ts';
import { StorageError, isStorageError } from '../spi/index.ts';
import type { DirtyWatch } from './cached-file.ts';
import { WatchedHandle } from './cached-file.ts';
import type { HandleCache } from './mounts.ts';

export interface HandleCacheOptions {
  /** Handles to keep open while nobody uses them. */
  readonly limit: number;
  /** Milliseconds after which unsynced writes are synced without being asked. */
  readonly syncAfter: number;
  /** Hears of syncs and closes in the background that failed; the files' next callers are told by the backend itself. */
  readonly report: (error: unknown) => void;
}

/** One open handle of a file. A file may have two: for reading, and once it is written to, for writing. */
class Entry implements DirtyWatch {
  readonly volume: Volume;
  readonly id: FileId;
  readonly access: HandleAccess;
  readonly opened: Promise<FileHandle>;
  /** There when opened. */
  inner: FileHandle | undefined = undefined;
  handle: FileHandle | undefined = undefined;
  users = 0;
  /** Nobody finds it any more; it closes with its last user. */
  gone = false;
  closing: Promise<void> | undefined = undefined;
  generation = 0;
  cleanGeneration = 0;
  /** Monotonic milliseconds of the first write since the last sync. */
  dirtySince = 0;
  idle: (() => void) | undefined = undefined;
  readonly #clock: Clock;

  constructor(volume: Volume, id: FileId, access: HandleAccess, clock: Clock) {
    this.volume = volume;
    this.id = id;
    this.access = access;
    this.#clock = clock;
    this.opened = this.#open();
  }

  get dirty(): boolean {
    return this.generation !== this.cleanGeneration;
  }

  dirtied(): void {
    if (!this.dirty) this.dirtySince = this.#clock.monotonic();
    this.generation += 1;
  }

  cleaned(generation: number): void {
    this.cleanGeneration = Math.max(this.cleanGeneration, generation);
    if (this.dirty) this.dirtySince = this.#clock.monotonic();
  }

  async #open(): Promise<FileHandle> {
    this.inner = await this.volume.open({}, this.id, this.access);
    this.handle = new WatchedHandle(this.inner, this);
    return this.handle;
  }
}

interface FileEntries {
  read?: Entry;
  write?: Entry;
}

/** The LRU of open handles. A `Map` in order of last use; what is in use or dirty is passed over. */
export class LruHandleCache implements HandleCache {
  readonly #clock: Clock;
  readonly #options: HandleCacheOptions;
  readonly #files = new Map<Volume, Map<FileId, FileEntries>>();
  readonly #recent = new Set<Entry>();
  readonly #background = new Set<Promise<void>>();
  #timer: { cancel(): void } | undefined = undefined;
  #closed = false;

  constructor(clock: Clock, options: HandleCacheOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#schedule();
  }

  /** Handles that are open or opening. */
  get size(): number {
    return this.#recent.size;
  }

  readNow(volume: Volume, id: FileId, offset: number, length: number): ReadResult | undefined {
    const entries = this.#files.get(volume)?.get(id);
    const entry = entries?.write ?? entries?.read;
    try {
      return entry?.handle?.readNow(offset, length);
    } catch (error) {
      if (entry !== undefined && isDead(error)) this.#abandon(entry);
      else throw error;
      return undefined;
    }
  }

  async use<T>(volume: Volume, id: FileId, access: HandleAccess, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageError('unavailable', 'closing');
    const entry = this.#find(volume, id, access) ?? this.#enter(volume, id, access);
    entry.users += 1;
    this.#recent.delete(entry);
    this.#recent.add(entry);
    try {
      return await work(entry.handle ?? (await entry.opened));
    } catch (error) {
      if (entry.inner === undefined) this.#leave(entry);
      else if (isDead(error)) this.#abandon(entry);
      throw error;
    } finally {
      entry.users -= 1;
      if (entry.users === 0) {
        entry.idle?.();
        if (this.#recent.size > this.#options.limit) this.#shrink();
      }
    }
  }

  async forget(volume: Volume, id: FileId): Promise<void> {
    await this.#end(volume, id, true);
  }

  async drop(volume: Volume, id: FileId): Promise<void> {
    await this.#end(volume, id, false);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const failures: unknown[] = [];
    for (const entry of [...this.#recent]) {
      await this.#finish(entry, true).catch((error: unknown) => failures.push(error));
    }
    await Promise.all(this.#background);
    if (failures.length > 0) throw failures[0];
  }

  #find(volume: Volume, id: FileId, access: HandleAccess): Entry | undefined {
    const entries = this.#files.get(volume)?.get(id);
    return access === 'read' ? (entries?.write ?? entries?.read) : entries?.write;
  }

  #enter(volume: Volume, id: FileId, access: HandleAccess): Entry {
    const entry = new Entry(volume, id, access, this.#clock);
    let files = this.#files.get(volume);
    if (files === undefined) this.#files.set(volume, (files = new Map()));
    const entries = files.get(id);
    if (entries === undefined) files.set(id, { [access]: entry });
    else entries[access] = entry;
    return entry;
  }

  /** Takes the entry out, so that the next use opens anew. */
  #leave(entry: Entry): void {
    entry.gone = true;
    this.#recent.delete(entry);
    const files = this.#files.get(entry.volume);
    const entries = files?.get(entry.id);
    if (files === undefined || entries?.[entry.access] !== entry) return;
    delete entries[entry.access];
    if (entries.read !== undefined || entries.write !== undefined) return;
    files.delete(entry.id);
    if (files.size === 0) this.#files.delete(entry.volume);
  }

  /** A handle that its volume does not know any more: the next use opens anew. What it had not synced is lost, and the epoch tells. */
  #abandon(entry: Entry): void {
    if (!entry.gone) this.#watch(this.#finish(entry, false));
  }

  async #end(volume: Volume, id: FileId, sync: boolean): Promise<void> {
    const entries = this.#files.get(volume)?.get(id);
    if (entries === undefined) return;
    // Writing first: its sync covers what was written through either.
    if (entries.write !== undefined) await this.#finish(entries.write, sync);
    if (entries.read !== undefined) await this.#finish(entries.read, false);
  }

  /** Takes an entry out, waits for its users, and closes it. */
  #finish(entry: Entry, sync: boolean): Promise<void> {
    this.#leave(entry);
    entry.closing ??= closeEntry(entry, sync);
    return entry.closing;
  }

  /** Closes the longest unused ones above the limit; dirty ones are synced first. */
  #shrink(): void {
    let surplus = this.#recent.size - this.#options.limit;
    for (const entry of this.#recent) {
      if (surplus <= 0) return;
      if (entry.users > 0) continue;
      surplus -= 1;
      this.#watch(this.#finish(entry, true));
    }
  }

  #watch(work: Promise<void>): void {
    const watched = work.catch(this.#options.report).finally(() => this.#background.delete(watched));
    this.#background.add(watched);
  }

  #schedule(): void {
    this.#timer = this.#clock.after(this.#options.syncAfter, () => {
      if (this.#closed) return;
      this.#watch(
        this.#flush().finally(() => {
          if (!this.#closed) this.#schedule();
        }),
      );
    });
  }

  /** One after another: an idle flush must not crowd out clients. */
  async #flush(): Promise<void> {
    const before = this.#clock.monotonic() - this.#options.syncAfter;
    for (const entry of [...this.#recent]) {
      if (!entry.dirty || entry.dirtySince > before || entry.handle === undefined || entry.gone) continue;
      entry.users += 1;
      try {
        await entry.handle.sync({});
      } catch (error) {
        // A failed sync is final: trying again would promise what cannot be kept.
        this.#options.report(error);
        this.#abandon(entry);
      } finally {
        entry.users -= 1;
        if (entry.users === 0) entry.idle?.();
      }
    }
  }
}

/** Of a former life of the volume, or closed by it. */
function isDead(error: unknown): boolean {
  return isStorageError(error, 'badHandle') || isStorageError(error, 'unavailable');
}

async function closeEntry(entry: Entry, sync: boolean): Promise<void> {
  if (entry.users > 0) {
    await new Promise<void>((resolve) => {
      entry.idle = resolve;
    });
  }
  const { inner, handle } = entry;
  if (inner === undefined || handle === undefined) return;
  try {
    if (sync && entry.dirty) await handle.sync({});
  } finally {
    await inner.close();
  }
}
