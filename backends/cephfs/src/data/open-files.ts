import type { Call, FileHandle, FileId, HandleAccess, WriteEpoch } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import type { HeldFh, OpenFiles, VolumeContext } from '../context.ts';
import { getattr } from '../tree/getattr.ts';
import { CephFileHandle } from './handle.ts';
import { OpenFile } from './open-file.ts';

/** Files with unsynced writes that are remembered when nobody has them open any more; libcephfs writes out what is older than 5 s by itself. */
const maxUnsynced = 65_536;

interface Unsynced {
  /** Of the first write that was not synced since. */
  readonly epoch: WriteEpoch;
  writes: number;
}

/** The files that somebody has open, and which files have writes that are not stable yet. */
export class OpenFileTable implements OpenFiles {
  readonly #context: VolumeContext;
  readonly #files = new Map<FileId, OpenFile>();
  readonly #unsynced = new Map<FileId, Unsynced>();

  constructor(context: VolumeContext) {
    this.#context = context;
  }

  async open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle> {
    const attributes = await getattr(this.#context, call, id);
    if (attributes.type === 'directory') throw new StorageError('isDirectory');
    if (attributes.type !== 'file') throw new StorageError('wrongType', `a ${attributes.type}`);
    // Between the answer and this turn its last name may have gone, and it with it.
    if (attributes.nlink === 0 && !this.isOpen(id)) throw new StorageError('stale');
    return new CephFileHandle(this.#context, this, this.#enter(id), access);
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
        this.left(file);
      };
      return { mount, fh, leave: leaveAll };
    } catch (error) {
      this.left(file);
      throw error;
    }
  }

  keep(call: Call, id: FileId): Promise<void> | undefined {
    const file = this.#files.get(id);
    if (file === undefined) return undefined;
    // It counts as a user, so that the last handle's close does not end the file under it.
    file.handles += 1;
    return file.use(call, 'read', async () => undefined).finally(() => this.left(file));
  }

  expectWhole(id: FileId): void {
    const unsynced = this.#unsynced.get(id);
    if (unsynced !== undefined && unsynced.epoch !== this.#context.mounts.epoch()) {
      throw new StorageError('io', 'the cluster evicted this client, and what it had not synced is lost');
    }
  }

  /** A handle of the file is closed. */
  left(file: OpenFile): void {
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

  /** Something was written in this epoch that is not stable. */
  wrote(id: FileId, epoch: WriteEpoch): void {
    const present = this.#unsynced.get(id);
    if (present !== undefined) {
      present.writes += 1;
      return;
    }
    this.#unsynced.set(id, { epoch, writes: 1 });
    if (this.#unsynced.size > maxUnsynced) this.#forgetOldest();
  }

  /** How many writes a sync that begins now covers: for `synced`. */
  unsynced(id: FileId): number {
    return this.#unsynced.get(id)?.writes ?? 0;
  }

  /** So many writes are stable; or, when the sync is answered under another epoch than theirs, whoever wrote them is told that they are not. */
  synced(id: FileId, writes: number): void {
    if (this.#unsynced.get(id)?.writes === writes) this.#unsynced.delete(id);
  }

  #enter(id: FileId): OpenFile {
    let file = this.#files.get(id);
    if (file === undefined) this.#files.set(id, (file = new OpenFile(this.#context, id)));
    file.handles += 1;
    return file;
  }

  #forgetOldest(): void {
    for (const id of this.#unsynced.keys()) {
      if (this.#files.has(id)) continue;
      this.#unsynced.delete(id);
      return;
    }
  }
}
