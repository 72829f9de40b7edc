import { requireEntryChange, requireRemove } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, FileId, Name, Renamed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { OpenRecord, Place } from '../../state/file-state.ts';
import { samePlace } from '../../state/opens.ts';
import { withMeantName } from '../folding/meant-name.ts';
import type { MountedShare } from '../mounts.ts';
import { isInUse } from './in-use.ts';
import { hasOpensBelow } from './opens-below.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkNewName, checkWritable, maxRetries } from './parts.ts';
import { victimOf } from './remove.ts';
import type { Ends } from './rename.ts';
import { move } from './rename.ts';

/** MS-FSA 2.1.5.15.12. That the name may go was decided when the open was granted; what is asked here is whether the new one may come. */
export async function renameOpen(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  record: OpenRecord,
  toDirectory: FileRef,
  toName: Name,
  replace: boolean,
): Promise<Renamed> {
  checkWritable(caller, mount);
  if (toDirectory.share !== record.file.share) throw new StorageError('crossDevice');
  if (record.file.base !== undefined) throw new StorageError('invalid', 'a stream has no name in a directory');
  checkNewName(mount, toDirectory.id, toName, caller);
  const to: Place = { directory: toDirectory.id, name: toName };
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      return await withMeantName(parts, mount, caller, toDirectory.id, toName, (meant) => {
        // The name itself in other letters: what it gets is what was asked for.
        const isItself = record.place !== undefined && samePlace(record.place, { ...to, name: meant });
        return renameOnce(parts, caller, mount, record, isItself ? to : { ...to, name: meant }, replace);
      });
    } catch (error) {
      // The place follows renames: another look finds the name where it is by now.
      if (!isStorageError(error, 'conditionFailed')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the names keep changing');
}

async function renameOnce(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  record: OpenRecord,
  wanted: Place,
  replace: boolean,
): Promise<Renamed> {
  const { place, file } = record;
  if (place === undefined) throw new StorageError('invalid', 'an open without a place cannot be renamed');
  if (parts.table.volume(mount.volumeName).file({ file: file.id })?.deletePending === true) {
    throw new StorageError('deletePending');
  }
  const source = await victimOf(mount, caller, await attributesOf(mount, caller, place.directory), place.name, false);
  if (source === undefined) throw new StorageError('notFound');
  if (source.id !== file.id) throw new StorageError('notFound', 'the name means another file by now');
  const toParent = await attributesOf(mount, caller, wanted.directory);
  const target = await victimOf(mount, caller, toParent, wanted.name);
  checkTarget(caller, toParent, source, target, replace);
  if (source.type === 'directory' && caller.door === 'smb' && (await hasOpensBelow(parts, mount, caller, source.id))) {
    throw new StorageError('sharingViolation', 'something below the directory is open');
  }
  if (caller.door === 'smb') requireAdding(parts, mount, toParent.id);
  if (caller.door === 'smb' && target !== undefined && target.id !== source.id && isInUse(parts, mount, target.id)) {
    throw new StorageError('accessDenied', 'the target is open');
  }
  const ends: Ends = { mount, from: place, to: wanted, source, target, noReplace: !replace };
  try {
    return await move(parts, caller, ends, record);
  } catch (error) {
    // The open itself was granted deletion, so it is the target that somebody holds.
    const held = isStorageError(error, 'sharingViolation') || isStorageError(error, 'deletePending');
    if (held) throw new StorageError('accessDenied', 'the target is open', { cause: error });
    throw error;
  }
}

/**
 * A rename opens the directory that it adds to, for writing, and shares reading and writing (MS-SMB2 3.3.5.21.1, MS-FSA 2.1.5.15.12): who has it open for
 * deletion, or does not share writing, is in the way.
 */
function requireAdding(parts: FileParts, mount: MountedShare, directory: FileId): void {
  const opens = parts.table.volume(mount.volumeName).file({ file: directory })?.opens.values() ?? [];
  for (const { access: held, deny } of opens) {
    if (held & access.delete || deny & access.writeData) throw new StorageError('sharingViolation');
  }
}

function checkTarget(
  caller: Caller,
  toParent: Attributes,
  source: Attributes,
  target: Attributes | undefined,
  replace: boolean,
): void {
  if (target === undefined || target.id === source.id) {
    requireEntryChange(caller.principal, toParent);
    return;
  }
  if (!replace) throw new StorageError('exists');
  if (target.type === 'directory' || source.type === 'directory') {
    throw new StorageError('accessDenied', 'a directory is neither taken over nor takes over');
  }
  requireRemove(caller.principal, toParent, target);
}
