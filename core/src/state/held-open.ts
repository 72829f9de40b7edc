import type { Caller, FileRef, Open, Opener } from '../service/index.ts';
import { access } from '../service/index.ts';
import { waitFor } from '../access/patience.ts';
import type { Clock } from '../clock.ts';
import type { MountedShare } from '../namespace/mounts.ts';
import type {
  AttributeChanges,
  Attributes,
  FileHandle,
  Name,
  ReadResult,
  Renamed,
  Stability,
  SyncResult,
  WriteResult,
} from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { FileState, OpenRecord, Place } from './file-state.ts';
import type { OpenKeeper } from './keeper.ts';
import { LossAwareHandle } from './loss-aware-handle.ts';
import type { DataRange, OpenContent } from './open-content.ts';
import { allocate, dataRanges, enterThrough, zero } from './open-content.ts';
import { copyRange } from './open-copy.ts';
import { condemn, goesNow, outlasted, pardon, release } from './opens.ts';
import type { VolumeState } from './table.ts';

export interface HeldOpenParts {
  readonly mount: MountedShare;
  readonly state: FileState;
  readonly record: OpenRecord;
}

const readRights = access.readData | access.execute;
const writeRights = access.writeData | access.appendData;

export class HeldOpen implements Open {
  readonly #keeper: OpenKeeper;
  readonly #parts: HeldOpenParts;
  readonly #closed: () => void;
  readonly lease = 'none';
  /** Absent for what has no content: directories and special files. */
  #handle: FileHandle | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;

  constructor(keeper: OpenKeeper, parts: HeldOpenParts, closed: () => void) {
    this.#keeper = keeper;
    this.#parts = parts;
    this.#closed = closed;
  }

