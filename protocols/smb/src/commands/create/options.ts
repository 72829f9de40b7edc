import { FileAttribute } from '../../information/classes.ts';
import { CreateOption, type CreateRequest, ImpersonationLevel, ShareAccess } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import { replaces } from './disposition.ts';

const o = CreateOption;

/** Bits that CreateOptions has (MS-SMB2 2.2.13). */
const KNOWN_OPTIONS = 0x00ff_ffff;
/** MS-SMB2 3.3.5.9: these fail with NOT_SUPPORTED. 0x80: FILE_CREATE_TREE_CONNECTION, which only redirectors of Windows know. */
const REFUSED_OPTIONS = o.OPEN_BY_FILE_ID | o.RESERVE_OPFILTER | 0x80;
/** FileAttributes that MS-FSCC 2.6 has; volume labels (0x8) and devices (0x40) are of other times. */
const KNOWN_ATTRIBUTES = 0x0000_7fb7;
const LAST_DISPOSITION = 5;
const ANY_SHARE_ACCESS = ShareAccess.READ | ShareAccess.WRITE | ShareAccess.DELETE;

/** What can be said of a CREATE without a look at any file (MS-SMB2 3.3.5.9, MS-FSA 2.1.5.1). Throws `StatusError`. */
export function checkRequest(request: CreateRequest): void {
  const { createOptions: options, createDisposition: disposition } = request;
  if (request.impersonationLevel > ImpersonationLevel.DELEGATE) throw new StatusError(NtStatus.BAD_IMPERSONATION_LEVEL);
  if ((options & ~KNOWN_OPTIONS) !== 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
  if ((options & REFUSED_OPTIONS) !== 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
  const wrong =
    disposition > LAST_DISPOSITION ||
    (request.shareAccess & ~ANY_SHARE_ACCESS) !== 0 ||
    (request.fileAttributes & ~KNOWN_ATTRIBUTES) !== 0 ||
    ((options & o.DIRECTORY_FILE) !== 0 && ((options & o.NON_DIRECTORY_FILE) !== 0 || replaces(disposition)));
  if (wrong) throw new StatusError(NtStatus.INVALID_PARAMETER);
  // What is stored is not encrypted for its user, and should not seem so.
  if ((request.fileAttributes & FileAttribute.ENCRYPTED) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
}
