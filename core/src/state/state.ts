import type {
  AccessMask,
  Caller,
  FileRef,
  Holder,
  LockConflict,
  Open,
  OpenRequest,
  StateService,
} from '../service/index.ts';
import type { Clock } from '../clock.ts';
import type { Mounts } from '../namespace/mounts.ts';
import { StorageError } from '../spi/index.ts';
import type { Place } from './file-state.ts';
import type { OpenKeeper } from './keeper.ts';
import { HeldOpen } from './held-open.ts';
import type { LockRequest } from './locks.ts';
import { OpenCounts } from './open-counts.ts';
import { describe, dropLock, foreign, takeLock } from './locks.ts';
import { holderOf, lockHolder } from './matrix.ts';
import { admit, recordOf } from './opens.ts';
import { checkLockRange } from './ranges.ts';
import type { StateTable, VolumeState } from './table.ts';

export interface StateParts extends OpenKeeper {
  readonly mounts: Mounts;
  readonly table: StateTable;
  readonly clock: Clock;
  /** Opens over all volumes and users, of which one user has a quarter at most (`OpenCounts`); beyond it `tooMany`. */
  readonly maxOpens: number;
}

/** Opens and locks of every protocol over the one state table. */
export class State implements StateService {
  readonly #parts: StateParts;
  readonly #opens = new Map<bigint, HeldOpen>();
  readonly #counts: OpenCounts;
  #nextOpen = 1n;

  constructor(parts: StateParts) {
    this.#parts = parts;
    this.#counts = new OpenCounts(parts.maxOpens);
  }

  async rights(caller: Caller, file: FileRef, place?: Place): Promise<AccessMask> {
    return this.#parts.rights(caller, this.#parts.mounts.get(file.share), file, place);
  }

  async open(caller: Caller, file: FileRef, request: OpenRequest): Promise<Open> {
    const leave = this.#counts.take(caller);
    try {
      return await this.#open(caller, file, request, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #open(caller: Caller, file: FileRef, request: OpenRequest, leave: () => void): Promise<Open> {
    const { mounts, table, clock } = this.#parts;
    const mount = mounts.get(file.share);
    const judged = await this.#parts.judged(caller, mount, file);
    const { place } = request;
    const meant = place === undefined ? request : { ...request, place: await this.#parts.meant(caller, mount, place) };
    await this.#parts.checkOpen(caller, mount, file, judged, meant);
    const record = recordOf(this.#nextOpen++, caller, file, judged.type === 'directory', meant);
    const state = admit(table.volume(mount.volumeName), record);
    const open = new HeldOpen(this.#parts, { mount, state, record }, () => {
      this.#opens.delete(record.id);
      leave();
    });
    this.#opens.set(record.id, open);
    try {
      await open.settle(caller, clock, file.base !== undefined || judged.type === 'file');
      return open;
    } catch (error) {
      // Nobody was given it: a file that would have gone with it stays.
      await open.close({ undone: true });
      throw error;
    }
  }

  async lock(caller: Caller, file: FileRef, request: LockRequest): Promise<LockConflict | undefined> {
    const { mounts, table, clock } = this.#parts;
    const { volume, volumeName } = mounts.get(file.share);
    // A file that is gone gets no entry: nobody would ever take it away again.
    if (volume.getattrNow?.(file.id) === undefined) await volume.getattr(caller, file.id);
    return takeLock(table, clock, table.volume(volumeName), caller, file, request);
  }

  unlock(file: FileRef, request: Omit<LockRequest, 'mode' | 'wait'>): void {
    dropLock(this.#parts.table, this.#volume(file), file, request);
  }

  async testLock(
    caller: Caller,
    file: FileRef,
    request: Pick<LockRequest, 'mode' | 'range' | 'opener'>,
  ): Promise<LockConflict | undefined> {
    const { mode, range } = request;
    checkLockRange(range, false);
    const volume = this.#volume(file);
    const conflict = volume.file({ file: file.id })?.locks.firstConflict({ kind: 'posix', ...request });
    if (conflict !== undefined) return describe(conflict);
    const held = await volume.backendLocks?.test(caller, file.id, range, mode);
    return held && foreign({ mode: held.kind, range: { start: held.start, end: held.end } });
  }

  async releaseClient(client: string): Promise<void> {
    const { table } = this.#parts;
    for (const [, volume] of table.volumes()) {
      for (const state of [...volume.files.values()]) {
        for (const waiter of [...state.waiters]) {
          if (waiter.ask.opener.client === client && table.queues.remove(waiter)) {
            waiter.refuse(new StorageError('aborted', 'the client is gone'));
          }
        }
        if (state.locks.dropClient(client)) table.queues.pump(state);
        volume.tidy(state);
      }
    }
    const opens = [...this.#opens.values()].filter((open) => open.opener.client === client);
    const failures: unknown[] = [];
    for (const open of opens) await open.close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  holders(file?: FileRef): readonly (Holder & { readonly file: FileRef })[] {
    const found: (Holder & { readonly file: FileRef })[] = [];
    for (const [, volume] of this.#parts.table.volumes()) {
      for (const state of volume.files.values()) {
        if (file !== undefined && (state.file.id !== file.id || state.file.share !== file.share)) continue;
        for (const open of state.opens.values()) {
          found.push({ ...holderOf(open, state.deletePending ? 'deletePending' : 'open'), file: state.file });
        }
        for (const lock of state.locks.all()) found.push({ ...lockHolder(lock), file: state.file });
      }
    }
    return found;
  }

  /** Ends every open, at the end of the process. */
  async close(): Promise<void> {
    for (const open of [...this.#opens.values()]) await open.close();
  }

  #volume(file: FileRef): VolumeState {
    return this.#parts.table.volume(this.#parts.mounts.get(file.share).volumeName);
  }
}
