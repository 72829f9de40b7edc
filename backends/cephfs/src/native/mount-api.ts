import type { Call, Name } from '@polynas/core/spi';

/**
 * What the rest of this package sees of libcephfs: one mounted client. Thin: a method is one call of the low-level API (`ceph_ll_…`), made on
 * another thread and through the gate. Rejected with `CephError` (errno and call). Pointers belong to the mount that gave them.
 */

/** `Inode *`: one reference each time a method gives one; `put` drops it. The same inode of one mount is the same pointer. */
export type InodePointer = bigint & { readonly pointer?: 'Inode' };
/** `Fh *`, until `close`. */
export type FhPointer = bigint & { readonly pointer?: 'Fh' };
/** `struct ceph_dir_result *`, until `releasedir`. */
export type DirPointer = bigint & { readonly pointer?: 'dir' };

/** Seconds and nanoseconds as CephFS keeps them. */
export interface NativeTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** `struct ceph_statx`, decoded. */
export interface Statx {
  readonly ino: bigint;
  /** CEPH_NOSNAP (2^64−2) for what lives, else the snapshot's id. */
  readonly dev: bigint;
  /** Type and permission bits (`S_IFMT | 0o7777`). */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: bigint;
  readonly size: number;
  /** In units of 512 bytes; CephFS computes it from the size. */
  readonly blocks: number;
  readonly accessed: NativeTime;
  readonly modified: NativeTime;
  readonly changed: NativeTime;
  readonly born: NativeTime;
  /** Grows with each change of anything, xattrs included. */
  readonly version: bigint;
}

/** What `setattr` sets; size never together with `modified` (libcephfs loses the time when the size does not grow): that is two calls, the caller's business. */
export interface NativeChanges {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly accessed?: NativeTime;
  readonly modified?: NativeTime;
  readonly born?: NativeTime;
}

/** As whom something is created: it will belong to them. Access is not checked (`client_permissions = false`: core has decided). */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Found {
  readonly inode: InodePointer;
  readonly statx: Statx;
}

export interface NativeEntry {
  readonly name: Name;
  /** `d_off`: where the next entry starts, good for `seekdir` while the directory lives. */
  readonly next: bigint;
  readonly statx: Statx;
  /** Values of the xattrs that were asked for, of those that the entry has. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** One `struct dirent` of `ceph_getdents`: names, types and inode numbers only. */
export interface NativeName {
  readonly name: Name;
  readonly ino: bigint;
  /** DT_… */
  readonly type: number;
  readonly next: bigint;
}

export interface NativeLock {
  readonly kind: 'shared' | 'exclusive' | 'unlock';
  readonly start: bigint;
  /** 0: to the end. */
  readonly length: bigint;
}

/** A lock that somebody has. */
export interface InWay extends NativeLock {
  readonly kind: 'shared' | 'exclusive';
}

export interface NativeCapacity {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly availableBlocks: number;
  readonly files: number;
}

/**
 * One incarnation of one libcephfs client. After an eviction every method is rejected (ESHUTDOWN); a new incarnation is another object. Given by `mountCephfs`,
 * whose docstring shows a script.
 */
export interface Mount {
  /** False once the cluster has thrown this client out, or after `unmount`. */
  readonly alive: boolean;
  /** The same object for all views (`within`) of this incarnation, another one for each other: tells them apart. */
  readonly incarnation: object;
  /**
   * The same mount, whose calls wait for their place in the gate no longer than `call` is wanted (`aborted`, `timedOut`: nothing was issued). What has been issued
   * is never given up. For reads and for the first step of a mutation; later steps must not stop half-way.
   */
  within(call: Call): Mount;
  /**
   * Rejected with ESHUTDOWN, and `alive` is false, when the client's session broke off at any time before: for answers that may have come of that (EIO of a read or a
   * lock of an evicted client, seen with 16.2).
   */
  expectUnbroken(): Promise<void>;
  /** The inode that the configured root path names; one reference, held by the mount. */
  readonly root: InodePointer;

  // Inodes
  /** `ceph_ll_lookup`; `undefined` for ENOENT. */
  lookup(parent: InodePointer, name: Name): Promise<Found | undefined>;
  /** `ceph_ll_lookup_inode` (live) or `ceph_ll_lookup_vino` (a snapshot's); `undefined` when there is none (ESTALE, ENOENT). */
  lookupInode(ino: bigint, snapshot?: bigint): Promise<InodePointer | undefined>;
  getattr(inode: InodePointer): Promise<Statx>;
  /**
   * What this client knows of the inode, without asking anybody (AT_STATX_DONT_SYNC): right after an answered call of this client that changed it, where no
   * other client changes it. Synchronous (about 1 µs): takes libcephfs's lock, so never on a mount that may have delegations (their recall waits for the
   * event loop with the lock held).
   */
  getattrNow(inode: InodePointer): Statx;
  /** Attributes, and of each the xattrs named, of many inodes in one hop. An element is the error of that one. */
  getattrs(
    inodes: readonly InodePointer[],
    xattrs?: readonly string[],
  ): Promise<readonly ({ readonly statx: Statx; readonly xattrs?: ReadonlyMap<string, Uint8Array> } | Error)[]>;
  setattr(inode: InodePointer, changes: NativeChanges): Promise<Statx>;
  /** Drops one reference, soon and without waiting: it would take libcephfs's lock on the event loop. */
  put(inode: InodePointer): void;
  /**
   * `ceph_ll_sync_inode`: what was changed of it (of a directory: its entries as well) is on stable storage. This and `fsync` are rejected (ESHUTDOWN) as well
   * when the client's session broke off before: libcephfs drops what an evicted client had not synced, and calls the next sync a success.
   */
  syncInode(inode: InodePointer, dataOnly: boolean): Promise<void>;
  /** The same of all files that calls of this mount have changed, with all that the MDS does not know of them yet. */
  syncAll(): Promise<void>;