  /** Outlasts what was going on, and opens the backend's handle. Whoever sees this fail closes the open. */
  async settle(caller: Caller, clock: Clock, hasContent: boolean): Promise<void> {
    const { mount, record } = this.#parts;
    const drained = outlasted(this.#keeper.table.volume(mount.volumeName), record);
    if (drained !== undefined) await waitFor(clock, caller, drained);
    if (!hasContent) return;
    const { volume } = mount;
    const handle = await volume.open(caller, record.file.id, record.access & writeRights ? 'write' : 'read');
    this.#handle = new LossAwareHandle(volume, handle);
  }

  get id(): bigint {
    return this.#parts.record.id;
  }

  get file(): FileRef {
    return this.#parts.record.file;
  }

  get access(): number {
    return this.#parts.record.access;
  }

  get deny(): number {
    return this.#parts.record.deny;
  }

  get opener(): Opener {
    return this.#parts.record.opener;
  }

  get place(): Place | undefined {
    return this.#parts.record.place;
  }

  get deletePending(): boolean {
    return this.#parts.state.deletePending;
  }

  async read(caller: Caller, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    const content = this.#content(readRights);
    const { handle } = content;
    const guard = await enterThrough(content, caller, 'read', offset, length);
    try {
      return handle.readNow(offset, length) ?? (await handle.read(caller, offset, length, into));
    } finally {
      guard?.exit();
    }
  }

  async write(
    caller: Caller,
    offset: number,
    chunks: readonly Uint8Array[],
    stability: Stability,
  ): Promise<WriteResult> {
    const content = this.#content(writeRights);
    const { mount, record, handle } = content;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    const guard = await enterThrough(content, caller, 'write', offset, length);
    try {
      await this.#keeper.beforeWrite(caller, mount, record);
      const result = await handle.write(caller, offset, chunks, stability);
      if (length > 0) this.#keeper.changed(caller, mount, record, 'written');
      return result;
    } finally {
      guard?.exit();
    }
  }

  async sync(caller: Caller): Promise<SyncResult> {
    return this.#content(~0).handle.sync(caller);
  }

  async getattr(caller: Caller): Promise<Attributes> {
    this.#live();
    return this.#keeper.getattr(caller, this.#parts.mount, this.file);
  }

  async setattr(caller: Caller, changes: AttributeChanges): Promise<Attributes> {
    this.#live();
    return this.#keeper.setattr(caller, this.#parts.mount, this.#parts.record, changes);
  }

  async rename(
    caller: Caller,
    toDirectory: FileRef,
    toName: Name,
    options: { readonly replace: boolean },
  ): Promise<Renamed> {
    const { mount, record } = this.#requireDelete();
    return this.#keeper.rename(caller, mount, record, toDirectory, toName, options.replace);
  }

  async renameStream(caller: Caller, name: string, options: { readonly replace: boolean }): Promise<void> {
    const { mount, record } = this.#requireDelete();
    if (record.file.base === undefined) throw new StorageError('invalid', 'the open is of no named stream');
    return this.#keeper.renameStream(caller, mount, record, name, options.replace);
  }

  async allocate(caller: Caller, offset: number, length: number): Promise<void> {
    return allocate(this.#content(access.writeData), caller, offset, length);
  }

  async zero(caller: Caller, offset: number, length: number): Promise<void> {
    return zero(this.#content(access.writeData), caller, offset, length);
  }

  async dataRanges(caller: Caller, offset: number, length: number, limit: number): Promise<readonly DataRange[]> {
    return dataRanges(this.#content(access.readData), caller, offset, length, limit);
  }

  async copyFrom(caller: Caller, source: Open, from: number, to: number, length: number): Promise<number> {
    if (!(source instanceof HeldOpen)) throw new StorageError('invalid', 'the source is no open of this head');
    return copyRange(source.#content(readRights), this.#content(access.writeData), caller, from, to, length);
  }

  async setDeletePending(caller: Caller, pending: boolean): Promise<void> {
    const { state, record, mount } = this.#requireDelete();
    if (!pending) {
      pardon(state, record);
      return;
    }
    if (record.place === undefined && record.file.base === undefined) {
      throw new StorageError('invalid', 'an open without a place cannot delete');
    }
    await this.#keeper.checkRemovable(caller, mount, record);
    this.#live();
    condemn(state, record);
  }

  close(options?: { readonly undone: boolean }): Promise<void> {
    this.#closing ??= this.#close(options?.undone === true);
    return this.#closing;
  }

  async #close(undone: boolean): Promise<void> {
    const { state, record, mount } = this.#parts;
    const handle = this.#handle;
    const volume = this.#keeper.table.volume(mount.volumeName);
    this.#closed();
    if (record.deleteOnClose && !undone && state.opens.has(record.id)) condemn(state, record);
    release(this.#keeper.table, volume, state, record.id);
    // A file goes with the last open of it and of its streams, whichever that is.
    const base = record.file.base === undefined ? undefined : volume.files.get(record.file.base);
    const removals = [state, base]
      .filter((each) => each !== undefined)
      .filter((each) => goesNow(volume, each))
      .map((each) => this.#remove(volume, each));
    try {
      await Promise.all(removals);
    } finally {
      await handle?.close();
    }
  }

  async #remove(volume: VolumeState, state: FileState): Promise<void> {
    const { mount } = this.#parts;
    const removal = this.#removeNames(mount, state.condemnedBy);
    // Whoever waits for the removal only wants to know when it is over; its failure is the closer's to report.
    state.removing = removal.catch(() => undefined);
    try {
      await removal;
    } finally {
      state.removing = undefined;
      state.deletePending = false;
      state.condemnedBy = [];
      volume.tidy(state);
    }
  }

  async #removeNames(mount: MountedShare, condemnedBy: readonly OpenRecord[]): Promise<void> {
    for (const record of condemnedBy) await this.#keeper.removeAtClose(mount, record);
  }

  #live(): void {
    if (this.#closing !== undefined) throw new StorageError('badHandle', 'the open is closed');
  }

  #requireDelete(): HeldOpenParts {
    this.#live();
    if ((this.access & access.delete) === 0) throw new StorageError('accessDenied', 'the open may not delete');
    return this.#parts;
  }

  /** The content, when the open has any of these rights. */
  #content(rights: number): OpenContent {
    this.#live();
    const handle = this.#handle;
    if (handle === undefined) throw new StorageError('isDirectory', 'no content to read or write');
    if ((this.access & rights) === 0) throw new StorageError('accessDenied', 'the open has no such access');
    const { mount, record } = this.#parts;
    return { keeper: this.#keeper, mount, record, handle };
  }
}
