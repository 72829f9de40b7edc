import { access, type AccessMask } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { CreateOption } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

/** Whether the file is to go with this open; throws `StatusError` where it may not (MS-SMB2 3.3.5.9, MS-FSA 2.1.5.1.2). */
export function deletesOnClose(createOptions: number, granted: AccessMask, fileAttributes: number): boolean {
  if ((createOptions & CreateOption.DELETE_ON_CLOSE) === 0) return false;
  if ((granted & access.delete) === 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  if ((fileAttributes & FileAttribute.READONLY) !== 0) throw new StatusError(NtStatus.CANNOT_DELETE);
  return true;
}
