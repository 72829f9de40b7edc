import type { AccessMask, FileRef, Opener } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { FileId, Name, StorageError } from '../spi/index.ts';
import { LockList } from './lock-list.ts';
import type { HeldLock, LockAsk } from './lock-list.ts';

/** A name in a directory. */
export interface Place {
  readonly directory: FileId;
  readonly name: Name;
}

/** An open as the table sees it: what it may do and what it denies others. */
export interface OpenRecord {
  readonly id: bigint;
  readonly file: FileRef;
  readonly access: AccessMask;
  readonly deny: AccessMask;
  readonly opener: Opener;
  readonly door: string;
  /** The name that a delete-pending file loses at last close; follows renames. */
  place: Place | undefined;
  readonly deleteOnClose: boolean;
  readonly isDirectory: boolean;
}

/** A lock request that waits until nothing refuses it. Settles once. */
export interface LockWaiter {
  readonly ask: LockAsk;
  readonly door: string;
  readonly state: FileState;
  grant(lock: HeldLock): void;
  refuse(error: StorageError): void;
}

/** What is held on one file. It stands in the table for as long as anything is held or waited for. */
export interface FileState {
  readonly key: bigint | string;
  readonly file: FileRef;
  readonly opens: Map<bigint, OpenRecord>;
  readonly locks: LockList;
  readonly waiters: LockWaiter[];
  /** Locks that are being taken in the backend. */
  taking: number;
  deletePending: boolean;
  /** The opens that asked for the deletion, one for each name that goes, whoever closes last. */
  condemnedBy: readonly OpenRecord[];
  /** While the last close removes the file. */
  removing: Promise<void> | undefined;
}

export function newFileState(key: bigint | string, file: FileRef): FileState {
  return {
    key,
    file,
    opens: new Map(),
    locks: new LockList(),
    waiters: [],
    taking: 0,
    deletePending: false,
    condemnedBy: [],
    removing: undefined,
  };
}

export function isIdle(state: FileState): boolean {
  return (
    state.opens.size === 0 &&
    state.locks.size === 0 &&
    state.waiters.length === 0 &&
    state.taking === 0 &&
    state.removing === undefined &&
    !state.deletePending
  );
}

const reads = access.readData | access.execute;
const writes = access.writeData | access.appendData;

/** The rights that share modes know (read, write, delete), of any access mask. MS-FSA 2.1.5.1.2.2: an open of attributes alone takes no part. */
export function sharedRights(mask: AccessMask): AccessMask {
  return (mask & reads ? access.readData : 0) | (mask & writes ? access.writeData : 0) | (mask & access.delete);
}
