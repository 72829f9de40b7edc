import type {
  AttributeChanges,
  Attributes,
  Capacity,
  Cookie,
  Created,
  CreateMode,
  DeviceNumber,
  DirectoryEntry,
  FileId,
  ListOptions,
  Name,
  ReadResult,
  Removed,
  Renamed,
  Stability,
  Stamp,
  SyncResult,
  Timestamp,
  VolumeTraits,
  WriteEpoch,
  WriteResult,
} from '../spi/index.ts';
import type { Caller } from './caller.ts';
import type { ShareId } from './shares.ts';

/** Names a file to the service: never a path, never a backend's handle. */
export interface FileRef {
  readonly share: ShareId;
  readonly id: FileId;
  /** `id` is a named stream's own file, and this the file that it belongs to, whose permissions are the stream's. */
  readonly base?: FileId;
}

/** A named stream (alternate data stream) of a file or directory; the unnamed one is the file itself. */
export interface StreamInfo {
  /** Without colons and type; case as it was made. */
  readonly name: string;
  readonly id: FileId;
  /** Bytes. */
  readonly size: number;
  readonly allocated: number;
}

/**
 * Rights in NFSv4's ACE mask bits (RFC 8881 §6.2.1.3.1), which are also those of SMB's access masks.
 * For directories the first bits read: list, add file, add sub-directory.
 */
export const access = {
  readData: 0x0000_0001,
  writeData: 0x0000_0002,
  appendData: 0x0000_0004,
  readNamedAttributes: 0x0000_0008,
  writeNamedAttributes: 0x0000_0010,
  execute: 0x0000_0020,
  deleteChild: 0x0000_0040,
  readAttributes: 0x0000_0080,
  writeAttributes: 0x0000_0100,
  delete: 0x0001_0000,
  readAcl: 0x0002_0000,
  writeAcl: 0x0004_0000,
  writeOwner: 0x0008_0000,
  synchronize: 0x0010_0000,
} as const;
export type AccessMask = number;

/** What a caller may choose of a new file; the owner is the caller, the group the caller's or, under a setgid directory, the directory's. */
export interface NewAttributes {
  readonly mode: number;
  /** Another owner or group: superuser, or a group that the caller is in; else `notPermitted`. */
  readonly uid?: number;
  readonly gid?: number;
  readonly accessed?: Timestamp | 'now';
  readonly modified?: Timestamp | 'now';
  readonly dosBits?: number;
  readonly size?: number;
}

export interface Looked {
  /** Absent: the directory has no such name. */
  readonly attributes?: Attributes;
  /** The name as it stands in the directory; another one than was asked for only where `caller.foldNames`. Absent with `attributes`. */
  readonly name?: Name;
  readonly directory: Attributes;
}

export interface Listed {
  readonly entries: readonly DirectoryEntry[];
  readonly end: boolean;
  readonly directory: Attributes;
  /** For the `..` entry: the share's top directory is its own parent. */
  readonly parent: FileId;
}

/**
 * Files for protocols: permissions (owner and mode bits), guards against opens, locks and delete-pending of every door,
 * handles, events. Errors: `StorageError`. Results carry attributes from the same step as the change.
 * A share that is gone, or an id on it that is gone: `stale`. A name that core reserves: `accessDenied` on making, absent on look-up.
 */
export interface FileService {
  /** The top directory of a share. */
  root(share: ShareId): FileRef;
  limits(share: ShareId): VolumeTraits;
  epoch(share: ShareId): WriteEpoch;
  statfs(caller: Caller, file: FileRef): Promise<Capacity>;

  getattr(caller: Caller, file: FileRef): Promise<Attributes>;
  /** The part of `wanted` that the caller has. */
  access(
    caller: Caller,
    file: FileRef,
    wanted: AccessMask,
  ): Promise<{ readonly granted: AccessMask; readonly attributes: Attributes }>;
  /** Needs execute on the directory. `.` and `..` are understood; `..` of the top is the top. */
  lookup(caller: Caller, directory: FileRef, name: Name): Promise<Looked>;
  /**
   * chmod, chown, utimes, truncate by POSIX rules (suid and sgid cleared by writes and chown of others; `notPermitted` for non-owners; times to `'now'` with
   * write permission). Truncation is guarded like a write of the affected range.
   */
  setattr(
    caller: Caller,
    file: FileRef,
    changes: AttributeChanges,
    conditions?: { readonly ifChange?: bigint; readonly ifChanged?: Timestamp },
  ): Promise<{ readonly before: Stamp; readonly after: Attributes }>;
  readlink(caller: Caller, file: FileRef): Promise<{ readonly target: Uint8Array; readonly attributes: Attributes }>;

