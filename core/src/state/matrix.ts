import type { AccessMask, GuardAccess, GuardConflict, Holder } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { FileId } from '../spi/index.ts';
import type { FileState, OpenRecord } from './file-state.ts';
import { sharedRights } from './file-state.ts';
import type { GuardRequest } from './guards.ts';
import type { HeldLock } from './lock-list.ts';
import { sameOpener } from './openers.ts';
import { overlaps, wholeFile } from './ranges.ts';

/**
 * docs/design/state-matrix.md in code: which held state refuses which operation. `state-matrix.test.ts` checks every cell.
 */

/** The share-mode rights that an operation uses. A replacement writes the content, or takes the name away from it, by the volume's trait. */
export const usedRights: Readonly<Record<GuardAccess, AccessMask>> = {
  read: access.readData,
  write: access.writeData,
  truncate: access.writeData,
  replace: access.writeData | access.delete,
  rename: access.delete,
  delete: access.delete,
};

/** How an operation touches bytes. Names may change under locks: an open file keeps its content. */
const byteUse: Readonly<Record<GuardAccess, 'none' | 'reads' | 'writes'>> = {
  read: 'reads',
  write: 'writes',
  truncate: 'writes',
  replace: 'writes',
  rename: 'none',
  delete: 'none',
};

/** Who refuses the operation now; `undefined` lets it pass. */
export function obstacle(state: FileState, request: GuardRequest): GuardConflict | undefined {
  if (state.removing !== undefined) return { reason: 'deletePending', holders: [], settled: state.removing };
  const through = request.open === undefined ? undefined : state.opens.get(request.open);
  if (state.deletePending && !goesOn(state, request)) {
    return {
      reason: 'deletePending',
      holders: [...state.opens.values()].map((open) => holderOf(open, 'deletePending')),
    };
  }
  if (through === undefined) {
    const denying = [...state.opens.values()].filter((open) => deniesOperation(open, request));
    if (denying.length > 0)
      return { reason: 'sharingViolation', holders: denying.map((open) => holderOf(open, 'open')) };
  }
  if (state.locks.size === 0 || byteUse[request.access] === 'none') return undefined;
  const locks = state.locks.all().filter((lock) => bindsOperation(lock, request));
  return locks.length > 0 ? { reason: 'locked', holders: locks.map(lockHolder) } : undefined;
}

/** A file takes its streams along when it goes or moves; an open of it was checked against them when it was granted. */
export function streamObstacle(
  volume: { streamsDenyingDelete(file: FileId): OpenRecord[] },
  request: GuardRequest,
): GuardConflict | undefined {
  if (request.open !== undefined || (request.access !== 'delete' && request.access !== 'rename')) return undefined;
  const denying = volume.streamsDenyingDelete(request.file).filter((open) => !sameOpener(open.opener, request.opener));
  if (denying.length === 0) return undefined;
  return { reason: 'sharingViolation', holders: denying.map((open) => holderOf(open, 'open')) };
}

/** While deletion is pending, bytes are in reach of those who have the file open; its names are in nobody's. */
function goesOn(state: FileState, request: GuardRequest): boolean {
  if (byteUse[request.access] === 'none') return false;
  if (request.open !== undefined) return state.opens.has(request.open);
  if (request.opener === undefined) return false;
  for (const open of state.opens.values()) if (sameOpener(open.opener, request.opener)) return true;
  return false;
}

function deniesOperation(open: OpenRecord, request: GuardRequest): boolean {
  return (open.deny & usedRights[request.access]) !== 0 && !sameOpener(open.opener, request.opener);
}

/**
 * MS-FSA 2.1.4.10: reading is refused by exclusive locks of other opens; writing by those, and by shared ones of anybody.
 * POSIX locks are advice between those who lock: they bind I/O of SMB, whose clients expect locks to bind, and no other's.
 */
export function bindsOperation(
  lock: HeldLock,
  request: { readonly access: GuardAccess } & Omit<GuardRequest, 'volume' | 'file'>,
): boolean {
  const use = byteUse[request.access];
  if (use === 'none' || !overlaps(lock.range, request.range ?? wholeFile)) return false;
  if (lock.kind === 'posix') {
    if (request.door !== 'smb' || sameOpener(lock.opener, request.opener)) return false;
    return use === 'writes' || lock.mode === 'exclusive';
  }
  // Among clients of SMB a lock keeps no one from setting the size (MS-FSA 2.1.5.15.4), nor from overwriting (2.1.5.1.2).
  if (request.access === 'truncate' && request.door === 'smb') return false;
  const own = request.open !== undefined && lock.open === request.open;
  return lock.mode === 'exclusive' ? !own : use === 'writes';
}

/** Whether a standing operation would break what an open is about to be granted. */
export function openWaitsFor(open: OpenRecord, request: GuardRequest): boolean {
  return request.open === undefined && deniesOperation(open, request);
}

/** MS-FSA 2.1.5.1.2.2, both ways: what the one wants is what the other denies. NFS opens of one owner are one open that grows. */
export function shareModesClash(held: OpenRecord, asked: OpenRecord): boolean {
  if (held.door === 'nfs' && asked.door === 'nfs' && sameOpener(held.opener, asked.opener)) return false;
  const heldRights = sharedRights(held.access);
  const askedRights = sharedRights(asked.access);
  if (heldRights === 0 || askedRights === 0) return false;
  return (held.deny & askedRights) !== 0 || (asked.deny & heldRights) !== 0;
}

export function holderOf(open: OpenRecord, kind: Holder['kind']): Holder {
  return { client: open.opener.client, owner: open.opener.owner, door: open.door, kind };
}

export function lockHolder(lock: HeldLock): Holder {
  return { client: lock.opener.client, owner: lock.opener.owner, door: lock.door, kind: 'lock' };
}
