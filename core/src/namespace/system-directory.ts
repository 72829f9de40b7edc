import type { RandomSource } from '../clock.ts';
import { removeBelow } from './shares/tree.ts';
import type { HandleCache, MountedShare } from './mounts.ts';
import { systemDirectoryName } from './mounts.ts';
import type { Attributes, Call, FileId, Name, NewFile } from '../spi/index.ts';
import { StorageError, isStorageError } from '../spi/index.ts';
import { lookup } from './look.ts';

/** A directory or file of core's own, hidden from everybody. */
export interface SystemEntry {
  readonly directory: FileId;
  readonly name: Buffer;
  readonly attributes: Attributes;
}

const systemName = Buffer.from(systemDirectoryName);
const uploadsName = Buffer.from('uploads');
const completedName = Buffer.from('completed');
const expiringName = Buffer.from('expiring');
const sidecarsName = Buffer.from('sidecars');
/** What begins like this belongs to an operation that runs; after a crash, to nobody. */
const temporary = 't-';
const own: NewFile = { uid: 0, gid: 0, mode: 0o700 };

/** The system directory of each share: made when first needed, reached by id from then on. */
export class SystemDirectories {
  readonly #handles: HandleCache;
  readonly #random: RandomSource;
  readonly #report: (error: unknown) => void;
  readonly #known = new Map<string, FileId>();
  readonly #live = new Set<string>();

  constructor(handles: HandleCache, random: RandomSource, report: (error: unknown) => void) {
    this.#handles = handles;
    this.#random = random;
    this.#report = report;
  }

  async top(mount: MountedShare, call: Call): Promise<FileId> {
    return this.#below(mount, call, mount.share.root, systemName);
  }

  async uploads(mount: MountedShare, call: Call): Promise<FileId> {
    return this.#below(mount, call, await this.top(mount, call), uploadsName);
  }

  /** Memories of completed uploads. */
  async completed(mount: MountedShare, call: Call): Promise<FileId> {
    return this.#below(mount, call, await this.top(mount, call), completedName);
  }

  /** Entries of objects that expire. */
  async expiring(mount: MountedShare, call: Call): Promise<FileId> {
    return this.#below(mount, call, await this.top(mount, call), expiringName);
  }

  /** What is kept of files beyond their extended attributes. */
  async sidecars(mount: MountedShare, call: Call): Promise<FileId> {
    return this.#below(mount, call, await this.top(mount, call), sidecarsName);
  }

  async sidecarsIfThere(mount: MountedShare, call: Call): Promise<FileId | undefined> {
    const top = await lookup(mount.volume, call, mount.share.root, systemName);
    return top && (await lookup(mount.volume, call, top.id, sidecarsName))?.id;
  }

  async expiringIfThere(mount: MountedShare, call: Call): Promise<FileId | undefined> {
    const top = await lookup(mount.volume, call, mount.share.root, systemName);
    return top && (await lookup(mount.volume, call, top.id, expiringName))?.id;
  }

  /** The uploads' directory if any upload was ever made. */
  async uploadsIfThere(mount: MountedShare, call: Call): Promise<FileId | undefined> {
    const top = await lookup(mount.volume, call, mount.share.root, systemName);
    return top && (await lookup(mount.volume, call, top.id, uploadsName))?.id;
  }

