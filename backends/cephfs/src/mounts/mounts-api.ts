import type { Call, FileId, VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import type { Observable } from 'rxjs';
import type { InodePointer, Mount } from '../native/mount-api.ts';

/** An inode in use: the pointer stays good until `release` (a count of users; the cache may keep it longer). */
export interface HeldInode {
  readonly mount: Mount;
  readonly pointer: InodePointer;
  release(): void;
}

/**
 * The pool of mounts of a volume. A file id always maps to the same place of the pool; what stands there is replaced when the cluster
 * evicts that client (a new incarnation: the epoch changes, every pointer of the old one is void).
 */
export interface Mounts {
  readonly root: FileId;
  /** Of the file system, as its administrator set it; absent when this client may not know. */
  readonly maxFileSize?: number | undefined;
  /** Changes with each incarnation of any mount; never the same in two lives. */
  epoch(): WriteEpoch;
  status(): Observable<VolumeStatus>;
  /** The mount that this file is bound to. Throws `unavailable` while that place has none (before anything was issued). */
  of(id: FileId): Mount;
  /**
   * The same, but while the place has none (evicted: it is mounted again in the background) waits for it: as long as the call is wanted (`aborted`, `timedOut`)
   * and at most some seconds, then `tryLater`, for nothing was issued. After `close`: `unavailable`.
   */
  ready(call: Call, id: FileId): Promise<Mount>;
  /**
   * One client more, through which nobody looks at anything: for renames that make libcephfs forget names (`tree/take-over.ts`). No file is bound to it; it is mounted when it is first
   * asked for. Rejected with `unavailable`, `tryLater`.
   */
  overwriter(): Promise<Mount>;
  /** The inode, from a bounded cache of references or looked up, waiting for its mount as `ready` does. Rejected with `stale` when it names nothing. */
  hold(id: FileId): Promise<HeldInode>;
  /** The same when it is at hand, of a place that serves; `undefined` otherwise. */
  holdNow(id: FileId): HeldInode | undefined;
  /** Remembers a reference that a call of `mount` gave (and takes it over in any case), so that `hold` finds it without asking, where that file is bound to this mount. */
  learn(mount: Mount, id: FileId, pointer: InodePointer): void;
  /** The file has no name left: drops what the cache keeps of it as soon as nobody holds it. */
  forget(id: FileId): void;
  /**
   * Each call that was rejected passes here: gives what to reject with instead (`StorageError`), and notices that a mount was evicted
   * (ESHUTDOWN, ENOTCONN: its place is mounted again in the background).
   */
  failed(mount: Mount, error: unknown): Error;
  close(): Promise<void>;
}
