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
  // What has no name any more gets none.
  if ((await file.open.getattr(caller)).nlink === 0) throw new StatusError(NtStatus.DELETE_PENDING);
  const replace = (value.flags & REPLACE_IF_EXISTS) !== 0;
  await context.parts.services.files.link(caller, file.open.file, directory, name, { replace });
}
