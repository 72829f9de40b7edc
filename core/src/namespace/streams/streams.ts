import { requireWrite } from '../../access/checks.ts';
import type { SystemDirectories } from '../system-directory.ts';
import { entriesIn, isGone } from '../system-directory.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import type { Caller, FileRef, StreamInfo } from '../../service/index.ts';
import type { Attributes, FileId, NewFile } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { isConflict } from '../../state/guards.ts';
import type { StateTable } from '../../state/table.ts';
import type { Telling } from '../files/parts.ts';
import { attributesOf, checkWritable, emit } from '../files/parts.ts';
import type { FoundStream, HandleCache, MountedShare, NamedStreams, StreamChoice } from '../mounts.ts';
import { StreamFolders, baseOfFolder, folderName, maxStreams } from './stream-folders.ts';
import { fileNameOf, pick, streamNameOf } from './stream-names.ts';

export interface StreamParts extends Telling {
  readonly system: SystemDirectories;
  readonly handles: HandleCache;
  readonly table: StateTable;
  /** Hears of streams that could not be removed with their file; the next start does. */
  readonly report: (error: unknown) => void;
}

/** Never asked: a stream's permissions are its file's. */
const own: NewFile = { uid: 0, gid: 0, mode: 0o600 };

/**
 * Named streams: files of their own in the share's system directory, tied to the file that they belong to (docs/decisions/named-streams.md).
 * What makes, renames or removes a stream of one file comes one after another.
 */
