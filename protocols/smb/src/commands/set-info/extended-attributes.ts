import { type Caller, type FileRef, isStorageError } from '@polynas/core/service';
import { WireError } from '@polynas/core/wire';
import { readChain } from '../../information/chain.ts';
import {
  EA_ENTRY_UNIT,
  type FileFullEaInformation,
  fileFullEaInformation,
} from '../../information/extended-attributes.ts';
import { Access } from '../../messages/create.ts';
import { findXattr, isEaName, xattrOf } from '../../names/ea-name.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import type { SmbServices } from '../../server/services.ts';

/** FileFullEaInformation (MS-FSA 2.1.5.15.5). */
export async function setFullEa(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  needAccess(file, Access.FILE_WRITE_EA);
  const { share, id, base } = file.open.file;
  await setExtendedAttributes(
    context.parts.services.files,
    context.caller(),
    { share, id: base ?? id },
    entriesOf(buffer),
  );
}

function entriesOf(buffer: Uint8Array): readonly FileFullEaInformation[] {
  try {
    return readChain(buffer, fileFullEaInformation, EA_ENTRY_UNIT);
  } catch (error) {
    if (error instanceof WireError) throw new StatusError(NtStatus.EA_LIST_INCONSISTENT);
    throw error;
  }
}

/** Sets extended attributes one after another; an empty value removes one, and it does not matter whether it was there. */
export async function setExtendedAttributes(
  files: SmbServices['files'],
  caller: Caller,
  file: FileRef,
  entries: readonly FileFullEaInformation[],
): Promise<void> {
  if (entries.length === 0) return;
  if (entries.some(({ eaName }) => !isEaName(eaName))) throw new StatusError(NtStatus.INVALID_EA_NAME);
  const present = await files.listxattr(caller, file);
  for (const { eaName, eaValue } of entries) {
    const xattr = findXattr(present, eaName) ?? xattrOf(eaName);
    if (eaValue.length > 0) await set(files, caller, file, xattr, eaValue);
    else await remove(files, caller, file, xattr);
  }
}

async function set(
  files: SmbServices['files'],
  caller: Caller,
  file: FileRef,
  xattr: string,
  value: Uint8Array,
): Promise<void> {
  try {
    await files.setxattr(caller, file, xattr, value, 'either');
  } catch (error) {
    const tooLarge = isStorageError(error, 'tooLarge') || isStorageError(error, 'noSpace');
    if (tooLarge) throw new StatusError(NtStatus.EA_TOO_LARGE);
    throw error;
  }
}

async function remove(files: SmbServices['files'], caller: Caller, file: FileRef, xattr: string): Promise<void> {
  try {
    await files.removexattr(caller, file, xattr);
  } catch (error) {
    if (!isStorageError(error, 'notFound')) throw error;
  }
}
