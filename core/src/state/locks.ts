import type { Caller, FileRef, LockConflict, LockKind, LockMode, LockRange, Open, Opener } from '../service/index.ts';
import type { Clock } from '../clock.ts';
import { StorageError } from '../spi/index.ts';
import { waitFor } from '../access/patience.ts';
import type { FileState } from './file-state.ts';
import type { HeldLock, LockAsk } from './lock-list.ts';
import { lockOf } from './lock-queue.ts';
import type { BackendLocks } from './backend-locks.ts';
import { bindsOperation } from './matrix.ts';
import { checkLockRange } from './ranges.ts';
import type { StateTable, VolumeState } from './table.ts';

export interface LockRequest {
  readonly kind: LockKind;
  readonly mode: LockMode;
  readonly range: LockRange;
  readonly opener: Opener;
  readonly open?: Open;
  readonly wait: boolean;
}

/** More locks on one file than any program holds; beyond it `tooMany`. Each is looked at for every further one, while nobody else is served. */
const maxLocksPerFile = 4096;

export async function takeLock(
  table: StateTable,
  clock: Clock,
  volume: VolumeState,
  caller: Caller,
  file: FileRef,
  request: LockRequest,
): Promise<LockConflict | undefined> {
  const ask = askOf(volume, file, request);
  const state = volume.fileFor(file);
  try {
    if (state.locks.size + state.waiters.length >= maxLocksPerFile) throw new StorageError('tooMany');
    let lock: HeldLock;
    const conflict = state.locks.firstConflict(ask);
    if (conflict === undefined) {
      const other = await takeInBackend(clock, volume, caller, state, ask, request.wait);
      if (other !== undefined) return other;
      lock = lockOf(ask, caller.door);
      state.locks.add(lock);
      volume.backendLocks?.dropped(state, ask);
      // An owner that turns its exclusive lock into a shared one lets others in.
      if (state.waiters.length > 0) table.queues.pump(state);
    } else if (!request.wait) {
      return describe(conflict);
    } else {
      lock = await waitForLock(table, clock, caller, state, ask);
      await keepInBackend(table, clock, volume, caller, state, lock);
    }
    await outlastGuards(table, clock, volume, caller, state, lock);
    return undefined;
  } finally {
    volume.tidy(state);
  }
}

export function dropLock(
  table: StateTable,
  volume: VolumeState,
  file: FileRef,
  request: Omit<LockRequest, 'mode' | 'wait'>,
): void {
  checkLockRange(request.range, request.kind === 'smb');
  const state = volume.file({ file: file.id });
  if (request.kind === 'smb') {
    const id = openIdOf(request.open);
    if (state === undefined || !state.locks.unlockSmb(id, request.range)) throw new StorageError('notFound');
  } else if (state === undefined || !state.locks.unlockPosix(request.opener, request.range)) {
    return;
  }
  table.queues.pump(state);
  volume.tidy(state);
}

export function describe(lock: HeldLock): LockConflict {
  return { holder: lock.opener, mode: lock.mode, range: lock.range };
}

function askOf(volume: VolumeState, file: FileRef, request: LockRequest): LockAsk {
  const { kind, mode, range, opener } = request;
  checkLockRange(range, kind === 'smb');
  if (kind === 'posix') return { kind, mode, range, opener };
  const open = openIdOf(request.open);
  if (!volume.file({ file: file.id })?.opens.has(open)) throw new StorageError('badHandle', 'the open is closed');
  return { kind, mode, range, opener, open };
}

function openIdOf(open: Open | undefined): bigint {
  if (open === undefined) throw new StorageError('invalid', 'SMB locks belong to an open');
  return open.id;
}

/** Milliseconds between two tries to get a lock that another client of the volume has: nobody tells when it goes. */
const firstPause = 50;
const longestPause = 1000;

/**
 * On a volume that others write, too: the lock is had there before it is had here.
 *
 * @returns who is in the way; `undefined`: nobody
 */
