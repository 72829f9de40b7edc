import type { Caller, FileRef, Share, ShareId, StreamInfo } from '../service/index.ts';
import type { Attributes, Call, FileHandle, FileId, HandleAccess, ReadResult, Volume } from '../spi/index.ts';
import type { KeyedMutex } from './keyed-mutex.ts';

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

/** What an operation tells of the file that it has changed. */
export interface Told<T> {
  /** The file's attributes after it; `undefined`: nothing was changed. */
  of(result: T): Attributes | undefined;
  /** The same with later attributes. */
  with(result: T, after: Attributes): T;
  /** It sets `modified`. */
  readonly setsTimes?: boolean;
}

/** What core knows of contents (etags), beside the files. */
export interface KnownContents {
  /** One at a time for each file, of those who write what is known of it (`recordLock`). */
  readonly mutex: KeyedMutex;
  /** Does `work`, which changes a file in any way but its content and size: what is known of the content stays known. */
  keep<T>(mount: MountedShare, call: Call, file: FileId, told: Told<T>, work: () => Promise<T>): Promise<T>;
}

/** Name of the system directory at each share's top: temporary files, uploads, versions. Unreachable by name, handle and listing. */
export const systemDirectoryName = '.polynas';
