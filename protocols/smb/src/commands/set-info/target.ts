import type { FileRef, Name } from '@polynas/core/service';
import type { FileRenameInformation } from '../../information/file.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { parsePath, type SmbPath } from '../create/path.ts';
import { walk } from '../create/walk.ts';

/** Where FileRenameInformation and FileLinkInformation lead: a name in a directory, whether anything has it or not. */
export interface Target {
  readonly directory: FileRef;
  readonly name: Name;
}

/** MS-SMB2 2.2.39: RootDirectory is 0, the name is a path from the share's root. */
export function targetPath({ rootDirectory, fileName }: FileRenameInformation): SmbPath {
  if (rootDirectory !== 0n || fileName === '') throw new StatusError(NtStatus.INVALID_PARAMETER);
  return parsePath(fileName.startsWith('\\') ? fileName.slice(1) : fileName);
}

export async function targetOf(context: OpenContext, { open }: FileOpen, path: SmbPath): Promise<Target> {
  const name = path.components.at(-1);
  if (name === undefined || path.stream !== undefined) throw new StatusError(NtStatus.OBJECT_NAME_INVALID);
  const { files } = context.parts.services;
  const root = files.root(open.file.share);
  const parents = path.components.slice(0, -1);
  if (parents.length === 0) return { directory: root, name };
  const { attributes } = await above(walk(files, context.caller(), root, parents, true));
  if (attributes?.type !== 'directory') throw new StatusError(NtStatus.OBJECT_PATH_NOT_FOUND);
  return { directory: { share: root.share, id: attributes.id }, name };
}

/** What is not there is on the way, whichever component it is. */
async function above<T>(walked: Promise<T>): Promise<T> {
  try {
    return await walked;
  } catch (error) {
    if (error instanceof StatusError && error.status === NtStatus.OBJECT_NAME_NOT_FOUND) {
      throw new StatusError(NtStatus.OBJECT_PATH_NOT_FOUND);
    }
    throw error;
  }
}