async function takeInBackend(
  clock: Clock,
  volume: VolumeState,
  caller: Caller,
  state: FileState,
  ask: LockAsk,
  wait: boolean,
): Promise<LockConflict | undefined> {
  const { backendLocks } = volume;
  if (backendLocks === undefined) return undefined;
  state.taking += 1;
  try {
    return await takenOrHeld(backendLocks, clock, caller, state, ask, wait);
  } finally {
    state.taking -= 1;
  }
}

async function takenOrHeld(
  backendLocks: BackendLocks,
  clock: Clock,
  caller: Caller,
  state: FileState,
  ask: LockAsk,
  wait: boolean,
): Promise<LockConflict | undefined> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const isTaken = await backendLocks.take(caller, state, ask);
    if (ask.open !== undefined && !state.opens.has(ask.open)) {
      if (isTaken) backendLocks.dropped(state, ask);
      throw new StorageError('aborted', 'the open was closed');
    }
    // Somebody here may have been faster meanwhile.
    const conflict = state.locks.firstConflict(ask);
    if (isTaken && conflict === undefined) return undefined;
    if (isTaken) backendLocks.dropped(state, ask);
    if (!wait) return conflict === undefined ? foreign({ mode: 'exclusive', range: ask.range }) : describe(conflict);
    await waitFor(clock, caller, new Promise<void>((resolve) => clock.after(pause, resolve)));
  }
}

/** A lock that became free here while it was waited for. */
async function keepInBackend(
  table: StateTable,
  clock: Clock,
  volume: VolumeState,
  caller: Caller,
  state: FileState,
  lock: HeldLock,
): Promise<void> {
  const { backendLocks } = volume;
  try {
    for (let pause = firstPause; backendLocks !== undefined; pause = Math.min(2 * pause, longestPause)) {
      const isTaken = await backendLocks.take(caller, state, lock);
      if (isTaken) return backendLocks.dropped(state, lock);
      await waitFor(clock, caller, new Promise<void>((resolve) => clock.after(pause, resolve)));
    }
  } catch (error) {
    giveBack(table, state, lock);
    throw error;
  }
}

/** By a client of the volume that is none of ours; where it refused us, all that is known is that it has the range, or some of it. */
export function foreign(lock: Pick<LockConflict, 'mode' | 'range'>): LockConflict {
  return { holder: { client: 'another client of the volume', owner: '' }, ...lock };
}

async function waitForLock(
  table: StateTable,
  clock: Clock,
  caller: Caller,
  state: FileState,
  ask: LockAsk,
): Promise<HeldLock> {
  if (table.queues.wouldDeadlock(state, ask)) throw new StorageError('deadlock');
  const { promise, resolve, reject } = Promise.withResolvers<HeldLock>();
  const waiter = { ask, door: caller.door, state, grant: resolve, refuse: reject };
  table.queues.add(waiter);
  try {
    return await waitFor(clock, caller, promise);
  } catch (error) {
    if (!table.queues.remove(waiter)) {
      // Granted (or refused) at the moment of giving up: what was granted goes back.
      await promise.then(
        (lock) => giveBack(table, state, lock),
        () => undefined,
      );
    }
    throw error;
  }
}

/** The lock stands already and keeps new operations out; it is answered when those that began before it have ended. */
async function outlastGuards(
  table: StateTable,
  clock: Clock,
  volume: VolumeState,
  caller: Caller,
  state: FileState,
  lock: HeldLock,
): Promise<void> {
  const drained = volume.guards.drained(
    (request) => request.file === state.file.id && request.stream === undefined && bindsOperation(lock, request),
  );
  if (drained === undefined) return;
  try {
    await waitFor(clock, caller, drained);
  } catch (error) {
    giveBack(table, state, lock);
    throw error;
  }
}

function giveBack(table: StateTable, state: FileState, lock: HeldLock): void {
  if (lock.kind === 'posix') state.locks.unlockPosix(lock.opener, lock.range);
  else state.locks.remove(lock);
  table.queues.pump(state);
}
