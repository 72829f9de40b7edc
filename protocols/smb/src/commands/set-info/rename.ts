import { access, type FileRef, isStorageError, type Open } from '@polynas/core/service';
import {
  type FileRenameInformation,
  fileRenameInformation,
  fileRenameInformationEx,
  REPLACE_IF_EXISTS,
} from '../../information/file.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import { decoded } from './decoded.ts';
import { targetOf, targetPath } from './target.ts';

/** FILE_RENAME_POSIX_SEMANTICS (MS-FSCC 2.4.42.1): Windows falls back from it. */
const POSIX_SEMANTICS = 0x2;

/** FileRenameInformation (MS-FSA 2.1.5.15.12). */
export function setRename(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  return rename(context, file, decoded(fileRenameInformation, buffer));
}

/** FileRenameInformationEx (MS-FSA 2.1.5.15.13). */
export async function setRenameEx(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const value = decoded(fileRenameInformationEx, buffer);
  if ((value.flags & POSIX_SEMANTICS) !== 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
  await rename(context, file, value);
}

async function rename(context: OpenContext, file: FileOpen, value: FileRenameInformation): Promise<void> {
  needAccess(file, Access.DELETE);
  const replace = (value.flags & REPLACE_IF_EXISTS) !== 0;
  const caller = context.caller();
  if (value.fileName.startsWith(':')) {
    await renameStream(context, file, value, replace);
    return;
  }
  const path = targetPath(value);
  // As with Windows, a stream is named by `:name` alone.
  if (file.stream !== undefined) throw new StatusError(NtStatus.SHARING_VIOLATION);
  const { directory, name } = await targetOf(context, file, path);
  const held = await holdDirectory(context, file, directory);
  try {
    await file.open.rename(caller, directory, name, { replace });
  } catch (error) {
    throw refusal(error, file);
  } finally {
    await held.close();
  }
}

/**
 * MS-FSA 2.1.5.15.12: the directory of the new name is opened for adding to it, not sharing its deletion. Who has it open for
 * deletion, or does not share writing it, is in the way.
 */
function holdDirectory(context: OpenContext, { open }: FileOpen, directory: FileRef): Promise<Open> {
  const { state } = context.parts.services;
  const request = { access: access.writeData, deny: access.delete, opener: open.opener };
  return state.open(context.caller(), directory, request);
}

async function renameStream(
  context: OpenContext,
  file: FileOpen,
  value: FileRenameInformation,
  replace: boolean,
): Promise<void> {
  const { stream } = targetPath(value);
  // Content does not change places with the unnamed stream.
  if (file.stream === undefined || stream?.kind !== 'named') throw new StatusError(NtStatus.INVALID_PARAMETER);
  await file.open.renameStream(context.caller(), stream.name, { replace });
  file.stream = stream.name;
}

/** MS-FSA 2.1.5.15.12: what is open below a directory, and a target that is a directory or open, refuse with ACCESS_DENIED. */
function refusal(error: unknown, file: FileOpen): unknown {
  const denied =
    isStorageError(error, 'isDirectory') ||
    isStorageError(error, 'notDirectory') ||
    isStorageError(error, 'notEmpty') ||
    (file.isDirectory && isStorageError(error, 'sharingViolation'));
  if (denied) return new StatusError(NtStatus.ACCESS_DENIED);
  // A share's root has no name.
  if (isStorageError(error, 'invalid') && file.open.place === undefined) {
    return new StatusError(NtStatus.INVALID_PARAMETER);
  }
  return error;
}
