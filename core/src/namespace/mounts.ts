import type { Caller, FileRef, Share, ShareId, StreamInfo } from '../service/index.ts';
import type { FileHandle, FileId, HandleAccess, ReadResult, Volume } from '../spi/index.ts';

/** A share together with the volume that it lies on. */
export interface MountedShare {
  readonly share: Share;
  readonly volume: Volume;
  /** Name of the volume: the key of its state. */
  readonly volumeName: string;
}

/** From share ids to volumes. */
export interface Mounts {
  /** Throws `stale` when the share is gone, `unavailable` when its volume is. */
  get(share: ShareId): MountedShare;
  all(): readonly MountedShare[];
}

/**
 * Handles for protocols without opens: an LRU of open ones which never drops one that has unsynced writes.
 * `use` keeps the handle open while `work` runs.
 */
export interface HandleCache {
  use<T>(volume: Volume, id: FileId, access: HandleAccess, work: (handle: FileHandle) => Promise<T>): Promise<T>;
  /** What a handle that is open already has at hand; `undefined` means: `use` one. */
  readNow(volume: Volume, id: FileId, offset: number, length: number): ReadResult | undefined;
  /** Syncs and closes every handle of a file, before its content is taken away or replaced. */
  forget(volume: Volume, id: FileId): Promise<void>;
  /** Closes every handle of a file whose last name is gone: nobody can ask for its unsynced bytes any more. */
  drop(volume: Volume, id: FileId): Promise<void>;
  /** Syncs what is dirty and closes all. */
  close(): Promise<void>;
}

export type StreamChoice = 'open' | 'create' | 'openOrCreate';
export type FoundStream = { readonly file: FileRef; readonly created: boolean };

/** Named streams of files, and what becomes of them with their files. */
export interface NamedStreams {
  list(caller: Caller, mount: MountedShare, file: FileRef): Promise<readonly StreamInfo[]>;
  find(
    caller: Caller,
    mount: MountedShare,
    file: FileRef,
    name: string,
    how: StreamChoice,
  ): Promise<FoundStream | undefined>;
  /** Another name for a stream; `exists` without `replace`, `accessDenied` when the one that it would take over is open. */
  rename(caller: Caller, mount: MountedShare, stream: FileRef, name: string, replace: boolean): Promise<void>;
  /** Removes one stream; nothing when it is gone. */
  remove(caller: Caller, mount: MountedShare, stream: FileRef): Promise<void>;
  /**
   * The file's last name is gone: its streams go with it. Never rejects: the file is removed already, and what is left of its streams nobody can reach; the next
   * start removes it.
   */
  dropAll(mount: MountedShare, base: FileId): Promise<void>;
  /** Another file has taken the place of the one that the streams belonged to, and is it from now on. */
  moveAll(mount: MountedShare, from: FileId, to: FileId): Promise<void>;
}

/** Name of the system directory at each share's top: temporary files, uploads, versions. Unreachable by name, handle and listing. */
export const systemDirectoryName = '.polynas';
