import { type Caller, type FileRef, isStorageError } from '@polynas/core/service';
import type { SmbServices } from '../../server/services.ts';
import { setExtendedAttributes } from '../set-info/extended-attributes.ts';
import type { Opening } from './opening.ts';

/**
 * Gives a file the extended attributes of the request for those that it had: all of them, or none when they do not fit.
 *
 * @returns gives it the former ones back
 */
export async function exchangeExtendedAttributes(opening: Opening, file: FileRef): Promise<() => Promise<void>> {
  const { caller, services, contexts } = opening;
  const { files } = services;
  const names = await files.listxattr(caller, file);
  const before = await read(files, caller, file, names);
  const putBack = async (): Promise<void> => {
    await remove(files, caller, file, await files.listxattr(caller, file));
    for (const [name, value] of before) await files.setxattr(caller, file, name, value, 'either');
  };
  try {
    await remove(files, caller, file, names);
    await setExtendedAttributes(files, caller, file, contexts.extendedAttributes);
  } catch (error) {
    await putBack();
    throw error;
  }
  return putBack;
}

/** Bounded by what a file may have (`traits.maxXattrTotalBytes`). What the caller may not read is not put back. */
async function read(
  files: SmbServices['files'],
  caller: Caller,
  file: FileRef,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  for (const name of names) {
    try {
      const value = await files.getxattr(caller, file, name);
      if (value !== undefined) values.set(name, value);
    } catch (error) {
      if (!isStorageError(error, 'accessDenied')) throw error;
    }
  }
  return values;
}

async function remove(
  files: SmbServices['files'],
  caller: Caller,
  file: FileRef,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    try {
      await files.removexattr(caller, file, name);
    } catch (error) {
      // Somebody else was quicker.
      if (!isStorageError(error, 'notFound')) throw error;
    }
  }
}
