import { isStorageError, type StorageErrorCode } from '@polynas/core/service';
import { NtStatus } from './nt-status.ts';

const s = NtStatus;

/** What each storage error is in SMB (MS-ERREF 2.3, MS-FSA 2.1.5). */
export const statusOf = {
  notFound: s.OBJECT_NAME_NOT_FOUND,
  exists: s.OBJECT_NAME_COLLISION,
  notDirectory: s.NOT_A_DIRECTORY,
  isDirectory: s.FILE_IS_A_DIRECTORY,
  wrongType: s.INVALID_PARAMETER,
  notEmpty: s.DIRECTORY_NOT_EMPTY,
  accessDenied: s.ACCESS_DENIED,
  notPermitted: s.ACCESS_DENIED,
  invalid: s.INVALID_PARAMETER,
  // Windows' own file systems have no other answer for a component that is too long.
  nameTooLong: s.OBJECT_NAME_INVALID,
  badName: s.OBJECT_NAME_INVALID,
  crossDevice: s.NOT_SAME_DEVICE,
  noSpace: s.DISK_FULL,
  // Clients show QUOTA_EXCEEDED as an unknown error, this one as a full disk.
  quotaExceeded: s.DISK_FULL,
  tooLarge: s.FILE_TOO_LARGE,
  tooManyLinks: s.TOO_MANY_LINKS,
  readOnly: s.MEDIA_WRITE_PROTECTED,
  stale: s.FILE_CLOSED,
  badHandle: s.FILE_CLOSED,
  badCookie: s.INVALID_PARAMETER,
  conditionFailed: s.SHARING_VIOLATION,
  locked: s.FILE_LOCK_CONFLICT,
  sharingViolation: s.SHARING_VIOLATION,
  deletePending: s.DELETE_PENDING,
  deadlock: s.POSSIBLE_DEADLOCK,
  // SMB has no "ask again" that clients obey; a sharing violation is what applications try again on.
  tryLater: s.SHARING_VIOLATION,
  notSupported: s.NOT_SUPPORTED,
  tooMany: s.INSUFFICIENT_RESOURCES,
  unavailable: s.NETWORK_NAME_DELETED,
  timedOut: s.IO_TIMEOUT,
  aborted: s.CANCELLED,
  io: s.IO_DEVICE_ERROR,
  corrupt: s.FILE_CORRUPT_ERROR,
} satisfies Record<StorageErrorCode, NtStatus>;

/** Thrown by a handler for a status of its own, which no storage error stands for. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: NtStatus;
  /** ErrorData of the response (MS-SMB2 2.2.2), as with STOPPED_ON_SYMLINK or BUFFER_TOO_SMALL. */
  readonly data: Uint8Array | undefined;

  constructor(status: NtStatus, data?: Uint8Array) {
    super(`NTSTATUS 0x${status.toString(16)}`);
    this.status = status;
    this.data = data;
  }
}

/** The status for what a handler threw; `undefined` when that is a fault of ours. */
export function statusOfError(error: unknown): NtStatus | undefined {
  if (error instanceof StatusError) return error.status;
  return isStorageError(error) ? statusOf[error.code] : undefined;
}
