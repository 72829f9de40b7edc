import { isStorageError, type StorageErrorCode } from '@polynas/core/service';
import { Nfsstat3 } from '../xdr/nfs3.ts';

/** Every status but success. */
export type Failure = Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>;

const s = Nfsstat3;

/** What each storage error is in NFSv3 (RFC 1813 §2.6). */
export const statusOf = {
  notFound: s.NFS3ERR_NOENT,
  exists: s.NFS3ERR_EXIST,
  notDirectory: s.NFS3ERR_NOTDIR,
  isDirectory: s.NFS3ERR_ISDIR,
  wrongType: s.NFS3ERR_INVAL,
  notEmpty: s.NFS3ERR_NOTEMPTY,
  accessDenied: s.NFS3ERR_ACCES,
  notPermitted: s.NFS3ERR_PERM,
  invalid: s.NFS3ERR_INVAL,
  nameTooLong: s.NFS3ERR_NAMETOOLONG,
  // RFC 1813 §3.2: names that are empty, or have what the server cannot have in a name.
  badName: s.NFS3ERR_ACCES,
  crossDevice: s.NFS3ERR_XDEV,
  noSpace: s.NFS3ERR_NOSPC,
  quotaExceeded: s.NFS3ERR_DQUOT,
  tooLarge: s.NFS3ERR_FBIG,
  tooManyLinks: s.NFS3ERR_MLINK,
  readOnly: s.NFS3ERR_ROFS,
  stale: s.NFS3ERR_STALE,
  badHandle: s.NFS3ERR_BADHANDLE,
  badCookie: s.NFS3ERR_BAD_COOKIE,
  conditionFailed: s.NFS3ERR_NOT_SYNC,
  // Another door's lock or open may stand for hours: an error now, not a client that hangs in JUKEBOX.
  locked: s.NFS3ERR_ACCES,
  sharingViolation: s.NFS3ERR_ACCES,
  deletePending: s.NFS3ERR_ACCES,
  deadlock: s.NFS3ERR_IO,
  // Both are thrown before anything was done, so that the client may ask again.
  tryLater: s.NFS3ERR_JUKEBOX,
  tooMany: s.NFS3ERR_JUKEBOX,
  notSupported: s.NFS3ERR_NOTSUPP,
  unavailable: s.NFS3ERR_IO,
  timedOut: s.NFS3ERR_IO,
  aborted: s.NFS3ERR_IO,
  io: s.NFS3ERR_IO,
  corrupt: s.NFS3ERR_IO,
} satisfies Record<StorageErrorCode, Failure>;

/** Thrown by an operation for a status of its own, which no storage error stands for. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Failure;

  constructor(status: Failure) {
    super(`nfsstat3 ${status}`);
    this.status = status;
  }
}

/** May be answered to any procedure. */
const ALWAYS: readonly Failure[] = [
  s.NFS3ERR_IO,
  s.NFS3ERR_STALE,
  s.NFS3ERR_BADHANDLE,
  s.NFS3ERR_SERVERFAULT,
  s.NFS3ERR_JUKEBOX,
];

/** The next best where a procedure does not have a status. */
const NEXT_BEST: Partial<Record<Failure, Failure>> = {
  [s.NFS3ERR_ISDIR]: s.NFS3ERR_INVAL,
  [s.NFS3ERR_NOTDIR]: s.NFS3ERR_INVAL,
  [s.NFS3ERR_PERM]: s.NFS3ERR_ACCES,
  [s.NFS3ERR_DQUOT]: s.NFS3ERR_NOSPC,
  [s.NFS3ERR_FBIG]: s.NFS3ERR_INVAL,
  [s.NFS3ERR_NOTEMPTY]: s.NFS3ERR_EXIST,
  [s.NFS3ERR_MLINK]: s.NFS3ERR_NOSPC,
  [s.NFS3ERR_INVAL]: s.NFS3ERR_IO,
  [s.NFS3ERR_ACCES]: s.NFS3ERR_IO,
  [s.NFS3ERR_NOENT]: s.NFS3ERR_STALE,
};

/** The statuses of one procedure. */
export class Statuses {
  private readonly allowed: ReadonlySet<Failure>;

  constructor(statuses: readonly Failure[]) {
    this.allowed = new Set([...ALWAYS, ...statuses]);
  }

  /** The status for what a handler threw; `undefined` when that is no storage error but a fault of ours. */
  of(error: unknown): Failure | undefined {
    if (error instanceof StatusError) return error.status;
    if (!isStorageError(error)) return undefined;
    let status: Failure | undefined = statusOf[error.code];
    while (status !== undefined && !this.allowed.has(status)) status = NEXT_BEST[status];
    return status ?? s.NFS3ERR_SERVERFAULT;
  }
}
