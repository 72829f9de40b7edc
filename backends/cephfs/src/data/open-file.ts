import type { Call, FileId, WriteEpoch } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { FhPointer, Mount } from '../native/mount-api.ts';
import { isErrno, ofInode } from '../native/storage-error.ts';
import { RangeGate } from './ranges.ts';
import { SharedRun } from './shared-run.ts';

/** How often a call begins anew on a mount that came in place of an evicted one. */
const maxLives = 3;

/** What a sync brings to stable storage: the bytes, or what the MDS keeps of the file as well. */
export type Synced = 'bytes' | 'all';

/** libcephfs's open file, of one incarnation of the file's mount. */
interface Fh {
  readonly inode: HeldInode;
  readonly pointer: FhPointer;
  readonly access: 'read' | 'write';
  readonly syncs: Readonly<Record<Synced, SharedRun>>;
  users: number;
  retired: boolean;
}

/** What a step of a call works with. */
export interface Using {
  /** Waits for its place in the gate no longer than the call is wanted. */
  readonly mount: Mount;
  readonly inode: HeldInode;
  readonly fh: FhPointer;
  /** As of before the step: what it writes is lost when the epoch is another one before it is synced. */
  readonly epoch: WriteEpoch;
  /** What was written before is stable, as far as libcephfs knows: see `OpenFile.use`. */
  readonly sync: (what: Synced) => Promise<void>;
}

/**
 * A regular file that somebody has open. All its handles share one `Fh`, opened when there is something to read or write, and anew when the mount was
 * evicted; it is the only one but for moments, as delegations want it.
 */
export class OpenFile {
  readonly id: FileId;
  readonly gate = new RangeGate();
  /** Handles that are open. */
  handles = 0;
  /** Changes of its content under way, and ever begun. */
  changing = 0;
  changes = 0;
  readonly #context: VolumeContext;
  #fh: Fh | undefined = undefined;
  #opening: Promise<void> | undefined = undefined;

  constructor(context: VolumeContext, id: FileId) {
    this.#context = context;
    this.id = id;
  }

  /**
   * Runs `step` with an open `Fh`. When the mount turns out to be evicted, nothing is left of what `step` did there, and it is run anew on the next
   * incarnation: it has to be something that may be done twice, and, where it has to know that it was not done in vain, to end by asking
   * the mount for something that an evicted one refuses.
   */
  async use<T>(call: Call, access: 'read' | 'write', step: (using: Using) => Promise<T>): Promise<T> {
    const { mounts } = this.#context;
    const bounded = call.signal !== undefined || call.deadline !== undefined;
    for (let life = 1; ; life += 1) {
      const fh = await this.#take(call, access);
      const { inode, pointer } = fh;
      const { mount } = inode;
      try {
        return await step({
          mount: bounded ? mount.within(call) : mount,
          inode,
          fh: pointer,
          epoch: mounts.epoch(),
          sync: (what) => fh.syncs[what].run(),
        });
      } catch (error) {
        const failure = mounts.failed(mount, ofInode(error));
        if (await livesOn(mount, error)) throw failure;
        if (life === maxLives) throw evictedAgain(failure);
      } finally {
        this.#leave(fh);
      }
    }
  }

  /** Keeps an `Fh` open until `leave`, or for as long as its mount lives. */
  async hold(call: Call, access: 'read' | 'write'): Promise<{ mount: Mount; fh: FhPointer; leave: () => void }> {
    const fh = await this.#take(call, access);
    return { mount: fh.inode.mount, fh: fh.pointer, leave: () => this.#leave(fh) };
  }

  /** There is an `Fh`: the file is open in CephFS as well. */
  get isOpen(): boolean {
    return this.#fh !== undefined;
  }

  /** Takes over an open file of libcephfs, and the hold of its inode. Nobody has used this file yet. */
  adopt(inode: HeldInode, fh: FhPointer): void {
    this.#fh = opened(inode, fh, 'write');
  }

  /** Nobody has the file open any more. */
  close(): void {
    if (this.#fh !== undefined) this.#retire(this.#fh);
  }

  async #take(call: Call, access: 'read' | 'write'): Promise<Fh> {
    const { mounts } = this.#context;
    for (let lives = 0; lives < maxLives;) {
      const fh = this.#fh;
      if (fh !== undefined && !fh.inode.mount.alive) this.#retire(fh);
      else if (fh !== undefined && (access === 'read' || fh.access === 'write')) {
        fh.users += 1;
        return fh;
      }
      const mount = await mounts.ready(call, this.id);
      this.#opening ??= this.#open(access).finally(() => (this.#opening = undefined));
      try {
        await this.#opening;
      } catch (error) {
        // An evicted mount is followed by another one.
        if (mount.alive) throw error;
      }
      if (!mount.alive) lives += 1;
    }
    throw evictedAgain();
  }

  async #open(access: 'read' | 'write'): Promise<void> {
    const { mounts } = this.#context;
    const inode = await mounts.hold(this.id);
    const { mount } = inode;
    try {
      const pointer = await mount.open(inode.pointer, access);
      const former = this.#fh;
      this.#fh = opened(inode, pointer, access);
      if (former !== undefined) this.#retire(former);
      if (this.handles === 0) this.#retire(this.#fh);
    } catch (error) {
      inode.release();
      throw mounts.failed(mount, ofInode(error));
    }
  }

  #leave(fh: Fh): void {
    fh.users -= 1;
    if (fh.retired && fh.users === 0) this.#drop(fh);
  }

  #retire(fh: Fh): void {
    if (this.#fh === fh) this.#fh = undefined;
    if (fh.retired) return;
    fh.retired = true;
    if (fh.users === 0) this.#drop(fh);
  }

  #drop({ inode, pointer }: Fh): void {
    const { mounts } = this.#context;
    const { mount } = inode;
    mount
      .close(pointer)
      // The pointer is void whatever it answers; bytes that were not written out yet are met by the next sync.
      .catch((error: unknown) => void mounts.failed(mount, error))
      .finally(() => inode.release());
  }
}

function opened(inode: HeldInode, pointer: FhPointer, access: 'read' | 'write'): Fh {
  const { mount } = inode;
  const syncs = {
    bytes: new SharedRun(() => mount.fsync(pointer, true)),
    all: new SharedRun(() => mount.fsync(pointer, false)),
  };
  return { inode, pointer, access, syncs, users: 0, retired: false };
}

/** An evicted client may hear of it as EIO first. */
export async function livesOn(mount: Mount, error: unknown): Promise<boolean> {
  if (isErrno(error, 'EIO')) await mount.expectUnbroken().catch(() => undefined);
  return mount.alive;
}

function evictedAgain(cause?: unknown): StorageError {
  return new StorageError('tryLater', 'the cluster evicts this client again and again', { cause });
}
