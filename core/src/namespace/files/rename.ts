import { requireEntryChange, requireRemove, requireRights, requireSearch } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, Name, RenameOptions, Renamed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { OpenRecord, Place } from '../../state/file-state.ts';
import type { GuardRequest } from '../../state/guards.ts';
import { followRename, samePlace } from '../../state/opens.ts';
import { meantName, withMeantName } from '../folding/meant-name.ts';
import type { MountedShare, Told } from '../mounts.ts';
import { afterRemoval } from './last-name.ts';
import type { FileParts } from './parts.ts';
import {
  attributesOf,
  checkName,
  checkNewName,
  checkWritable,
  emit,
  isReserved,
  maxRetries,
  sameShare,
  seenChange,
} from './parts.ts';
import { victimOf } from './remove.ts';

interface NamedIn {
  readonly directory: FileRef;
  readonly name: Name;
}

/** A rename that was looked at: what both names mean. */
export interface Ends {
  readonly mount: MountedShare;
  readonly from: Place;
  readonly to: Place;
  readonly source: Attributes;
  readonly target: Attributes | undefined;
  readonly noReplace: boolean;
}

export async function rename(
  parts: FileParts,
  caller: Caller,
  from: NamedIn,
  to: NamedIn,
  noReplace: boolean,
): Promise<Renamed> {
  sameShare(from.directory, to.directory);
  const mount = parts.mounts.get(from.directory.share);
  checkWritable(caller, mount);
  checkName(from.name);
  checkNewName(mount, to.directory.id, to.name, caller);
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      return await withMeantName(parts, mount, caller, to.directory.id, to.name, async (toName) => {
        const ends = await look(parts, mount, caller, from, { ...to, meant: toName }, noReplace);
        const { source, target } = ends;
        if (target !== undefined && noReplace && target.id !== source.id) throw new StorageError('exists');
        return move(parts, caller, ends);
      });
    } catch (error) {
      if (!isStorageError(error, 'conditionFailed')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the names keep changing');
}

/** What both names mean now, with the caller's right to move the one and take over the other. */
async function look(
  parts: FileParts,
  mount: MountedShare,
  caller: Caller,
  from: NamedIn,
  to: NamedIn & { readonly meant: Name },
  noReplace: boolean,
): Promise<Ends> {
  const { principal } = caller;
  const fromParent = await attributesOf(mount, caller, from.directory.id);
  const toParent =
    to.directory.id === from.directory.id ? fromParent : await attributesOf(mount, caller, to.directory.id);
  const fromName = await meantSource(parts, mount, caller, fromParent, from.name);
  const source = await victimOf(mount, caller, fromParent, fromName);
  if (source === undefined) throw new StorageError('notFound');
  const places = { from: { directory: fromParent.id, name: fromName }, to: { directory: toParent.id, name: to.meant } };
  // The name itself in other letters: what it gets is what was asked for.
  if (samePlace(places.from, places.to)) places.to.name = to.name;
  const target = await victimOf(mount, caller, toParent, places.to.name);
  requireRemove(principal, fromParent, source);
  if (target === undefined) requireEntryChange(principal, toParent);
  else requireRemove(principal, toParent, target);
  // Moving a directory rewrites its `..` entry (POSIX.1 rename, EACCES).
  if (source.type === 'directory' && fromParent.id !== toParent.id) {
    requireRights(principal, source, access.writeData);
  }
  return { mount, ...places, source, target, noReplace };
}

async function meantSource(
  parts: FileParts,
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  name: Name,
): Promise<Name> {
  requireSearch(caller.principal, parent);
  return isReserved(mount, parent.id, name, caller) ? name : meantName(parts, mount, caller, parent.id, name);
}

/** For what moves files. */
export const renamed: Told<Renamed> = {
  of: ({ moved, unchanged }) => (unchanged ? undefined : moved),
  with: (result, moved) => ({ ...result, moved }),
};

/** @param through the open that asks: its own share mode does not bind it */
export async function move(parts: FileParts, caller: Caller, ends: Ends, through?: OpenRecord): Promise<Renamed> {
  const { mount, from, to, source, target, noReplace } = ends;
  const { volume, volumeName } = mount;
  const asked = { volume: volumeName, door: caller.door };
  const own = through === undefined ? {} : { opener: through.opener, open: through.id };
  const guarded: GuardRequest[] = [{ ...asked, file: source.id, access: 'rename', ...own }];
  if (target !== undefined && target.id !== source.id) {
    guarded.push({ ...asked, file: target.id, access: 'delete' });
  }
  const guard = await parts.table.enterAllFor(caller, guarded);
  try {
    const options: RenameOptions = {
      noReplace,
      ifSource: source.id,
      ifTarget: target === undefined ? 'absent' : { id: target.id },
    };
    const rename = (): Promise<Renamed> =>
      volume.rename(caller, from.directory, from.name, to.directory, to.name, options);
    const result = await (source.type === 'file'
      ? parts.contents.keep(mount, caller, source.id, renamed, rename)
      : rename());
    if (!result.unchanged) {
      noteRename(parts, ends, result);
      await settled(parts, caller, ends, result);
    }
    return {
      ...result,
      from: await seenChange(mount, caller, result.from),
      to: await seenChange(mount, caller, result.to),
    };
  } finally {
    guard.exit();
  }
}

function noteRename(parts: FileParts, { mount, from, to }: Ends, { replaced, ...changes }: Renamed): void {
  // A name that was taken over was there.
  const added = replaced === undefined ? { added: to.name } : {};
  if (from.directory === to.directory) {
    parts.folded.note(mount, changes.from, { removed: from.name, ...added });
    return;
  }
  parts.folded.note(mount, changes.from, { removed: from.name });
  parts.folded.note(mount, changes.to, added);
}

async function settled(
  parts: FileParts,
  caller: Caller,
  { mount, from, to }: Ends,
  { moved, replaced }: Renamed,
): Promise<void> {
  // Names may lie in buffers that their callers use again.
  const [before, after] = [from, to].map(({ directory, name }) => ({ directory, name: Uint8Array.from(name) }));
  followRename(parts.table.volume(mount.volumeName), moved.id, before!, after!);
  if (replaced !== undefined) {
    await afterRemoval(parts, mount, replaced);
    const isDirectory = replaced.type === 'directory';
    emit(parts, caller, mount.share.id, { kind: 'removed', file: replaced.id, isDirectory, ...after! });
  }
  emit(parts, caller, mount.share.id, {
    kind: 'renamed',
    file: moved.id,
    isDirectory: moved.type === 'directory',
    ...before!,
    toDirectory: after!.directory,
    toName: after!.name,
  });
}
