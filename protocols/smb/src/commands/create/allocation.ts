import { isStorageError, type Open } from '@polynas/core/service';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import type { Opening } from './opening.ts';

/** Reserves the bytes that SMB2_CREATE_ALLOCATION_SIZE (MS-SMB2 2.2.13.2.6) asks for, if any, for a file that is new or emptied. */
export async function reserve({ caller, services, share, contexts }: Opening, open: Open): Promise<void> {
  const bytes = contexts.allocationSize ?? 0;
  if (bytes === 0) return;
  if (bytes > services.files.limits(share.id).maxFileSize) throw new StatusError(NtStatus.DISK_FULL);
  try {
    await open.allocate(caller, 0, bytes);
  } catch (error) {
    // A wish: where nothing can be reserved, or the open may not write, writes will find their room or not.
    if (!isStorageError(error, 'notSupported') && !isStorageError(error, 'accessDenied')) throw error;
  }
}
