import type { Observable } from 'rxjs';
import type { DirectoryChange } from './attributes.ts';
import type { Call } from './call.ts';
import type { WriteResult } from './data.ts';
import type { FileId, Name } from './identity.ts';

/**
 * Optional groups of a volume: present or absent as a whole. Each says what is promised and what core does without it.
 */

export interface ByteRange {
  readonly id: FileId;
  readonly offset: number;
  readonly length: number;
}

/**
 * Copies by reference. `ranges` makes `to` hold the concatenation of `from` starting at `at`, without moving bytes: the
 * source's unsynced writes are included, later writes to either side are not seen by the other. Stable when answered.
 * Sources and target must be regular files (`isDirectory`, `wrongType`), the ranges lie inside their source's size (`invalid`). One call may name up to 10,000 ranges; each of them
 * appears whole or not, the call as a whole is not atomic (its target is a file nobody else sees yet).
 * Without it core copies bytes through handles.
 */
export interface CloneGroup {
  ranges(call: Call, from: readonly ByteRange[], to: FileId, at: number): Promise<WriteResult>;
}

/** A record to set (or, without value, to remove). Keys of 1 to 400 bytes (`nameTooLong`), values up to 64 KiB (`tooLarge`). */
export interface RecordChange {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/**
 * Opaque key → value. `records` given to a mutation are committed in its transaction: both or neither; none
 * when the answer says that nothing was done (`created` false, `unchanged`). Used for the change journal, usage, folded names.
 * Where the group is absent, a mutation that is given any is `notSupported`. Without it core writes an intent before and a completion after, and replays at start.
 */
export interface RecordsGroup {
  get(call: Call, key: Uint8Array): Promise<Uint8Array | undefined>;
  /** In byte order of keys, from `from` (inclusive) below `to`, at most `limit`. */
  range(call: Call, from: Uint8Array, to: Uint8Array, limit: number): Promise<readonly Required<RecordChange>[]>;
  /** Atomic; stable when answered. */
  set(call: Call, changes: readonly RecordChange[]): Promise<void>;
}

/** Snapshots of a directory tree. Without it core refuses snapshots with `notSupported`. */
export interface SnapshotsGroup {
  create(call: Call, directory: FileId, name: Name): Promise<FileId>;
  list(call: Call, directory: FileId): Promise<readonly { readonly name: Name; readonly root: FileId }[]>;
  remove(call: Call, directory: FileId, name: Name): Promise<void>;
}

export interface QuotaLimit {
  /** 0 is unlimited. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** Quota of a directory tree, enforced by the backend (`quotaExceeded`), be it some seconds late. Without it core refuses a share's quota with `notSupported`. */
export interface QuotaGroup {
  get(
    call: Call,
    directory: FileId,
  ): Promise<{
    readonly limit: QuotaLimit;
    readonly usedBytes: number;
    readonly usedFiles: number;
  }>;
  set(call: Call, directory: FileId, limit: QuotaLimit): Promise<void>;
}

/** Where the content of files below a directory is kept: a Ceph data pool, a class of disks. Without it core refuses to choose one (`notSupported`). */
export interface PlacementGroup {
  /** Where new files below the directory go, if that was chosen for this directory; `undefined`: where those of its parent go. */
  get(call: Call, directory: FileId): Promise<string | undefined>;
  /** For files that are made from now on; those that are there stay where they are. `notFound`: no such pool. Stable when answered. */
  set(call: Call, directory: FileId, pool: string): Promise<void>;
}

/**
 * Backend leases on `writers: shared` volumes: core grants a caching lease only while it holds one of these.
 * Without it (and `writers: shared`) core grants no caching lease; with `writers: head` the state table alone is enough.
 */
export interface LeasesGroup {
  acquire(
    call: Call,
    id: FileId,
    kind: 'read' | 'write',
    recalled: () => void,
  ): Promise<{ release(): Promise<void> } | undefined>;
}

/** Backend byte-range locks, taken before core's own on `writers: shared` volumes. `owner` is core's 64-bit number for the lock owner. */
export interface LocksGroup {
  lock(
    call: Call,
    id: FileId,
    owner: bigint,
    range: { readonly start: bigint; readonly end: bigint },
    kind: 'shared' | 'exclusive' | 'unlock',
  ): Promise<boolean>;
  /** A lock of another owner or another client of the volume that `lock` would be refused for, as far as it is known; `undefined`: none. Takes nothing. */
  test(
    call: Call,
    id: FileId,
    owner: bigint,
    range: { readonly start: bigint; readonly end: bigint },
    kind: 'shared' | 'exclusive',
  ): Promise<HeldLock | undefined>;
}

/** A lock that somebody has; `end` inclusive, 2^64−1 for one to the end of any file. */
export interface HeldLock {
  readonly start: bigint;
  readonly end: bigint;
  readonly kind: 'shared' | 'exclusive';
}

/** Changes made by others on `writers: shared` volumes. Without it only this head's own changes become events. */
export interface WatchGroup {
  changes(directory: FileId): Observable<{
    readonly directory: FileId;
    readonly name: Name;
    readonly change?: DirectoryChange;
  }>;
}
