import type { Observable } from 'rxjs';
import type { AttributeChanges, Attributes, DeviceNumber, DirectoryChange, FileType, Stamp } from './attributes.ts';
import type { Call } from './call.ts';
import type { FileHandle, HandleAccess } from './data.ts';
import type {
  CloneGroup,
  LeasesGroup,
  LocksGroup,
  PlacementGroup,
  QuotaGroup,
  RecordChange,
  RecordsGroup,
  SnapshotsGroup,
  WatchGroup,
} from './groups.ts';
import type { Cookie, FileId, Name, WriteEpoch } from './identity.ts';
import type { Capacity, VolumeStatus } from './status.ts';
import type { VolumeTraits } from './traits.ts';

/** Who will own a new file, and what it starts with. All of it is applied in the one step that makes the name appear. */
export interface NewFile {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly accessed?: AttributeChanges['accessed'];
  readonly modified?: AttributeChanges['modified'];
  readonly dosBits?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  readonly records?: readonly RecordChange[];
}

/**
 * What to do when the name exists. `unchecked`: give the existing file (of any type) unchanged. `guarded`: `exists`; where the file is `passing`, it may be answered before it is
 * stable, as nobody misses it after a crash: the `replace` that moves it to its place makes all of it stable.
 * `exclusive`: the 64-bit verifier is stored with the new file; the same verifier again gives that file, another one `exists` (RFC 1813 §3.3.8).
 */
export type CreateMode =
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'guarded'; readonly passing?: boolean }
  | { readonly kind: 'exclusive'; readonly verifier: bigint };

export interface Created {
  readonly attributes: Attributes;
  /** False: the name existed, `attributes` are what it has (mode `unchecked`, or `exclusive` repeated). */
  readonly created: boolean;
  readonly directory: DirectoryChange;
}

/** What a removal took away. */
export interface Removed {
  /** The removed file as it is now: `nlink` 0 means that no name is left. */
  readonly removed: Attributes;
  readonly directory: DirectoryChange;
}

/** `absent`: the name must not exist. With an id it must name that file, with a stamp that very content (`notSupported` without `traits.contentStamp`). */
export type TargetCondition = 'absent' | { readonly id: FileId; readonly stamp?: bigint };

export interface MutationOptions {
  readonly records?: readonly RecordChange[];
}

export interface SetattrOptions extends MutationOptions {
  /** Rejected with `conditionFailed` unless `change` (or, `changed`, NFSv3's guard) is this. */
  readonly ifChange?: bigint;
  readonly ifChanged?: Attributes['changed'];
}

export interface RemoveOptions extends MutationOptions {
  /** `conditionFailed` when the name means another file by now; no such name stays `notFound`. */
  readonly ifTarget?: { readonly id: FileId; readonly stamp?: bigint };
}

export interface RenameOptions extends MutationOptions {
  /** `exists` when the target name exists (and is not the source name itself). */
  readonly noReplace?: boolean;
  /** `conditionFailed` when the source name means another file by now; no such name stays `notFound`. */
  readonly ifSource?: FileId;
  /** `conditionFailed` when the target is something else. */
  readonly ifTarget?: TargetCondition;
}

export interface Renamed {
  readonly moved: Attributes;
  /** The file whose name was taken over. */
  readonly replaced?: Attributes;
  readonly from: DirectoryChange;
  /** Equal to `from` when both are one directory. */
  readonly to: DirectoryChange;
  /** Source and target were names of one file, or one name: nothing was changed (POSIX rename). */
  readonly unchanged: boolean;
}

export interface ReplaceOptions extends MutationOptions {
  readonly ifTarget?: TargetCondition;
  /** The epoch that the source's unstable writes were answered with. When they do not all become stable under that very one: `unavailable`, nothing is published. */
  readonly writtenIn?: WriteEpoch;
  readonly described?: Described;
}

/**
 * Where there is no content stamp: an xattr of the new file as it is to be when this is answered, by the attributes that the file has then. The change counter among them counts this
 * xattr too; when something else moves it as well, what was put there names a smaller one. `notSupported` with `traits.contentStamp`.
 */
export interface Described {
  readonly xattr: string;
  readonly value: (file: Attributes) => Uint8Array;
}

export interface PublishOptions extends Omit<ReplaceOptions, 'writtenIn'> {
  /**
   * A name that nobody else uses, in a directory of the caller's own: a backend that cannot do it in one step makes its temporary file
   * here, and removes it when it fails. Here is all that a crash may leave behind; the caller sweeps it. Others leave it alone.
   */
  readonly aside: { readonly directory: FileId; readonly name: Name };
  /**
   * Eight bytes of the value of one of the new file's xattrs, from `offset` on, that the new content's stamp (big-endian) is put in place of: who describes a
   * content by its stamp cannot know it before. `notSupported` without `traits.contentStamp`, `invalid` where there are no such bytes.
   */
  readonly stampIn?: { readonly xattr: string; readonly offset: number };
}

