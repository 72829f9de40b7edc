import type {
  AttributeChanges,
  Attributes,
  FileId,
  Name,
  ReadResult,
  Renamed,
  Stability,
  SyncResult,
  WriteResult,
} from '../spi/index.ts';
import type { Caller } from './caller.ts';
import type { AccessMask, FileRef } from './files.ts';

/** Who holds state: client + lease key / owner; a transient operation has an owner of its own. */
export interface Opener {
  /** The host or session that the state dies with. */
  readonly client: string;
  /** Lease key, open-owner, lock-owner: state of one owner does not conflict where the protocol says so. */
  readonly owner: string;
}

/** `[start, end]`, inclusive, 0 … 2^64−1. */
export interface LockRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** POSIX locks merge and split by owner and bind lock requests and SMB I/O; SMB locks stack per open, unlock exactly, and bind everybody. */
export type LockKind = 'posix' | 'smb';
export type LockMode = 'shared' | 'exclusive';

/** What is about to be done to a file, for guards and conflicts. */
export type GuardAccess = 'read' | 'write' | 'truncate' | 'replace' | 'rename' | 'delete';

/** Brackets one operation. While it stands no conflicting open, lock or lease is granted. */
export interface Guard {
  /** Idempotent. */
  exit(): void;
}

export interface Holder {
  readonly client: string;
  readonly owner: string;
  readonly door: string;
  readonly kind: 'open' | 'lock' | 'lease' | 'guard' | 'deletePending';
}

/** Somebody's state stands in the way. */
export interface GuardConflict {
  readonly reason: 'locked' | 'sharingViolation' | 'deletePending' | 'breaking' | 'busy';
  readonly holders: readonly Holder[];
  /** Resolves when asking again makes sense; absent where only the holder's own act ends it (a lock, a deny mode). */
  readonly settled?: Promise<void>;
  /** Monotonic milliseconds by which `settled` resolves at the latest. */
  readonly deadline?: number;
}

export interface OpenRequest {
  readonly access: AccessMask;
  /** Rights that others may not have at the same time: `access.readData`, `writeData`, `delete` in any mix. */
  readonly deny: AccessMask;
  readonly opener: Opener;
  /** The name that the file was reached by: what a delete-pending file loses at last close. Core keeps it up to date over renames. */
  readonly place?: { readonly directory: FileId; readonly name: Name };
  /**
   * The caller has just made the file: its mode does not limit the access (a read-only file can be made and written by one request).
   * Only what `Created.created` was true for.
   */
  readonly fresh?: boolean;
  /** The file is delete-pending from this open's close on (SMB's FILE_DELETE_ON_CLOSE). Needs `access.delete`, and a place unless it is a stream. */
  readonly deleteOnClose?: boolean;
  /** Lease wanted; answered `'none'` until leases are there. */
  readonly lease?: { readonly read: boolean; readonly handle: boolean; readonly write: boolean };
}

export interface LockConflict {
  readonly holder: Opener;
  readonly mode: LockMode;
  readonly range: LockRange;
}

/** An open of a regular file or directory by a protocol that has opens. I/O through it was checked at open; locks bind it. */
export interface Open {
  /** Unique in the life of the process. */
  readonly id: bigint;
  readonly file: FileRef;
  readonly access: AccessMask;
  readonly deny: AccessMask;
  readonly opener: Opener;
  /** What was granted of the lease asked for. */
  readonly lease: 'none';
  /** The name that the file was opened by, as it is now; absent when it was opened by id, or for a stream. */
  readonly place: { readonly directory: FileId; readonly name: Name } | undefined;
  /** Somebody asked for the file to go at its last close. */
  readonly deletePending: boolean;