  /**
   * `length` may be cut to the service's bound (1 MiB at least). Large reads go into `into` when given (at least `length` long): then `bytes` is a view of it.
   * It belongs to the service until the promise settles; where that is rejected a thread may still be writing to it, so it is not to be used again.
   */
  read(
    caller: Caller,
    file: FileRef,
    offset: number,
    length: number,
    into?: Uint8Array,
  ): Promise<ReadResult & { readonly attributes: Attributes }>;
  /** `chunks` belong to the service until the promise settles. */
  write(
    caller: Caller,
    file: FileRef,
    offset: number,
    chunks: readonly Uint8Array[],
    stability: Stability,
  ): Promise<WriteResult>;
  /** Makes what was answered unstable stable (at least the range; length 0 is to the end). */
  commit(
    caller: Caller,
    file: FileRef,
    offset: number,
    length: number,
  ): Promise<SyncResult & { readonly before: Stamp }>;

  /**
   * Creates a regular file. `unchecked` on an existing one needs no rights on the directory beyond execute, and sets the size when given (needs write);
   * existing things that are no regular files: `exists`.
   */
  create(caller: Caller, directory: FileRef, name: Name, mode: CreateMode, file: NewAttributes): Promise<Created>;
  mkdir(caller: Caller, directory: FileRef, name: Name, file: NewAttributes): Promise<Created>;
  symlink(caller: Caller, directory: FileRef, name: Name, target: Uint8Array, file: NewAttributes): Promise<Created>;
  /** Device nodes need the superuser (`notPermitted`). */
  mknod(
    caller: Caller,
    directory: FileRef,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewAttributes,
  ): Promise<Created>;
  /**
   * `crossDevice` between shares.
   *
   * @param options `replace`: a name that is there is taken over in one step, `created: false` when it is one of this very file already; `accessDenied` for a
   *   directory, and for SMB where somebody has the other file open. `exists` without it.
   */
  link(
    caller: Caller,
    file: FileRef,
    directory: FileRef,
    name: Name,
    options?: { readonly replace: boolean },
  ): Promise<Created>;
  /** Removes a name that is no directory. */
  remove(caller: Caller, directory: FileRef, name: Name): Promise<Removed>;
  rmdir(caller: Caller, directory: FileRef, name: Name): Promise<Removed>;
  rename(
    caller: Caller,
    fromDirectory: FileRef,
    fromName: Name,
    toDirectory: FileRef,
    toName: Name,
    options?: { readonly noReplace?: boolean },
  ): Promise<Renamed>;
  /** Without `.` and `..`; see `Listed.parent`. Needs read on the directory. Attributes of entries need execute as well and are left out without. */
  readdir(caller: Caller, directory: FileRef, cookie: Cookie, options: ListOptions): Promise<Listed>;

  getxattr(caller: Caller, file: FileRef, name: string): Promise<Uint8Array | undefined>;
  listxattr(caller: Caller, file: FileRef): Promise<readonly string[]>;
  setxattr(
    caller: Caller,
    file: FileRef,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
  ): Promise<Attributes>;
  removexattr(caller: Caller, file: FileRef, name: string): Promise<Attributes>;

  /**
   * The path of a directory below another one: names from `above` (not included) down to `directory`; empty when they are one. `undefined` when it does not lie there (any
   * more). For a share's root as `above` it is the path in the share. No permission is needed: it tells a name only to who holds the directory.
   * For who does not hold it, `visible` asks for more: `undefined` also where the caller could not come there from `above` and list it.
   */
  pathBelow(
    caller: Caller,
    above: FileRef,
    directory: FileRef,
    options?: { readonly visible?: boolean },
  ): Promise<readonly Name[] | undefined>;

  /** Named streams of a file or directory, in no order. Needs no right beyond having reached the file. */
  streams(caller: Caller, file: FileRef): Promise<readonly StreamInfo[]>;
  /**
   * Finds or makes a named stream; names fold as in `caller.foldNames`. `undefined` when there is none (`open`). Making needs write permission on the file, and changes its
   * `change`; `exists` for `create`, and where there is one in other letters that the caller does not mean; `tooMany` above 4096. The stream's own file takes part in everything by its `FileRef`: opens, locks, reads, writes, setattr of its size. Streams go
   * with the file's last name, stay over rename and replace, and are in no listing and at no name.
   */
  stream(
    caller: Caller,
    file: FileRef,
    name: string,
    how: 'open' | 'create' | 'openOrCreate',
  ): Promise<{ readonly file: FileRef; readonly created: boolean } | undefined>;
}