export interface Replaced {
  readonly attributes: Attributes;
  /** The target existed: what it was before. */
  readonly replaced?: Attributes;
  readonly directory: DirectoryChange;
}

/** Immutable, its name too: a volume may give the very same object again while nothing of it has changed, and who has made something of it may look that up by the object. */
export interface DirectoryEntry {
  readonly name: Name;
  readonly id: FileId;
  readonly type: FileType;
  readonly cookie: Cookie;
  /** There when asked for; as of the same moment as the name. */
  readonly attributes?: Attributes;
  /**
   * Values of the extended attributes that were asked for, of those that the file has; as of the same moment as the name. Absent where none were
   * asked for, and from a volume that does not have them at hand: then `getxattr` tells.
   */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export interface DirectoryPage {
  readonly entries: readonly DirectoryEntry[];
  /** Nothing follows the last entry. */
  readonly end: boolean;
}

export interface ListOptions {
  /** At most this many entries; 1 … 4096, else `invalid`. */
  readonly limit: number;
  readonly attributes: boolean;
  /** Names of extended attributes that the caller wants to know of each entry; what `getxattr` would reject may be rejected. */
  readonly xattrs?: readonly string[];
}

/**
 * One tree of files on a backend: the contract that every backend keeps and that the conformance suite tests, sentence by sentence.
 *
 * Atomicity: each method is one step to every observer; of two concurrent mutations one comes first. A rejected mutation changed nothing, but for `aborted`, `timedOut` and `io`, after which it may have been done: the caller looks.
 * Durability: metadata operations (all but unstable writes) are on stable storage when answered, directory entry included, where `traits.persistent`.
 * Errors: only `StorageError`. A file id that names nothing: `stale`. A directory id that names something else: `notDirectory`.
 * A name that is empty, `.`, `..`, or holds `/` or NUL: `badName`, as for a change to one of `traits.reservedNames`; too long: `nameTooLong`. After `close`, or failed: `unavailable`.
 * A value out of its stated range: `invalid`. Times are stored rounded down to `traits.timeGranularity`.
 * What is passed in (names, values) may be reused by the caller once the call has settled.
 * Entry changes move `modified`, `changed` and `change` of the directory; link, unlink and rename move `changed` and `change` of the file.
 */
export interface Volume {
  readonly traits: VolumeTraits;
  /** The top directory; created with the volume: mode 0755, owner 0:0. */
  readonly root: FileId;

  /** The current write epoch; never the same in two lives of the volume. */
  epoch(): WriteEpoch;
  /** Replays the present status, then each change. Completes at `close`. */
  status(): Observable<VolumeStatus>;
  statfs(call: Call): Promise<Capacity>;

  /** `undefined` when the directory has no such name. */
  lookup(call: Call, directory: FileId, name: Name): Promise<Attributes | undefined>;
  /** The same without waiting where the answer is at hand; `undefined` as a whole when not, so callers fall back to `lookup`. Throws what `lookup` rejects with. */
  lookupNow?(directory: FileId, name: Name): { readonly attributes: Attributes | undefined } | undefined;
  /** Includes unstable writes that were answered. */
  getattr(call: Call, id: FileId): Promise<Attributes>;
  /** The same without waiting where the answer is at hand. Throws what `getattr` rejects with. */
  getattrNow?(id: FileId): Attributes | undefined;
  /** The directory's own directory and name in it; `undefined` for the root. `stale` when removed. */
  parent(call: Call, directory: FileId): Promise<{ readonly id: FileId; readonly name: Name } | undefined>;

  /** Size is changed only on regular files (`isDirectory` / `wrongType` otherwise). All changes apply together. */
  setattr(
    call: Call,
    id: FileId,
    changes: AttributeChanges,
    options?: SetattrOptions,
  ): Promise<{ readonly before: Stamp; readonly after: Attributes }>;

