import { NtStatus } from '../nt-status.ts';
import type { FileOpen } from '../server/file-open.ts';
import type { SmbOpen } from '../server/open.ts';
import { StatusError } from '../status.ts';

/** The open as one of a file or directory; a pipe has nothing of the kind that is asked for: `INVALID_DEVICE_REQUEST`. */
export function fileOf(open: SmbOpen): FileOpen {
  if (open.kind !== 'file') throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
  return open;
}

/** Throws ACCESS_DENIED unless CREATE granted one of these rights. */
export function needAccess(open: FileOpen, anyOf: number): void {
  if ((open.grantedAccess & anyOf) === 0) throw new StatusError(NtStatus.ACCESS_DENIED);
}
