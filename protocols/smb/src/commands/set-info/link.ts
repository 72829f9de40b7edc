import { isStorageError } from '@polynas/core/service';
import { fileRenameInformation, REPLACE_IF_EXISTS } from '../../information/file.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { decoded } from './decoded.ts';
import { targetOf, targetPath } from './target.ts';

/** FileLinkInformation (MS-FSA 2.1.5.15.6): another name for the file. */
export async function setLink(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  // Its shape is FileRenameInformation's.
  const value = decoded(fileRenameInformation, buffer);
  if (file.isDirectory) throw new StatusError(NtStatus.FILE_IS_A_DIRECTORY);
  if (file.stream !== undefined) throw new StatusError(NtStatus.INVALID_PARAMETER);
  const { directory, name } = await targetOf(context, file, targetPath(value));
  const caller = context.caller();
  const { files } = context.parts.services;
  try {
    await files.link(caller, file.open.file, directory, name);
  } catch (error) {
    if (!isStorageError(error, 'exists') || (value.flags & REPLACE_IF_EXISTS) === 0) throw error;
    await files.remove(caller, directory, name);
    await files.link(caller, file.open.file, directory, name);
  }
}