  // Tree
  /** `O_CREAT | O_EXCL | O_RDWR`; EEXIST when the name is taken. Gives the open file as well. */
  create(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found & { readonly fh: FhPointer }>;
  mkdir(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found>;
  mknod(parent: InodePointer, name: Name, mode: number, rdev: bigint, owner: Owner): Promise<Found>;
  symlink(parent: InodePointer, name: Name, target: Uint8Array, owner: Owner): Promise<Found>;
  readlink(inode: InodePointer): Promise<Uint8Array>;
  link(inode: InodePointer, parent: InodePointer, name: Name): Promise<void>;
  unlink(parent: InodePointer, name: Name): Promise<void>;
  rmdir(parent: InodePointer, name: Name): Promise<void>;
  rename(from: InodePointer, fromName: Name, to: InodePointer, toName: Name): Promise<void>;

  // Listing
  opendir(inode: InodePointer): Promise<DirPointer>;
  releasedir(directory: DirPointer): Promise<void>;
  /** Up to `limit` entries from `from` (0: the start) with attributes and the xattrs named, in one hop; fewer only at the end. `.` and `..` are left out. */
  readdirplus(
    directory: DirPointer,
    from: bigint,
    limit: number,
    xattrs?: readonly string[],
  ): Promise<readonly NativeEntry[]>;
  /** The same without attributes (`ceph_getdents`). */
  readdir(directory: DirPointer, from: bigint, limit: number): Promise<readonly NativeName[]>;

  // Data
  open(inode: InodePointer, access: 'read' | 'write'): Promise<FhPointer>;
  /** `ceph_ll_close`; rejected with ENOSPC when libcephfs has thrown away what was written through it, because the pool got full. It is closed all the same. */
  close(fh: FhPointer): Promise<void>;
  /** Its bytes are on stable storage, and it is closed: one call less than `fsync` and `close`, for `close` tells of a pool that was full in between. Closed also when rejected. */
  closeStable(fh: FhPointer): Promise<void>;
  /** Bytes read into `into` from its start; it belongs to the call until that has settled. */
  read(fh: FhPointer, offset: number, into: Uint8Array): Promise<number>;
  /** All of `chunks` (writev in bounded pieces), or rejected. */
  write(fh: FhPointer, offset: number, chunks: readonly Uint8Array[]): Promise<void>;
  /**
   * One write of a few bytes, and what this client knows of the inode right after it (as `getattrNow`, with what holds there). Those of one turn of the event loop go to another
   * thread together.
   */
  writeTold(inode: InodePointer, fh: FhPointer, offset: number, bytes: Uint8Array): Promise<Statx>;
  /** `ceph_ll_fsync`; rejected with ENOSPC as well while the file's pool is full, where libcephfs may have thrown away what was written. */
  fsync(fh: FhPointer, dataOnly: boolean): Promise<void>;
  /** mode: 0 extends, 1 FALLOC_FL_KEEP_SIZE, 3 PUNCH_HOLE | KEEP_SIZE. */
  fallocate(fh: FhPointer, mode: number, offset: number, length: number): Promise<void>;
  /** SEEK_DATA 3, SEEK_HOLE 4; `undefined` for ENXIO. */
  lseek(fh: FhPointer, offset: number, whence: 3 | 4): Promise<number | undefined>;
  /** POSIX byte-range lock without waiting: false when somebody else has it. `owner` tells owners of this client apart. */
  setlk(fh: FhPointer, owner: bigint, lock: NativeLock): Promise<boolean>;
  /** A lock of somebody else that is in the way of this one. */
  getlk(fh: FhPointer, owner: bigint, lock: NativeLock): Promise<InWay | undefined>;
  /** Undefined when not granted now (EAGAIN). `recalled` is called once on the event loop. */
  delegate(
    fh: FhPointer,
    kind: 'read' | 'write',
    recalled: () => void,
  ): Promise<{ release(): Promise<void> } | undefined>;

  // Extended attributes: any name space, also `ceph.…`
  /** `undefined` for ENODATA. */
  getxattr(inode: InodePointer, name: string): Promise<Uint8Array | undefined>;
  setxattr(inode: InodePointer, name: string, value: Uint8Array, how: 'either' | 'create' | 'replace'): Promise<void>;
  removexattr(inode: InodePointer, name: string): Promise<void>;
  listxattr(inode: InodePointer): Promise<readonly string[]>;

  statfs(): Promise<NativeCapacity>;
  /** Flushes and lets go; the pointers are void. A dead mount is released without the cluster's help. */
  unmount(): Promise<void>;
}