export class Streams implements NamedStreams {
  readonly #parts: StreamParts;
  readonly #folders: StreamFolders;
  readonly #mutex: KeyedMutex;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#folders = new StreamFolders(parts.system);
    this.#mutex = new KeyedMutex(parts.clock);
  }

  async list(caller: Caller, mount: MountedShare, file: FileRef): Promise<readonly StreamInfo[]> {
    const base = file.base ?? file.id;
    await attributesOf(mount, caller, base);
    const entries = await this.#folders.entries(mount, caller, base, true);
    return entries.map(({ name, id, attributes }) => ({
      name: streamNameOf(name),
      id,
      size: attributes?.size ?? 0,
      allocated: attributes?.allocated ?? 0,
    }));
  }

  async find(
    caller: Caller,
    mount: MountedShare,
    file: FileRef,
    name: string,
    how: StreamChoice,
  ): Promise<FoundStream | undefined> {
    const base = file.base ?? file.id;
    const attributes = await attributesOf(mount, caller, base);
    fileNameOf(name, mount.volume.traits);
    const found = await this.#found(caller, mount, base, name, how);
    if (found !== undefined || how === 'open') return found;
    this.#requireMaking(caller, mount, attributes);
    return this.#alone(caller, mount, base, async () => {
      return (await this.#found(caller, mount, base, name, how)) ?? this.#make(caller, mount, base, name);
    });
  }

  async rename(caller: Caller, mount: MountedShare, stream: FileRef, name: string, replace: boolean): Promise<void> {
    const { volume, volumeName } = mount;
    checkWritable(caller, mount);
    const base = baseOf(stream);
    const wanted = fileNameOf(name, volume.traits);
    await this.#alone(caller, mount, base, async () => {
      const folder = await this.#folders.of(mount, caller, base);
      const entries = await this.#folders.entries(mount, caller, base);
      const from = entries.find(({ id }) => id === stream.id);
      if (folder === undefined || from === undefined) throw new StorageError('notFound');
      const target = pick(
        entries.filter((entry) => entry !== from),
        name,
        true,
      );
      if (target === undefined) {
        await volume.rename(caller, folder, from.name, folder, wanted, { ifSource: from.id, noReplace: true });
        return;
      }
      if (!replace) throw new StorageError('exists');
      const asked = { volume: volumeName, file: target.id, access: 'delete', door: caller.door } as const;
      const guard = this.#parts.table.enter(asked);
      // Waiting for a close that waits for us would never end.
      if (isConflict(guard)) throw new StorageError('accessDenied', 'the stream is open');
      try {
        await volume.rename(caller, folder, from.name, folder, target.name, {
          ifSource: from.id,
          ifTarget: { id: target.id },
        });
        await this.#parts.handles.drop(volume, target.id);
      } finally {
        guard.exit();
      }
    });
    await this.#changed(caller, mount, base);
  }

  async remove(caller: Caller, mount: MountedShare, stream: FileRef): Promise<void> {
    const { volume } = mount;
    const base = baseOf(stream);
    const removed = await this.#alone(caller, mount, base, async () => {
      const entries = await this.#folders.entries(mount, caller, base);
      const entry = entries.find(({ id }) => id === stream.id);
      const folder = await this.#folders.of(mount, caller, base);
      if (folder === undefined || entry === undefined) return false;
      try {
        await volume.unlink(caller, folder, entry.name, { ifTarget: { id: entry.id } });
        await this.#parts.handles.drop(volume, entry.id);
        if (entries.length === 1) await this.#removeFolder(caller, mount, base, folder);
        return true;
      } catch (error) {
        // The file went meanwhile, and took its streams along.
        if (isGone(error)) return false;
        throw error;
      }
    });
    if (removed) await this.#changed(caller, mount, base);
  }

  async dropAll(mount: MountedShare, base: FileId): Promise<void> {
    try {
      const folder = await this.#folders.of(mount, {}, base);
      const all = await this.#folders.all(mount, {});
      if (folder === undefined || all === undefined) return;
      await this.#parts.system.removeDirectory(mount, all, folderName(base), folder);
    } catch (error) {
      if (!isGone(error)) this.#parts.report(error);
    }
  }

  async moveAll(mount: MountedShare, from: FileId, to: FileId): Promise<void> {
    const all = await this.#folders.all(mount, {});
    const folder = await this.#folders.of(mount, {}, from);
    if (all === undefined || folder === undefined) return;
    try {
      await mount.volume.rename({}, all, folderName(from), all, folderName(to), { ifSource: folder });
    } catch (error) {
      if (!isGone(error)) this.#parts.report(error);
    }
  }

  /** Removes the streams of files that are gone, which a crash has left. At start, beside the doors; gives their files' number. */
  async sweep(mount: MountedShare): Promise<number> {
    const all = await this.#folders.all(mount, {});
    if (all === undefined) return 0;
    let removed = 0;
    for await (const { name, id } of entriesIn(mount, all)) {
      const base = baseOfFolder(name);
      if (base === undefined || !(await isRemoved(mount, base))) continue;
      if (await this.#parts.system.removeDirectory(mount, all, name, id)) removed += 1;
    }
    return removed;
  }

  async #found(
    caller: Caller,
    mount: MountedShare,
    base: FileId,
    name: string,
    how: StreamChoice,
  ): Promise<FoundStream | undefined> {
    const entries = await this.#folders.entries(mount, caller, base);
    // There is never a second one in other letters, whoever asks.
    const found = pick(entries, name, caller.foldNames === true || how !== 'open');
    if (found === undefined) {
      if (how !== 'open' && entries.length >= maxStreams) throw new StorageError('tooMany', `${maxStreams} streams`);
      return undefined;
    }
    const meant = caller.foldNames === true || streamNameOf(found.name) === name;
    if (how === 'create' || !meant) throw new StorageError('exists');
    return { file: { share: mount.share.id, id: found.id, base }, created: false };
  }

  #requireMaking(caller: Caller, mount: MountedShare, base: Attributes): void {
    checkWritable(caller, mount);
    if (base.type !== 'file' && base.type !== 'directory') throw new StorageError('wrongType');
    requireWrite(caller, base);
    const held = this.#parts.table.volume(mount.volumeName).file({ file: base.id });
    if (held?.deletePending === true || held?.removing !== undefined) throw new StorageError('deletePending');
  }

  async #make(caller: Caller, mount: MountedShare, base: FileId, name: string): Promise<FoundStream> {
    const { volume } = mount;
    const folder = await this.#folders.make(mount, caller, base);
    const made = await volume.create(caller, folder, fileNameOf(name, volume.traits), { kind: 'guarded' }, own);
    // Who removed the file meanwhile may have looked for streams before there was one.
    if (await isRemoved(mount, base)) {
      await this.dropAll(mount, base);
      throw new StorageError('stale');
    }
    await this.#changed(caller, mount, base);
    return { file: { share: mount.share.id, id: made.attributes.id, base }, created: true };
  }

  async #removeFolder(caller: Caller, mount: MountedShare, base: FileId, folder: FileId): Promise<void> {
    const all = await this.#folders.all(mount, caller);
    if (all === undefined) return;
    await mount.volume.rmdir(caller, all, folderName(base), { ifTarget: { id: folder } });
  }

  /** Which streams there are is an attribute of the file: its `change` moves. */
  async #changed(caller: Caller, mount: MountedShare, base: FileId): Promise<void> {
    try {
      const { after } = await mount.volume.setattr(caller, base, { accessed: 'now' });
      const isDirectory = after.type === 'directory';
      emit(this.#parts, caller, mount.share.id, { kind: 'attributes', file: base, isDirectory });
    } catch (error) {
      if (!isStorageError(error, 'stale')) throw error;
    }
  }

  #alone<T>(caller: Caller, { volumeName }: MountedShare, base: FileId, work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(caller, `${base}:${volumeName}`, work);
  }
}

function baseOf(stream: FileRef): FileId {
  if (stream.base === undefined) throw new StorageError('invalid', 'no named stream');
  return stream.base;
}

async function isRemoved(mount: MountedShare, file: FileId): Promise<boolean> {
  try {
    return (await mount.volume.getattr({}, file)).nlink === 0;
  } catch (error) {
    if (isStorageError(error, 'stale')) return true;
    throw error;
  }
}