  create(call: Call, directory: FileId, name: Name, mode: CreateMode, file: NewFile): Promise<Created>;
  /** `exists` when the name is taken. */
  mkdir(call: Call, directory: FileId, name: Name, file: NewFile): Promise<Created>;
  mknod(
    call: Call,
    directory: FileId,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewFile,
  ): Promise<Created>;
  /** The target is kept byte for byte; 1 (`invalid`) … `traits.maxSymlinkBytes` (`nameTooLong`). */
  symlink(call: Call, directory: FileId, name: Name, target: Uint8Array, file: NewFile): Promise<Created>;
  /** `wrongType` unless it is a symbolic link. */
  readlink(call: Call, id: FileId): Promise<Uint8Array>;
  /** Another name for a file that is no directory (`isDirectory`) and has at least one (`stale`). */
  link(call: Call, id: FileId, directory: FileId, name: Name, options?: MutationOptions): Promise<Created>;
  /** Removes a name that is no directory (`isDirectory`). `notFound` when there is none. */
  unlink(call: Call, directory: FileId, name: Name, options?: RemoveOptions): Promise<Removed>;
  /** Removes an empty directory; `notDirectory`, `notEmpty`. */
  rmdir(call: Call, directory: FileId, name: Name, options?: RemoveOptions): Promise<Removed>;
  /**
   * POSIX rename: takes over an existing target of the same kind (`isDirectory`, `notDirectory`, `notEmpty`). A directory
   * cannot move below itself (`invalid`). Observers see the old or the new name, never both, never neither.
   */
  rename(
    call: Call,
    fromDirectory: FileId,
    fromName: Name,
    toDirectory: FileId,
    toName: Name,
    options?: RenameOptions,
  ): Promise<Renamed>;
  /**
   * Publishes the content of regular file `source` (synced by this call), a name that nobody else uses, at a name: readers see all of the old
   * or all of the new. Without a target it is a rename. With `traits.replace` `'swap'` an existing target keeps id, links, owner, mode, DOS bits
   * and birth, and takes content, size, content stamp, `modified` and the `trusted.polynas.*` xattrs (those of the source, only those) of the source, which is gone.
   * Handles that are open on the target then see the new content. A target that is a directory: `isDirectory`; of another type than a
   * regular file: taken over as by rename. A source with further names, or that is the target: `invalid`; of another type: `isDirectory`, `wrongType`.
   */
  replace(
    call: Call,
    fromDirectory: FileId,
    fromName: Name,
    toDirectory: FileId,
    toName: Name,
    options?: ReplaceOptions,
  ): Promise<Replaced>;

  /**
   * `create` of a private file with the content of `chunks` one after another, and `replace` of the name by it, in one step: readers see all of the
   * old or all of the new, which is stable when answered; nothing else is left behind, not by a crash either (but see `aside`). Without a target, and
   * with `traits.replace` `'rename'`, the file is a new one as `file` says. With `'swap'` a regular file that is there keeps and takes what it does in `replace`,
   * the xattrs from `file`. Errors as of both, and `tooLarge` above `traits.maxPublishBytes`. `chunks` belong to the backend until the promise settles.
   * Without it core creates, writes, describes and replaces: four steps, each as durable as it must be.
   */
  publish?(
    call: Call,
    directory: FileId,
    name: Name,
    file: Omit<NewFile, 'records'>,
    chunks: readonly Uint8Array[],
    options: PublishOptions,
  ): Promise<Replaced>;

  /**
   * Entries after `cookie` in cookie order. A cookie stays good while the directory lives: entries that were there before and after are given
   * exactly once in a walk, whatever else is created, removed or renamed meanwhile, also when the cookie's own entry is gone.
   * An entry is a name: one that rename or replace takes over keeps its cookie.
   */
  readdir(call: Call, directory: FileId, cookie: Cookie, options: ListOptions): Promise<DirectoryPage>;
  /** Entries in byte order of names, after `from` (or at it, when `inclusive`); all from the start when `from` is empty. */
  listByName?(
    call: Call,
    directory: FileId,
    from: Name,
    inclusive: boolean,
    options: ListOptions,
  ): Promise<DirectoryPage>;

  /** Names are `user.…` or `trusted.…` (`badName`), at most 255 bytes of UTF-8 (`nameTooLong`). Any type of file has them. */
  getxattr(call: Call, id: FileId, name: string): Promise<Uint8Array | undefined>;
  listxattr(call: Call, id: FileId): Promise<readonly string[]>;
  /** `exists` / `notFound` by `how`; `noSpace` above `traits.maxXattrTotalBytes`, `tooLarge` above `maxXattrBytes`. */
  setxattr(
    call: Call,
    id: FileId,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
    options?: MutationOptions,
  ): Promise<Attributes>;
  /** `notFound` when it is not there. */
  removexattr(call: Call, id: FileId, name: string, options?: MutationOptions): Promise<Attributes>;

  /** Opens a regular file (`isDirectory`, `wrongType`). An id with no name left: `stale` unless another handle holds it, as for every call by id. */
  open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle>;

  readonly clone?: CloneGroup;
  readonly records?: RecordsGroup;
  readonly snapshots?: SnapshotsGroup;
  readonly quota?: QuotaGroup;
  readonly placement?: PlacementGroup;
  readonly leases?: LeasesGroup;
  readonly locks?: LocksGroup;
  readonly watch?: WatchGroup;

  /** Syncs, waits for what runs, and releases everything. Idempotent. */
  close(): Promise<void>;
}