  /** `into` as in `FileService.read`. */
  read(caller: Caller, offset: number, length: number, into?: Uint8Array): Promise<ReadResult>;
  write(caller: Caller, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult>;
  sync(caller: Caller): Promise<SyncResult>;
  getattr(caller: Caller): Promise<Attributes>;
  /**
   * What the open's rights allow, whatever the mode says by now: `size` needs `writeData`; times, `born` and `dosBits` `writeAttributes`; `mode` `writeAcl`;
   * `uid`, `gid` `writeOwner` (and what `FileService.setattr` asks of the caller). For a stream, all but `size` are those of its file.
   */
  setattr(caller: Caller, changes: AttributeChanges): Promise<Attributes>;
  /**
   * Moves the name that the file was opened by, wherever it is now. Needs `delete`; `exists` without `replace`; a target that others have open without sharing delete:
   * `accessDenied` as in SMB. Into another share: `crossDevice`.
   * By SMB: `sharingViolation` for a directory with something open below it, and while somebody has the target directory open for deletion or does not share writing it.
   */
  rename(caller: Caller, toDirectory: FileRef, toName: Name, options: { readonly replace: boolean }): Promise<Renamed>;
  /** Another name for the stream that is open. Needs `delete`. */
  renameStream(caller: Caller, name: string, options: { readonly replace: boolean }): Promise<void>;
  /** Reserves space for the range without changing the size. Needs `writeData`. */
  allocate(caller: Caller, offset: number, length: number): Promise<void>;
  /** Makes the range read as zeros; never changes the size. Needs `writeData`. */
  zero(caller: Caller, offset: number, length: number): Promise<void>;
  /** Where there is data in the range, in order; what lies between is holes. At most `limit` of them. Needs `readData`. */
  dataRanges(
    caller: Caller,
    offset: number,
    length: number,
    limit: number,
  ): Promise<readonly { readonly offset: number; readonly length: number }[]>;
  /**
   * Copies bytes of `source` (which may be this one) by reference where the backend can, else through memory in bounded pieces. Needs `readData` there, `writeData` here, and minds locks of both.
   * Past the source's end: `invalid`, and nothing was copied of that range. Resolves with the bytes copied.
   */
  copyFrom(caller: Caller, source: Open, from: number, to: number, length: number): Promise<number>;

  /**
   * Delete at the last close of the file and of its streams. `invalid` for an open without a place that is of no stream, `notEmpty` for a directory with something in it. `false` takes it
   * back. While pending, new opens are refused with `deletePending`.
   */
  setDeletePending(caller: Caller, pending: boolean): Promise<void>;
  /**
   * Releases locks and share modes; the last close of a delete-pending file removes it, if its share has not become read-only meanwhile. Idempotent.
   *
   * @param options `undone`: the open is one that its caller never got, and takes no file along that it was to delete on close
   */
  close(options?: { readonly undone: boolean }): Promise<void>;
}

/** State that outlives one call, alike for every protocol; the matrix is in docs/design/state-matrix.md. */
export interface StateService {
  /** The rights that an open of the file by this name (if any) could have: what SMB calls maximal access. */
  rights(
    caller: Caller,
    file: FileRef,
    place?: { readonly directory: FileId; readonly name: Name },
  ): Promise<AccessMask>;
  /** Checks permissions for `access` and share modes both ways. Rejected with `accessDenied`, `sharingViolation`, `deletePending`, `tooMany`. */
  open(caller: Caller, file: FileRef, request: OpenRequest): Promise<Open>;
  /**
   * Takes a byte-range lock at once or tells who is in the way. With `wait` it resolves when granted; abort `caller.signal` to give up (`aborted`).
   * `deadlock` where POSIX owners would wait in a circle.
   */
  lock(
    caller: Caller,
    file: FileRef,
    request: {
      readonly kind: LockKind;
      readonly mode: LockMode;
      readonly range: LockRange;
      readonly opener: Opener;
      /** SMB locks belong to one open. */
      readonly open?: Open;
      readonly wait: boolean;
    },
  ): Promise<LockConflict | undefined>;
  /** POSIX: any range of the owner's. SMB: exactly one locked range of the open, else `notFound`. */
  unlock(
    file: FileRef,
    request: { readonly kind: LockKind; readonly range: LockRange; readonly opener: Opener; readonly open?: Open },
  ): void;
  /** The first lock that would refuse the request, of other clients of the volume as well. */
  testLock(
    caller: Caller,
    file: FileRef,
    request: { readonly mode: LockMode; readonly range: LockRange; readonly opener: Opener },
  ): Promise<LockConflict | undefined>;
  /** Everything that a client holds ends: its opens close, its locks go (a host rebooted, a session ended). */
  releaseClient(client: string): Promise<void>;
  /** For the console: what is held on a file, or on everything. */
  holders(file?: FileRef): readonly (Holder & { readonly file: FileRef })[];
}
