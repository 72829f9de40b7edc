import type { SystemDirectories } from '../system-directory.ts';
import type { ShareId } from '../../service/index.ts';
import type { Call, DirectoryEntry, FileId, Name, NewFile, Volume } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { lookup } from '../look.ts';
import type { MountedShare } from '../mounts.ts';
import { systemDirectoryName } from '../mounts.ts';

const systemName = Buffer.from(systemDirectoryName);
const streamsName = Buffer.from('streams');
const own: NewFile = { uid: 0, gid: 0, mode: 0o700 };
/** Streams of one file: as many as one page of a directory holds. */
export const maxStreams = 4096;

/**
 * Where streams lie: `.polynas/streams/<id of the file>/<name of the stream>`. A file without streams has no folder, and in a share where nobody ever made a stream that
 * costs nothing to know.
 */
export class StreamFolders {
  readonly #system: SystemDirectories;
  /** The directory of all folders of a share; `undefined` while there is none. Ids of shares are never used again. */
  readonly #known = new Map<ShareId, FileId | undefined>();

  constructor(system: SystemDirectories) {
    this.#system = system;
  }

  /** The directory of all folders, if anybody ever made a stream. Nobody but this head's core makes or removes it. */
  async all(mount: MountedShare, call: Call): Promise<FileId | undefined> {
    const { share, volume } = mount;
    if (this.#known.has(share.id)) return this.#known.get(share.id);
    const top = await lookup(volume, call, share.root, systemName);
    const found = top && (await lookup(volume, call, top.id, streamsName));
    // Somebody may have made it meanwhile.
    if (!this.#known.has(share.id)) this.#known.set(share.id, found?.id);
    return this.#known.get(share.id);
  }

  /** The folder of a file's streams, if it has any. */
  async of(mount: MountedShare, call: Call, base: FileId): Promise<FileId | undefined> {
    const all = await this.all(mount, call);
    return all === undefined ? undefined : (await lookup(mount.volume, call, all, folderName(base)))?.id;
  }

  async make(mount: MountedShare, call: Call, base: FileId): Promise<FileId> {
    const all = (await this.all(mount, call)) ?? (await this.#makeAll(mount, call));
    return makeDirectory(mount.volume, call, all, folderName(base));
  }

  async entries(mount: MountedShare, call: Call, base: FileId, attributes = false): Promise<readonly DirectoryEntry[]> {
    const folder = await this.of(mount, call, base);
    if (folder === undefined) return [];
    try {
      return (await mount.volume.readdir(call, folder, 0n, { limit: maxStreams, attributes })).entries;
    } catch (error) {
      // The last stream went, and its folder with it.
      if (isStorageError(error, 'stale')) return [];
      throw error;
    }
  }

  async #makeAll(mount: MountedShare, call: Call): Promise<FileId> {
    const id = await makeDirectory(mount.volume, call, await this.#system.top(mount, call), streamsName);
    this.#known.set(mount.share.id, id);
    return id;
  }
}

export function folderName(base: FileId): Name {
  return Buffer.from(base.toString(16));
}

/** The file whose streams lie in a folder; `undefined` for what is no folder of ours. */
export function baseOfFolder(name: Name): FileId | undefined {
  const text = Buffer.from(name).toString('latin1');
  return /^[0-9a-f]{1,32}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}

async function makeDirectory(volume: Volume, call: Call, directory: FileId, name: Name): Promise<FileId> {
  const found = await lookup(volume, call, directory, name);
  if (found !== undefined) return found.id;
  try {
    return (await volume.mkdir(call, directory, name, own)).attributes.id;
  } catch (error) {
    const made = isStorageError(error, 'exists') && (await lookup(volume, call, directory, name));
    if (!made) throw error;
    if (made.type !== 'directory') throw new StorageError('corrupt', 'the folder of streams', { cause: error });
    return made.id;
  }
}
