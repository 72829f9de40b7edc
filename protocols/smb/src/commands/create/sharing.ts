import { access, type AccessMask } from '@polynas/core/service';
import { ShareAccess } from '../../messages/create.ts';

/** The rights that others may not have meanwhile: what ShareAccess (MS-SMB2 2.2.13) leaves out. */
export function denyOf(shareAccess: number): AccessMask {
  let deny = 0;
  if ((shareAccess & ShareAccess.READ) === 0) deny |= access.readData;
  if ((shareAccess & ShareAccess.WRITE) === 0) deny |= access.writeData;
  if ((shareAccess & ShareAccess.DELETE) === 0) deny |= access.delete;
  return deny;
}
