import type { Call, FileHandle, FileId, HandleAccess } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { HeldFh, OpenFiles, VolumeContext } from '../context.ts';
import { getattr } from '../tree/getattr.ts';
import { CephFileHandle } from './handle.ts';
import { OpenFile } from './open-file.ts';
import { UnsyncedWrites } from './unsynced-writes.ts';

/** The files that somebody has open, and which files have writes that are not stable yet. */
export class OpenFileTable implements OpenFiles {
  readonly #context: VolumeContext;
  readonly #files = new Map<FileId, OpenFile>();
  readonly #unsynced = new UnsyncedWrites((id) => this.isOpen(id));

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  async open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle> {
    const attributes = await getattr(this.#context, call, id);
    if (attributes.type === 'directory') throw new StorageError('isDirectory');
    if (attributes.type !== 'file') throw new StorageError('wrongType', `a ${attributes.type}`);
    // Between the answer and this turn its last name may have gone, and it with it.
    if (attributes.nlink === 0 && !this.isOpen(id)) throw new StorageError('stale');
    const file = this.#enter(id);
    const parts = { context: this.#context, unsynced: this.#unsynced, file };
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

  unsynced(id: FileId): number {
    return this.#unsynced.count(id);
  }

  flushed(id: FileId, writes: number): void {
    // Those of a former epoch are lost: a sync of what came after them says nothing of them.
    if (this.#unsynced.epochOf(id) === this.#context.mounts.epoch()) this.#unsynced.synced(id, writes);
  }

  expectWhole(id: FileId): void {
    const writtenIn = this.#unsynced.epochOf(id);
    if (writtenIn !== undefined && writtenIn !== this.#context.mounts.epoch()) {
      throw new StorageError('io', 'the cluster evicted this client, and what it had not synced is lost');
    }
  }

  /** A handle of the file is closed. */
  #left(file: OpenFile): void {
    file.handles -= 1;
    if (file.handles > 0) return;
    this.#files.delete(file.id);
    file.close();
    const known = this.#context.attributes.now(file.id);
    if (known !== undefined && known.attributes.nlink > 0) return;
    // One without a name is gone from now on; where that is not known, whoever asks next finds out.
    this.#context.attributes.drop(file.id);
    if (known !== undefined) this.#context.mounts.forget(file.id);
  }

  #enter(id: FileId): OpenFile {
    let file = this.#files.get(id);
    if (file === undefined) this.#files.set(id, (file = new OpenFile(this.#context, id)));
    file.handles += 1;
    return file;
  }
}
