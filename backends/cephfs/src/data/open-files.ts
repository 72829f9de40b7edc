import type { Attributes, Call, FileHandle, FileId, HandleAccess } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { HeldFh, OpenFiles, VolumeContext, WritesSoFar } from '../context.ts';
import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import type { FhPointer } from '../native/mount-api.ts';
import { getattr } from '../tree/getattr.ts';
import { CephFileHandle } from './handle.ts';
import { Backlog } from './backlog.ts';
import { IdleFiles } from './idle-files.ts';
import { OpenFile } from './open-file.ts';
import { RemovedFiles } from './removed-files.ts';
import { UncountedWrites } from './uncounted-writes.ts';
import { UnsyncedWrites } from './unsynced-writes.ts';

/** Where others use the volume as well, they would wait for what an open file was granted. */
const idleFiles = { head: 4096, shared: 0 } as const;

/** The files that somebody has open, and which files have writes that are not stable yet. */
export class OpenFileTable implements OpenFiles {
  readonly #context: VolumeContext;
  readonly #files = new Map<FileId, OpenFile>();
  readonly #idle: IdleFiles;
  readonly #removed: RemovedFiles | undefined;
  readonly #unsynced = new UnsyncedWrites();
  readonly #uncounted: UncountedWrites;
  readonly #backlog: Backlog;

  constructor(context: VolumeContext, mostBehind?: number) {
    this.#context = context;
    this.#idle = new IdleFiles(idleFiles[context.traits.writers]);
    const { steadyClock, later } = context;
    this.#removed =
      context.traits.writers === 'head'
        ? new RemovedFiles({ steadyClock, later, isBusy: () => context.life.busy })
        : undefined;
    this.#uncounted = new UncountedWrites((id) => clientOf(context.mounts, id));
    this.#backlog = new Backlog(context, { uncounted: this.#uncounted, unsynced: this.#unsynced }, mostBehind);
  }

  async open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle> {
    const attributes = await getattr(this.#context, call, id);
    if (attributes.type === 'directory') throw new StorageError('isDirectory');
    if (attributes.type !== 'file') throw new StorageError('wrongType', `a ${attributes.type}`);
    // Between the answer and this turn its last name may have gone, and it with it.
    if (attributes.nlink === 0 && !this.isOpen(id)) throw new StorageError('stale');
    const file = this.#enter(id);
    const [unsynced, uncounted, backlog] = [this.#unsynced, this.#uncounted, this.#backlog];
    const parts = { context: this.#context, unsynced, uncounted, backlog, file };
    return new CephFileHandle(parts, access, () => this.#left(file));
  }

  isOpen(id: FileId): boolean {
    return this.#files.has(id);
  }

  /** An open file of libcephfs that stays open until `leave`. */
  async hold(call: Call, id: FileId, access: HandleAccess): Promise<HeldFh> {
    const file = this.#enter(id);
    try {
      const { mount, fh, leave } = await file.hold(call, access);
      const leaveAll = (): void => {
        leave();
        this.#left(file);
      };
      return { mount, fh, leave: leaveAll };
    } catch (error) {
      this.#left(file);
      throw error;
    }
  }

  keep(call: Call, id: FileId): Promise<void> | undefined {
    const file = this.#files.get(id);
    if (file === undefined) return undefined;
    // It counts as a user, so that the last handle's close does not end the file under it.
    file.handles += 1;
    return file.use(call, 'read', async () => undefined).finally(() => this.#left(file));
  }

  /** A file that was opened when it was made stays so for a while. */
  adopt(inode: HeldInode, id: FileId, fh: FhPointer): void {
    const file = new OpenFile(this.#context, id);
    file.adopt(inode, fh);
    this.#idle.add(file);
  }

  letGo(id: FileId): void {
    this.#idle.take(id)?.close();
  }

  gone(file: Attributes): void {
    this.#gone(file, this.#idle.take(file.id));
  }

  uncounted(id: FileId): WritesSoFar | undefined {
    const uncounted = this.#uncounted.count(id);
    return uncounted === 0 ? undefined : { uncounted, unsynced: this.#unsynced.count(id) };
  }

  counted(id: FileId, { uncounted, unsynced }: WritesSoFar): void {
    this.#uncounted.counted(id, uncounted);
    // Those of a former epoch are lost: a sync of what came after them says nothing of them.
    if (this.#unsynced.epochOf(id) === this.#context.mounts.epoch()) this.#unsynced.synced(id, unsynced);
  }

  expectWhole(id: FileId): void {
    const writtenIn = this.#unsynced.epochOf(id);
    if (writtenIn !== undefined && writtenIn !== this.#context.mounts.epoch()) {
      throw new StorageError('io', 'the cluster evicted this client, and what it had not synced is lost');
    }
  }

  async expectKept(id: FileId): Promise<void> {
    if (this.#unsynced.epochOf(id) === undefined) return;
    const { mount, fh, leave } = await this.hold({}, id, 'read');
    try {
      await mount.fsync(fh, true);
    } catch (error) {
      throw this.#context.mounts.failed(mount, error);
    } finally {
      leave();
    }
  }

  /** A handle of the file is closed. */
  #left(file: OpenFile): void {
    file.handles -= 1;
    if (file.handles > 0) return;
    this.#files.delete(file.id);
    const known = this.#context.attributes.now(file.id);
    if (known !== undefined && known.attributes.nlink > 0) {
      if (file.isOpen) this.#idle.add(file);
      return;
    }
    // One without a name is gone from now on; where that is not known, whoever asks next finds out.
    this.#context.attributes.drop(file.id);
    if (known === undefined) file.close();
    else this.#gone(known.attributes, file);
  }

  /** Neither a name nor a handle keeps it. */
  #gone({ id, type, size }: Attributes, open: OpenFile | undefined): void {
    const { mounts, xattrs, contents, listings } = this.#context;
    // What is still there needs the room: an id never comes again.
    xattrs?.drop(id);
    contents?.drop(id);
    if (type === 'directory') listings?.drop(id);
    const held = type === 'file' && this.#removed !== undefined ? mounts.holdNow(id) : undefined;
    const letGo = (): void => {
      open?.close();
      held?.release();
      mounts.forget(id);
    };
    this.#uncounted.forget(id);
    this.#unsynced.forget(id);
    // Nobody finds it any more, but who asks the cluster.
    mounts.forget(id);
    if (held === undefined || this.#removed === undefined) letGo();
    else this.#removed.add({ bytes: size, letGo });
  }

  #enter(id: FileId): OpenFile {
    let file = this.#files.get(id);
    if (file === undefined) {
      file = this.#idle.take(id) ?? new OpenFile(this.#context, id);
      this.#files.set(id, file);
    }
    file.handles += 1;
    return file;
  }
}

/** The client that a file is bound to; `undefined` while it is being mounted again. */
function clientOf(mounts: Mounts, id: FileId): object | undefined {
  try {
    return mounts.of(id).incarnation;
  } catch {
    return undefined;
  }
}
