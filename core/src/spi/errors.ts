/**
 * The one error type of storage, from backends up to protocols. The list of codes is closed: each protocol has one
 * table `satisfies Record<StorageErrorCode, …>`, so that a new code does not compile until every protocol answers it.
 */
export const storageErrorCodes = [
  /** The name or the thing asked for does not exist (ENOENT). */
  'notFound',
  /** The name exists already (EEXIST). */
  'exists',
  /** A directory was needed (ENOTDIR). */
  'notDirectory',
  /** The operation cannot be done on a directory (EISDIR). */
  'isDirectory',
  /** The operation needs another type of file, e.g. data of a symbolic link or readlink of a file. */
  'wrongType',
  /** The directory is not empty (ENOTEMPTY). */
  'notEmpty',
  /** The caller's permissions do not allow it (EACCES). */
  'accessDenied',
  /** Only the owner or the superuser may do it, or nobody may (EPERM). */
  'notPermitted',
  /** A value is out of its range or makes no sense together with another (EINVAL). */
  'invalid',
  /** A name is longer than `traits.maxNameBytes`, or a path or key than its limit (ENAMETOOLONG). */
  'nameTooLong',
  /** A name is empty, holds `/` or NUL, or is reserved. */
  'badName',
  /** Rename or link across shares, volumes or quota realms (EXDEV). */
  'crossDevice',
  /** The volume is full (ENOSPC). */
  'noSpace',
  /** A quota is used up (EDQUOT). */
  'quotaExceeded',
  /** The file would exceed `traits.maxFileSize` (EFBIG). */
  'tooLarge',
  /** The file has `traits.maxLinks` names already (EMLINK). */
  'tooManyLinks',
  /** The volume or the share is read-only (EROFS). */
  'readOnly',
  /** The file id names nothing any more (ESTALE). */
  'stale',
  /** The handle is malformed, foreign, or closed (EBADF). */
  'badHandle',
  /** A readdir cookie that this directory never gave. */
  'badCookie',
  /** A condition (`ifChange`, `ifTarget`, `noReplace` on replace, an object precondition) did not hold; nothing was changed. */
  'conditionFailed',
  /** A byte-range lock of somebody else covers the range. */
  'locked',
  /** An open's share mode refuses the access, or the access refuses a deny mode. */
  'sharingViolation',
  /** The file is marked for deletion at last close. */
  'deletePending',
  /** Waiting for the lock would wait for oneself. */
  'deadlock',
  /** Held up by state that is being recalled: nothing was done, ask again (JUKEBOX, DELAY, SlowDown). */
  'tryLater',
  /** The backend or the volume cannot do it, by its declared capabilities. */
  'notSupported',
  /** A bound on open handles, requests or memory is reached. */
  'tooMany',
  /** The volume does not serve now (failed sync, lost cluster, closed). */
  'unavailable',
  /** The deadline passed; whether the operation happened is unknown to the caller. */
  'timedOut',
  /** The caller's signal was aborted; whether the operation happened is unknown to the caller. */
  'aborted',
  /** The medium failed (EIO). Of a change whose answer was lost with the cluster's client: nobody can tell whether it was done. */
  'io',
  /** Stored data contradicts itself. */
  'corrupt',
] as const;

export type StorageErrorCode = (typeof storageErrorCodes)[number];

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message?: string, options?: { cause?: unknown }) {
    super(message ?? code, options);
    this.code = code;
  }
}

export function isStorageError(error: unknown, code?: StorageErrorCode): error is StorageError {
  return error instanceof StorageError && (code === undefined || error.code === code);
}
