import { isStorageError, type LockConflict, type LockRange } from '@polynas/core/service';
import { Access } from '../messages/create.ts';
import type { EmptyBody } from '../messages/empty-body.ts';
import { type LockElement, LockFlag, type LockRequest } from '../messages/lock.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow, OpenContext } from '../server/command-row.ts';
import type { FileOpen } from '../server/file-open.ts';
import { StatusError } from '../status.ts';
import { fileOf, needAccess } from './file-of.ts';

const NOTHING: EmptyBody = {};
const TWO_64 = 2n ** 64n;
/** Locks of one request that take a while. */
const MANY = 16;
const READ_OR_WRITE = Access.FILE_READ_DATA | Access.FILE_WRITE_DATA;

/**
 * LOCK (MS-SMB2 3.3.5.14). The LockSequence tells repeated requests of resilient, durable and persistent opens; there are none, so it says nothing.
 */
export const lock: CommandRow<LockRequest, EmptyBody> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  async handle(context, { locks }) {
    const file = fileOf(context.open);
    if (file.type !== 'file') throw new StatusError(NtStatus.INVALID_PARAMETER);
    // A compound may hold many such requests: others are served between them.
    if (locks.length > MANY) await new Promise((resolve) => setImmediate(resolve));
    if ((locks[0]!.flags & LockFlag.UNLOCK) !== 0) unlockAll(context, file, locks);
    else await lockAll(context, file, locks);
    return NOTHING;
  },
};

/** MS-SMB2 3.3.5.14.1: one after the other; what was unlocked before one that fails stays so. */
function unlockAll(context: OpenContext, file: FileOpen, locks: readonly LockElement[]): void {
  for (const element of locks) {
    if (element.flags !== LockFlag.UNLOCK) throw invalid();
    unlock(context, file, rangeOf(element));
  }
}

function unlock({ parts }: OpenContext, { open }: FileOpen, range: LockRange): void {
  try {
    parts.services.state.unlock(open.file, { kind: 'smb', range, opener: open.opener, open });
  } catch (error) {
    if (isStorageError(error, 'notFound')) throw new StatusError(NtStatus.RANGE_NOT_LOCKED);
    throw error;
  }
}

/** MS-SMB2 3.3.5.14.2: all or none; only a single lock may wait. */
async function lockAll(context: OpenContext, file: FileOpen, locks: readonly LockElement[]): Promise<void> {
  needAccess(file, READ_OR_WRITE);
  const waits = (element: LockElement): boolean => (element.flags & LockFlag.FAIL_IMMEDIATELY) === 0;
  if (locks.length > 1 && locks.some((element) => (element.flags & LockFlag.UNLOCK) === 0 && waits(element))) {
    throw invalid();
  }
  const taken: LockRange[] = [];
  try {
    for (const element of locks) {
      const mode = modeOf(element);
      const range = rangeOf(element);
      await take(context, file, { mode, range, wait: waits(element) });
      taken.push(range);
    }
  } catch (error) {
    // With the open its locks have gone.
    if (!file.isClosing) for (const range of taken.toReversed()) unlock(context, file, range);
    throw error;
  }
}

interface Wanted {
  readonly mode: 'shared' | 'exclusive';
  readonly range: LockRange;
  readonly wait: boolean;
}

async function take(context: OpenContext, file: FileOpen, { mode, range, wait }: Wanted): Promise<void> {
  const conflict = await tryLock(context, file, { mode, range, wait: false });
  if (conflict === undefined) return;
  if (!wait) throw new StatusError(NtStatus.LOCK_NOT_GRANTED);
  context.pending();
  try {
    await tryLock(context, file, { mode, range, wait: true });
  } catch (error) {
    // The open was closed under the request; otherwise somebody cancelled it.
    if (isStorageError(error, 'aborted') && file.isClosing) throw new StatusError(NtStatus.RANGE_NOT_LOCKED);
    throw error;
  }
}

function tryLock(context: OpenContext, { open }: FileOpen, wanted: Wanted): Promise<LockConflict | undefined> {
  const { state } = context.parts.services;
  return state.lock(context.caller(), open.file, { kind: 'smb', opener: open.opener, open, ...wanted });
}

function modeOf({ flags }: LockElement): 'shared' | 'exclusive' {
  const kind = flags & ~LockFlag.FAIL_IMMEDIATELY;
  if (kind === LockFlag.SHARED_LOCK) return 'shared';
  if (kind === LockFlag.EXCLUSIVE_LOCK) return 'exclusive';
  throw invalid();
}

/** An empty range stands before its offset. */
function rangeOf({ offset, length }: LockElement): LockRange {
  if (offset + length > TWO_64) throw new StatusError(NtStatus.INVALID_LOCK_RANGE);
  return { start: offset, end: offset + length - 1n };
}

function invalid(): StatusError {
  return new StatusError(NtStatus.INVALID_PARAMETER);
}
