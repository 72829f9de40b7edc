import type { Caller, Guard, GuardAccess, Open, Opener, OpenRequest, Share } from '../service/index.ts';
import { access } from '../service/index.ts';
import { waitFor } from '../access/patience.ts';
import type { Clock } from '../clock.ts';
import type { MountedShare } from '../namespace/mounts.ts';
import type { Attributes, FileHandle, ReadResult, Stability, SyncResult, Volume, WriteResult } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { FileState, OpenRecord } from './file-state.ts';
import { outlasted, release } from './opens.ts';
import { spanOf } from './ranges.ts';
import type { StateTable } from './table.ts';

/** What the namespace does for opens: it knows permissions, names and events. */
export interface OpenKeeper {
  readonly table: StateTable;
  /** Rejects with `accessDenied` or `readOnly` when the caller may not have the access it asks for. */
  checkOpen(caller: Caller, volume: Volume, share: Share, file: Attributes, request: OpenRequest): Promise<void>;
  /** Clears suid and sgid before a write of somebody who may not keep them. */
  beforeWrite(caller: Caller, volume: Volume, file: bigint): Promise<void>;
  /** Tells of a change of content. */
  written(caller: Caller, mount: MountedShare, file: bigint): void;
  /** Removes the name of a delete-pending file, unless it means another file by now. */
  removeAtClose(mount: MountedShare, record: OpenRecord): Promise<void>;
}

export interface HeldOpenParts {
  readonly mount: MountedShare;
  readonly state: FileState;
  readonly record: OpenRecord;
}

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
  async settle(caller: Caller, clock: Clock, file: Attributes): Promise<void> {
    const { mount, record } = this.#parts;
    const drained = outlasted(this.#keeper.table.volume(mount.volumeName), record);
    if (drained !== undefined) await waitFor(clock, caller, drained);
    if (file.type !== 'file') return;
    this.#handle = await mount.volume.open(caller, file.id, record.access & writeRights ? 'write' : 'read');
  }

  get id(): bigint {
    return this.#parts.record.id;
  }

  get file(): Open['file'] {
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

  async read(caller: Caller, offset: number, length: number): Promise<ReadResult> {
    const handle = this.#handleFor(access.readData | access.execute);
    const guard = await this.#enter(caller, 'read', offset, length);
    try {
      return handle.readNow(offset, length) ?? (await handle.read(caller, offset, length));
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
    const handle = this.#handleFor(writeRights);
    const { mount } = this.#parts;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    const guard = await this.#enter(caller, 'write', offset, length);
    try {
      await this.#keeper.beforeWrite(caller, mount.volume, this.file.id);
      const result = await handle.write(caller, offset, chunks, stability);
      if (length > 0) this.#keeper.written(caller, mount, this.file.id);
      return result;
    } finally {
      guard?.exit();
    }
  }

  async sync(caller: Caller): Promise<SyncResult> {
    return this.#handleFor(~0).sync(caller);
  }

  async getattr(caller: Caller): Promise<Attributes> {
    this.#live();
    return this.#parts.mount.volume.getattr(caller, this.file.id);
  }

  async setDeletePending(caller: Caller, pending: boolean): Promise<void> {
    const { state, record, mount } = this.#parts;
    this.#live();
    if (!pending) {
      state.deletePending = false;
      return;
    }
    if ((record.access & access.delete) === 0) throw new StorageError('accessDenied');
    if (record.place === undefined) throw new StorageError('invalid', 'an open without a place cannot delete');
    if (mount.share.readOnly || caller.readOnly) throw new StorageError('readOnly');
    state.deletePending = true;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { state, record, mount } = this.#parts;
    const handle = this.#handle;
    const volume = this.#keeper.table.volume(mount.volumeName);
    this.#closed();
    release(this.#keeper.table, volume, state, record.id);
    const last = state.deletePending && state.opens.size === 0 && state.removing === undefined;
    if (!last) {
      await handle?.close();
      return;
    }
    const removal = this.#remove();
    // Whoever waits for the removal only wants to know when it is over; its failure is the closer's to report.
    state.removing = removal.catch(() => undefined);
    try {
      await removal;
    } finally {
      state.removing = undefined;
      state.deletePending = false;
      volume.tidy(state);
    }
  }

  async #remove(): Promise<void> {
    const { mount, record } = this.#parts;
    try {
      await this.#keeper.removeAtClose(mount, record);
    } finally {
      await this.#handle?.close();
    }
  }

  async #enter(caller: Caller, use: GuardAccess, offset: number, length: number): Promise<Guard | undefined> {
    const range = spanOf(offset, length);
    if (range === undefined) return undefined;
    const { mount, record } = this.#parts;
    return this.#keeper.table.enterFor(caller, {
      volume: mount.volumeName,
      file: record.file.id,
      access: use,
      door: caller.door,
      range,
      opener: record.opener,
      open: record.id,
    });
  }

  #live(): void {
    if (this.#closing !== undefined) throw new StorageError('badHandle', 'the open is closed');
  }

  /** The handle, when the open has any of these rights. */
  #handleFor(rights: number): FileHandle {
    this.#live();
    const handle = this.#handle;
    if (handle === undefined) throw new StorageError('isDirectory', 'no content to read or write');
    if ((this.access & rights) === 0) throw new StorageError('accessDenied', 'the open has no such access');
    return handle;
  }
}
