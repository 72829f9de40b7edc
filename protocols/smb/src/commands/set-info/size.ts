import { isStorageError } from '@polynas/core/service';
import { fileAllocationInformation, fileEndOfFileInformation } from '../../information/file.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import { decoded } from './decoded.ts';

const SIGNED_LIMIT = 2 ** 63;

/** FileEndOfFileInformation (MS-FSA 2.1.5.15.4). */
export async function setEndOfFile(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const size = sizeIn(context, file, decoded(fileEndOfFileInformation, buffer));
  await file.open.setattr(context.caller(), { size });
}

/** FileAllocationInformation (MS-FSA 2.1.5.15.1): less than the size cuts the file, more reserves room. */
export async function setAllocation(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const allocation = sizeIn(context, file, decoded(fileAllocationInformation, buffer));
  const caller = context.caller();
  const { size } = await file.open.getattr(caller);
  if (allocation < size) {
    await file.open.setattr(caller, { size: allocation });
    file.reserved = 0;
    return;
  }
  if (allocation === 0) return;
  try {
    await file.open.allocate(caller, 0, allocation);
    file.reserved = allocation;
  } catch (error) {
    // A wish: where nothing can be reserved, writes will find their room or not.
    if (!isStorageError(error, 'notSupported')) throw error;
  }
}

function sizeIn(context: OpenContext, file: FileOpen, bytes: number): number {
  if (file.type !== 'file' || bytes >= SIGNED_LIMIT) throw new StatusError(NtStatus.INVALID_PARAMETER);
  needAccess(file, Access.FILE_WRITE_DATA);
  const { maxFileSize } = context.parts.services.files.limits(file.open.file.share);
  if (bytes > maxFileSize) throw new StatusError(NtStatus.DISK_FULL);
  return bytes;
}