  /** 128 random bits: as the name of something temporary, and as the id of an upload. */
  newId(): string {
    return Buffer.from(this.#random(16)).toString('hex');
  }

  /** A new, empty file that nobody else sees; in the share's system directory, or in one of an upload. */
  async createTemporary(mount: MountedShare, call: Call, file: NewFile, within?: FileId): Promise<SystemEntry> {
    for (let attempt = 0; ; attempt += 1) {
      const directory = within ?? (await this.top(mount, call));
      const name = this.#newName();
      this.#live.add(name.toString());
      try {
        const made = await mount.volume.create(call, directory, name, { kind: 'guarded', passing: true }, file);
        return { directory, name, attributes: made.attributes };
      } catch (error) {
        this.released({ name });
        // The share's directory was removed and made again since we looked.
        if (within !== undefined || attempt > 0 || !isStorageError(error, 'stale')) throw error;
        this.#known.clear();
      }
    }
  }

  /** Lends a name that nobody else uses, in the share's system directory or in one of an upload, to a step that may need one. */
  async withAside<T>(
    mount: MountedShare,
    call: Call,
    within: FileId | undefined,
    step: (aside: Pick<SystemEntry, 'directory' | 'name'>) => Promise<T>,
  ): Promise<T> {
    const directory = within ?? (await this.top(mount, call));
    const name = this.#newName();
    this.#live.add(name.toString());
    try {
      return await step({ directory, name });
    } catch (error) {
      // The share's directory may have been removed and made again since we looked.
      if (within === undefined && isStorageError(error, 'stale')) this.#known.clear();
      throw error;
    } finally {
      this.released({ name });
    }
  }

  /** The entry was published or removed. */
  released(entry: Pick<SystemEntry, 'name'>): void {
    this.#live.delete(entry.name.toString());
  }

  /**
   * Removes a temporary file, if it is still there. Never rejects: it is for those whose work has failed, and why that did is what
   * their caller is to learn. A file that stays is swept at the next start.
   */
  async discard(mount: MountedShare, entry: SystemEntry): Promise<void> {
    try {
      await mount.volume.unlink({}, entry.directory, entry.name, { ifTarget: { id: entry.attributes.id } });
      await this.#handles.drop(mount.volume, entry.attributes.id);
    } catch (error) {
      if (!isGone(error)) this.#report(error);
    } finally {
      this.released(entry);
    }
  }

  /** Takes a directory of core's out of its place in one step, then removes it with all that is in it. `false` when it was gone. */
  async removeDirectory(mount: MountedShare, from: FileId, name: Name, id: FileId): Promise<boolean> {
    const top = await this.top(mount, {});
    const aside = this.#newName();
    this.#live.add(aside.toString());
    try {
      await mount.volume.rename({}, from, name, top, aside, { ifSource: id, noReplace: true });
      await this.#clear(mount, top, aside, id);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    } finally {
      this.#live.delete(aside.toString());
    }
  }

  /** Removes what operations of a former life have left behind. Gives the number of entries removed. */
  async sweep(mount: MountedShare): Promise<number> {
    const top = await lookup(mount.volume, {}, mount.share.root, systemName);
    if (top === undefined) return 0;
    let removed = await this.sweepTemporaries(mount, top.id);
    const uploads = await lookup(mount.volume, {}, top.id, uploadsName);
    if (uploads === undefined) return removed;
    for await (const entry of entriesIn(mount, uploads.id)) removed += await this.sweepTemporaries(mount, entry.id);
    return removed;
  }

  async sweepTemporaries(mount: MountedShare, directory: FileId): Promise<number> {
    let removed = 0;
    for await (const entry of entriesIn(mount, directory)) {
      const name = Buffer.from(entry.name);
      if (!name.toString().startsWith(temporary) || this.#live.has(name.toString())) continue;
      if (entry.type === 'directory') await this.#clear(mount, directory, name, entry.id);
      else await mount.volume.unlink({}, directory, name, { ifTarget: { id: entry.id } });
      removed += 1;
    }
    return removed;
  }

  async #clear(mount: MountedShare, directory: FileId, name: Name, id: FileId): Promise<void> {
    await removeBelow({}, mount, this.#handles, id, () => Promise.resolve(true));
    await mount.volume.rmdir({}, directory, name, { ifTarget: { id } });
  }

  #newName(): Buffer {
    return Buffer.from(`${temporary}${this.newId()}`);
  }

  async #below(mount: MountedShare, call: Call, directory: FileId, name: Buffer): Promise<FileId> {
    const key = `${mount.volumeName}:${directory}:${name.toString()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await lookup(mount.volume, call, directory, name);
    if (found !== undefined && found.type !== 'directory')
      throw new StorageError('notDirectory', 'the system directory');
    const id = found?.id ?? (await this.#make(mount, call, directory, name));
    // Bounded by the number of shares on this head.
    this.#known.set(key, id);
    return id;
  }

  async #make(mount: MountedShare, call: Call, directory: FileId, name: Buffer): Promise<FileId> {
    try {
      return (await mount.volume.mkdir(call, directory, name, own)).attributes.id;
    } catch (error) {
      const found = isStorageError(error, 'exists') && (await lookup(mount.volume, call, directory, name));
      if (!found) throw error;
      return found.id;
    }
  }
}

export function isGone(error: unknown): boolean {
  return (['notFound', 'conditionFailed', 'stale'] as const).some((code) => isStorageError(error, code));
}

/** All entries of a directory of core's. */
export async function* entriesIn(mount: MountedShare, directory: FileId) {
  let cookie = 0n;
  for (;;) {
    const page = await mount.volume.readdir({}, directory, cookie, { limit: 256, attributes: false });
    yield* page.entries;
    const last = page.entries.at(-1);
    if (page.end || last === undefined) return;
    cookie = last.cookie;
  }
}
