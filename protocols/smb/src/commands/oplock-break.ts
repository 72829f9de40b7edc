import type { LeaseBreak, OplockBreak } from '../messages/oplock-break.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow } from '../server/command-row.ts';
import { StatusError } from '../status.ts';

/** OPLOCK_BREAK acknowledgement (MS-SMB2 3.3.5.22): neither oplocks nor leases are granted, so that no break of one can be acknowledged. */
export const oplockBreak: CommandRow<OplockBreak | LeaseBreak, OplockBreak | LeaseBreak> = {
  needs: 'tree',
  handle(context, request) {
    // 3.3.5.22.2: there is no lease with this key.
    if (!('fileId' in request)) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
    context.openOf(request.fileId);
    // 3.3.5.22.1: the open's oplock is not breaking.
    throw new StatusError(NtStatus.INVALID_DEVICE_STATE);
  },
};
