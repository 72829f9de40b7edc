import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import type { Observable } from 'rxjs';
import type { InodePointer, Mount } from '../native/mount-api.ts';
import { isErrno, storageErrorOf } from '../native/storage-error.ts';
import type { InodeCache } from './inode-cache.ts';
import type { HeldInode, Mounts } from './mounts-api.ts';
import { inodeOf, placeOf, snapshotOf } from './place-of.ts';
import type { Place } from './place.ts';

export interface MountPoolParts {
  readonly places: readonly [Place, ...Place[]];
  /** Not open yet. */
  readonly overwriter: Place;
  readonly root: FileId;
  readonly maxFileSize?: number | undefined;
  readonly epoch: () => WriteEpoch;
  readonly status: () => Observable<VolumeStatus>;
  /** Ends the places and what else belongs to the volume. */
  readonly close: () => Promise<void>;
}

export class MountPool implements Mounts {
  readonly root: FileId;
  readonly maxFileSize: number | undefined;
  readonly #parts: MountPoolParts;
  readonly #lookups = new Map<FileId, Promise<void>>();
  #overwriter: Promise<Mount> | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: MountPoolParts) {
    this.root = parts.root;
    this.maxFileSize = parts.maxFileSize;
    this.#parts = parts;
  }

  epoch(): WriteEpoch {
    return this.#parts.epoch();
  }

  status(): Observable<VolumeStatus> {
    return this.#parts.status();
  }

  of(id: FileId): Mount {
    return this.#place(id).inodes.mount;
  }

  ready(call: Call, id: FileId): Promise<Mount> {
    return this.#place(id).ready(call);
  }

  async overwriter(): Promise<Mount> {
    const { overwriter } = this.#parts;
    this.#overwriter ??= overwriter.open();
    try {
      await this.#overwriter;
    } catch (error) {
      this.#overwriter = undefined;
      throw storageErrorOf(error);
    }
    return await overwriter.ready({});
  }

  async hold(id: FileId): Promise<HeldInode> {
    for (;;) {
      const place = this.#place(id);
      if (!place.serving) await place.ready({});
      const { inodes } = place;
      const held = inodes.hold(id);
      if (held !== undefined) return held;
      await this.#lookup(id, inodes);
    }
  }

  holdNow(id: FileId): HeldInode | undefined {
    const place = this.#place(id);
    return place.serving ? place.inodes.hold(id) : undefined;
  }

  learn(mount: Mount, id: FileId, pointer: InodePointer): void {
    const inodes = this.#place(id).inodesOf(mount);
    // Of another place's mount (who created it there), or of a former incarnation, whose references ended with it.
    if (inodes === undefined) mount.put(pointer);
    else inodes.learn(id, pointer);
  }

  forget(id: FileId): void {
    const place = this.#place(id);
    if (place.serving) place.inodes.forget(id);
  }

  failed(_mount: Mount, error: unknown): Error {
    return isErrno(error, 'ESHUTDOWN', 'ENOTCONN')
      ? new StorageError('unavailable', 'the cluster has thrown this client out', { cause: error })
      : storageErrorOf(error);
  }

  close(): Promise<void> {
    this.#closed ??= this.#parts.close();
    return this.#closed;
  }

  /** Who asks for one inode at the same time asks the cluster once. */
  async #lookup(id: FileId, inodes: InodeCache): Promise<void> {
    const running = this.#lookups.get(id) ?? this.#lookUp(id, inodes);
    this.#lookups.set(id, running);
    try {
      await running;
    } finally {
      this.#lookups.delete(id);
    }
  }

  async #lookUp(id: FileId, inodes: InodeCache): Promise<void> {
    const { mount } = inodes;
    let pointer: InodePointer | undefined;
    try {
      pointer = await mount.lookupInode(inodeOf(id), snapshotOf(id));
    } catch (error) {
      throw this.failed(mount, error);
    }
    if (pointer === undefined) throw new StorageError('stale', `no inode ${id}`);
    inodes.learn(id, pointer);
  }

  #place(id: FileId): Place {
    const { places } = this.#parts;
    return places[placeOf(id, places.length)] ?? places[0];
  }
}
