import type { Caller, FileRef, Guard, GuardConflict } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { FileId } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { Clock } from '../clock.ts';
import { waitFor } from '../access/patience.ts';
import type { BackendLocks } from './backend-locks.ts';
import type { FileState, OpenRecord } from './file-state.ts';
import { isIdle, newFileState } from './file-state.ts';
import { GuardList } from './guard-list.ts';
import type { GuardRequest, GuardTable } from './guards.ts';
import { isConflict } from './guards.ts';
import { LockQueues } from './lock-queue.ts';
import { obstacle, streamObstacle } from './matrix.ts';

const maxHeldFiles = 262_144;

/** A moment in which nobody changes a file's bytes; it ends with the last of those who want it. */
interface Hold {
  holders: number;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** State of one volume: what stands on it now, and what is held on its files. */
export class VolumeState {
  readonly guards = new GuardList();
  readonly files = new Map<bigint | string, FileState>();
  /** There where others write the volume, too. */
  backendLocks: BackendLocks | undefined = undefined;
  /** Files whose bytes nobody changes for a moment. */
  readonly holds = new Map<FileId, Hold>();
  /** Held streams by the file that they belong to. */
  readonly #streams = new Map<FileId, Set<FileState>>();

  file(target: { readonly file: bigint; readonly stream?: string }): FileState | undefined {
    return this.files.get(keyOf(target));
  }

  /** The file's entry, made when it has none; `tooMany` when more files are held than a head is meant to serve. */
  fileFor(file: FileRef): FileState {
    let state = this.files.get(file.id);
    if (state === undefined) {
      if (this.files.size >= maxHeldFiles)
        throw new StorageError('tooMany', `${maxHeldFiles} files with opens or locks`);
      this.files.set(file.id, (state = newFileState(file.id, file)));
      if (file.base !== undefined) this.#enterStream(file.base, state);
    }
    return state;
  }

  /** Lets a file go with its last holder, and the backend know of locks that went. */
  tidy(state: FileState): void {
    this.backendLocks?.changed(state);
    if (!isIdle(state) || !this.files.delete(state.key)) return;
    const { base } = state.file;
    const streams = base === undefined ? undefined : this.#streams.get(base);
    if (base === undefined || streams === undefined) return;
    streams.delete(state);
    if (streams.size === 0) this.#streams.delete(base);
  }

  /** Opens of a file's streams that do not let the file go. */
  streamsDenyingDelete(file: FileId): OpenRecord[] {
    const denying: OpenRecord[] = [];
    for (const { opens } of this.#streams.get(file) ?? []) {
      for (const open of opens.values()) if (open.deny & access.delete) denying.push(open);
    }
    return denying;
  }

  hasOpenStreams(file: FileId): boolean {
    for (const { opens } of this.#streams.get(file) ?? []) if (opens.size > 0) return true;
    return false;
  }

  #enterStream(base: FileId, state: FileState): void {
    const streams = this.#streams.get(base);
    if (streams === undefined) this.#streams.set(base, new Set([state]));
    else streams.add(state);
  }
}

function keyOf(target: { readonly file: bigint; readonly stream?: string }): bigint | string {
  return target.stream === undefined ? target.file : `${target.file}:${target.stream}`;
}

/** The one state table of every protocol: guards here; opens and locks by `StateService` on top of the same entries. */
export class StateTable implements GuardTable {
  readonly queues = new LockQueues();
  readonly #clock: Clock;
  readonly #volumes = new Map<string, VolumeState>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  volume(name: string): VolumeState {
    let volume = this.#volumes.get(name);
    if (volume === undefined) this.#volumes.set(name, (volume = new VolumeState()));
    return volume;
  }

  volumes(): IterableIterator<[string, VolumeState]> {
    return this.#volumes.entries();
  }

  enter(request: GuardRequest): Guard | GuardConflict {
    const volume = this.volume(request.volume);
    if (volume.files.size > 0) {
      const state = volume.file(request);
      const conflict = (state && obstacle(state, request)) ?? streamObstacle(volume, request);
      if (conflict !== undefined) return conflict;
    }
    const held = volume.holds.size > 0 && changesBytes(request) ? volume.holds.get(request.file) : undefined;
    if (held !== undefined) return { reason: 'busy', holders: [], settled: held.ended };
    return volume.guards.add(request);
  }

  async enterFor(caller: Caller, request: GuardRequest): Promise<Guard> {
    const asked = request.door === undefined ? { ...request, door: caller.door } : request;
    for (;;) {
      const result = this.enter(asked);
      if (!isConflict(result)) return result;
      await this.#settle(caller, result);
    }
  }

  async enterAllFor(caller: Caller, requests: readonly GuardRequest[]): Promise<Guard> {
    for (;;) {
      const held: Guard[] = [];
      const exit = (): void => {
        for (const guard of held) guard.exit();
      };
      let conflict: GuardConflict | undefined;
      for (const request of requests) {
        const result = this.enter(request.door === undefined ? { ...request, door: caller.door } : request);
        if (isConflict(result)) {
          conflict = result;
          break;
        }
        held.push(result);
      }
      if (conflict === undefined) return { exit };
      exit();
      await this.#settle(caller, conflict);
    }
  }

  /**
   * Keeps those who would change a file's bytes in place waiting, for a step that takes but a moment and that they must not come into. Who changes them already goes
   * on (`writesSettled`).
   */
  holdWrites(volume: string, file: FileId): Guard {
    const { holds } = this.volume(volume);
    let hold = holds.get(file);
    if (hold === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      holds.set(file, (hold = { holders: 0, ended: promise, end: resolve }));
    }
    const held = hold;
    held.holders += 1;
    let exited = false;
    return {
      exit: () => {
        if (exited) return;
        exited = true;
        held.holders -= 1;
        if (held.holders > 0) return;
        holds.delete(file);
        held.end();
      },
    };
  }

  /** Resolves when the operations that change a file's bytes in place now have ended; `undefined` when there are none. */
  writesSettled(volume: string, file: bigint): Promise<void> | undefined {
    return this.volume(volume).guards.drained(
      (request) => request.file === file && request.stream === undefined && changesBytes(request),
    );
  }

  /** Waits where waiting helps and the caller does; else rejects. */
  async #settle(caller: Caller, conflict: GuardConflict): Promise<void> {
    if (conflict.settled === undefined) throw conflictError(conflict);
    // What is busy is so for a moment, and no client has a hand in it: shorter than any client would stay away.
    if (caller.patience === 'tryLater' && conflict.reason !== 'busy') throw new StorageError('tryLater');
    await waitFor(this.#clock, caller, conflict.settled);
  }
}

function changesBytes({ access: use }: Pick<GuardRequest, 'access'>): boolean {
  return use === 'write' || use === 'truncate';
}

export function conflictError(conflict: GuardConflict): StorageError {
  const { reason } = conflict;
  const code = reason === 'breaking' || reason === 'busy' ? 'tryLater' : reason;
  const holders = conflict.holders.map((holder) => `${holder.door} ${holder.client}`).join(', ');
  return new StorageError(code, holders === '' ? code : `${code}: held by ${holders}`);
}
