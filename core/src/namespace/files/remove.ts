import { requireRemove, requireSearch } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import type { Attributes, Name, Removed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { meantName } from '../folding/meant-name.ts';
import { lookup } from '../look.ts';
import type { MountedShare, Told } from '../mounts.ts';
import { afterRemoval } from './last-name.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkName, checkWritable, emit, enter, isReserved, maxRetries, seenChange } from './parts.ts';

export async function remove(parts: FileParts, caller: Caller, directory: FileRef, name: Name): Promise<Removed> {
  return removeEntry(parts, caller, directory, name, false);
}

export async function rmdir(parts: FileParts, caller: Caller, directory: FileRef, name: Name): Promise<Removed> {
  return removeEntry(parts, caller, directory, name, true);
}

/** Removes the very file that was looked at: when the name means another one by then, it looks again. */
async function removeEntry(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  isDirectory: boolean,
): Promise<Removed> {
  const mount = parts.mounts.get(directory.share);
  checkWritable(caller, mount);
  checkName(name);
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    const parent = await attributesOf(mount, caller, directory.id);
    if (isReserved(mount, parent.id, name, caller)) throw new StorageError('notFound');
    requireSearch(caller.principal, parent);
    const meant = await meantName(parts, mount, caller, parent.id, name);
    const victim = await victimOf(mount, caller, parent, meant);
    if (victim === undefined) throw new StorageError('notFound');
    requireRemove(caller.principal, parent, victim);
    if (isDirectory !== (victim.type === 'directory'))
      throw new StorageError(isDirectory ? 'notDirectory' : 'isDirectory');
    try {
      return await removeVictim(parts, caller, mount, directory, meant, victim);
    } catch (error) {
      if (!isStorageError(error, 'conditionFailed')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the name keeps changing');
}

/** @param searched the caller looks through the directory, and may only if it may search it */
export async function victimOf(
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  name: Name,
  searched = true,
): Promise<Attributes | undefined> {
  if (searched) requireSearch(caller.principal, parent);
  if (isReserved(mount, parent.id, name, caller)) return undefined;
  return lookup(mount.volume, caller, parent.id, name);
}

/** For what takes one of several names away. */
export const unnamed: Told<Removed> = {
  of: ({ removed }) => (removed.nlink > 0 ? removed : undefined),
  with: (result, removed) => ({ ...result, removed }),
};

async function removeVictim(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  directory: FileRef,
  name: Name,
  victim: Attributes,
): Promise<Removed> {
  const { volume, volumeName } = mount;
  const guard = await enter(parts, caller, {
    volume: volumeName,
    file: victim.id,
    access: 'delete',
    door: caller.door,
  });
  try {
    const isDirectory = victim.type === 'directory';
    const options = { ifTarget: { id: victim.id } };
    const unlink = (): Promise<Removed> => volume.unlink(caller, directory.id, name, options);
    const removed = isDirectory
      ? await volume.rmdir(caller, directory.id, name, options)
      : await (victim.nlink > 1 ? parts.contents.keep(mount, caller, victim.id, unnamed, unlink) : unlink());
    parts.folded.note(mount, removed.directory, { removed: name });
    // Only now: a handle that is opened anew before would keep the file alive, and its id good, after its last name.
    await afterRemoval(parts, mount, removed.removed);
    emit(parts, caller, directory.share, {
      kind: 'removed',
      file: victim.id,
      isDirectory,
      directory: directory.id,
      name,
    });
    return { removed: removed.removed, directory: await seenChange(mount, caller, removed.directory) };
  } finally {
    guard.exit();
  }
}
