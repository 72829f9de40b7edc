import { requireEntryChange, requireRemove, requireRights } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, Name, RenameOptions, Renamed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { GuardRequest } from '../../state/guards.ts';
import { followRename } from '../../state/opens.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';
import {
  attributesOf,
  checkName,
  checkNewName,
  checkWritable,
  emit,
  maxRetries,
  sameShare,
  seenChange,
} from './parts.ts';
import { victimOf } from './remove.ts';

interface Place {
  readonly directory: FileRef;
  readonly name: Name;
}

export async function rename(
  parts: FileParts,
  caller: Caller,
  from: Place,
  to: Place,
  noReplace: boolean,
): Promise<Renamed> {
  sameShare(from.directory, to.directory);
  const mount = parts.mounts.get(from.directory.share);
  checkWritable(caller, mount);
  checkName(from.name);
  checkNewName(mount, to.directory.id, to.name);
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    const [source, target] = await look(mount, caller, from, to);
    if (target !== undefined && noReplace && target.id !== source.id) throw new StorageError('exists');
    try {
      return await move(parts, caller, mount, from, to, source, target, noReplace);
    } catch (error) {
      if (!isStorageError(error, 'conditionFailed')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the names keep changing');
}

/** What both names mean now, with the caller's right to move the one and take over the other. */
async function look(
  mount: MountedShare,
  caller: Caller,
  from: Place,
  to: Place,
): Promise<[source: Attributes, target: Attributes | undefined]> {
  const { principal } = caller;
  const fromParent = await attributesOf(mount, caller, from.directory.id);
  const toParent =
    to.directory.id === from.directory.id ? fromParent : await attributesOf(mount, caller, to.directory.id);
  const source = await victimOf(mount, caller, fromParent, from.name);
  if (source === undefined) throw new StorageError('notFound');
  const target = await victimOf(mount, caller, toParent, to.name);
  requireRemove(principal, fromParent, source);
  if (target === undefined) requireEntryChange(principal, toParent);
  else requireRemove(principal, toParent, target);
  // Moving a directory rewrites its `..` entry (POSIX.1 rename, EACCES).
  if (source.type === 'directory' && fromParent.id !== toParent.id) {
    requireRights(principal, source, access.writeData);
  }
  return [source, target];
}

async function move(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  from: Place,
  to: Place,
  source: Attributes,
  target: Attributes | undefined,
  noReplace: boolean,
): Promise<Renamed> {
  const { volume, volumeName } = mount;
  const guarded: GuardRequest[] = [{ volume: volumeName, file: source.id, access: 'rename', door: caller.door }];
  if (target !== undefined && target.id !== source.id) {
    guarded.push({ volume: volumeName, file: target.id, access: 'delete', door: caller.door });
  }
  const guard = await parts.table.enterAllFor(caller, guarded);
  try {
    const options: RenameOptions = {
      noReplace,
      ifSource: source.id,
      ifTarget: target === undefined ? 'absent' : { id: target.id },
    };
    const result = await volume.rename(caller, from.directory.id, from.name, to.directory.id, to.name, options);
    if (!result.unchanged) await settled(parts, caller, mount, from, to, result);
    return {
      ...result,
      from: await seenChange(mount, caller, result.from),
      to: await seenChange(mount, caller, result.to),
    };
  } finally {
    guard.exit();
  }
}

async function settled(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  from: Place,
  to: Place,
  { moved, replaced }: Renamed,
): Promise<void> {
  const isFile = replaced !== undefined && replaced.type === 'file';
  if (isFile && replaced.nlink === 0) await parts.handles.drop(mount.volume, replaced.id);
  const places = [from, to].map(({ directory, name }) => ({ directory: directory.id, name: Uint8Array.from(name) }));
  followRename(parts.table.volume(mount.volumeName), moved.id, places[0]!, places[1]!);
  emit(parts, caller, from.directory.share, {
    kind: 'renamed',
    file: moved.id,
    isDirectory: moved.type === 'directory',
    directory: from.directory.id,
    name: from.name,
    toDirectory: to.directory.id,
    toName: to.name,
  });
}
