import { requireRemove } from '../access/checks.ts';
import { mayRemove, openRights } from '../access/permissions.ts';
import type { AccessMask, Caller, FileRef, OpenRequest } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { OpenRecord, Place } from '../state/file-state.ts';
import type { OpenKeeper } from '../state/keeper.ts';
import type { Attributes } from '../spi/index.ts';
import { StorageError, isStorageError } from '../spi/index.ts';
import { changing, getattr } from './files/getattr.ts';
import { attributesOf, checkWritable, emit, isReserved, placeOf } from './files/parts.ts';
import type { FileParts } from './files/parts.ts';
import { afterRemoval } from './files/last-name.ts';
import { renameOpen } from './files/rename-open.ts';
import { setattrOfOpen } from './files/setattr-open.ts';
import { clearPrivilegesOf } from './files/write.ts';
import { meantName } from './folding/meant-name.ts';
import type { MountedShare } from './mounts.ts';

/** What opens need of the namespace. */
export function openKeeper(parts: FileParts): OpenKeeper {
  // The share as it is by now: one that has become read-only since the open is so for its opens as well.
  const now = ({ file }: OpenRecord): MountedShare => parts.mounts.get(file.share);
  return {
    table: parts.table,
    judged: (caller, mount, file) => attributesOf(mount, caller, file.base ?? file.id),
    meant: async (caller, mount, { directory, name }) =>
      isReserved(mount, directory, name, caller)
        ? { directory, name }
        : { directory, name: await meantName(parts, mount, caller, directory, name) },
    checkOpen: (...given) => checkOpen(...given),
    rights: (...given) => rights(...given),
    getattr: (caller, _mount, file) => getattr(parts, caller, file),
    setattr: (caller, _mount, record, changes) => setattrOfOpen(parts, caller, now(record), record, changes),
    rename: (caller, _mount, record, ...to) => renameOpen(parts, caller, now(record), record, ...to),
    renameStream: (caller, _mount, record, name, replace) =>
      parts.streams.rename(caller, now(record), record.file, name, replace),
    beforeWrite: async (caller, { volume }, record) => {
      checkWritable(caller, now(record));
      const { file } = record;
      if (file.base === undefined) await clearPrivilegesOf(volume, caller, file.id);
    },
    changed: (caller, mount, record, kind) => changed(parts, caller, mount, record, kind),
    checkRemovable: (caller, _mount, record) => checkRemovable(caller, now(record), record),
    removeAtClose: (mount, record) => removeAtClose(parts, mount, record),
  };
}

/** What the caller may have, `delete` included where the place lets the name go: that is a right on the directory which holds it. */
async function rights(
  caller: Caller,
  mount: MountedShare,
  file: FileRef,
  place: Place | undefined,
): Promise<AccessMask> {
  const judged = await attributesOf(mount, caller, file.base ?? file.id);
  let granted = openRights(caller, judged) & ~access.delete;
  if (file.base !== undefined) {
    // A stream is content of its file.
    if (granted & access.writeData) granted |= access.delete;
  } else if (place !== undefined && !isReserved(mount, place.directory, place.name, caller)) {
    const directory = await attributesOf(mount, caller, place.directory);
    if (mayRemove(caller.principal, directory, judged)) granted |= access.delete;
  }
  return caller.readOnly || mount.share.readOnly ? granted & ~changing : granted;
}

async function checkOpen(
  caller: Caller,
  mount: MountedShare,
  file: FileRef,
  judged: Attributes,
  request: OpenRequest,
): Promise<void> {
  const wanted = request.access;
  if (wanted & changing) checkWritable(caller, mount);
  if (request.deleteOnClose) checkDeleteOnClose(file, request);
  if (request.fresh) return;
  const missing = wanted & ~openRights(caller, judged);
  if (missing === 0) return;
  if (missing !== access.delete) throw new StorageError('accessDenied');
  if (file.base !== undefined) {
    if (openRights(caller, judged) & access.writeData) return;
    throw new StorageError('accessDenied');
  }
  const { place } = request;
  if (place === undefined || isReserved(mount, place.directory, place.name, caller)) {
    throw new StorageError('accessDenied');
  }
  requireRemove(caller.principal, await attributesOf(mount, caller, place.directory), judged);
}

function checkDeleteOnClose(file: FileRef, request: OpenRequest): void {
  if ((request.access & access.delete) === 0) throw new StorageError('accessDenied');
  if (request.place === undefined && file.base === undefined) {
    throw new StorageError('invalid', 'an open without a place cannot delete');
  }
}

function changed(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  record: OpenRecord,
  kind: 'written' | 'attributes',
): void {
  if (!parts.events.heard) {
    parts.events.count(mount.share.id);
    return;
  }
  const file = record.file.base ?? record.file.id;
  emit(parts, caller, mount.share.id, { kind, file, isDirectory: record.isDirectory, ...placeOf(record) });
}

/** MS-FSA 2.1.5.15.3: a directory with something in it is told so at once, not at its last close. */
async function checkRemovable(caller: Caller, mount: MountedShare, { file }: OpenRecord): Promise<void> {
  checkWritable(caller, mount);
  if (file.base !== undefined) return;
  const { volume } = mount;
  if ((await attributesOf(mount, caller, file.id)).type !== 'directory') return;
  const { entries } = await volume.readdir(caller, file.id, 0n, { limit: 1, attributes: false });
  if (entries.length > 0) throw new StorageError('notEmpty');
}

/** Takes the name away if it still means the file. A directory that has been filled meanwhile stays, as in SMB. */
async function removeAtClose(parts: FileParts, mount: MountedShare, record: OpenRecord): Promise<void> {
  const { place, file } = record;
  const internal = internalCaller(record);
  const { volume } = mount;
  try {
    // What was allowed to go is not any more.
    if (hasBecomeReadOnly(parts, record)) return;
    if (file.base !== undefined) {
      await parts.streams.remove(internal, mount, file);
      return;
    }
    if (place === undefined) return;
    const { type } = await attributesOf(mount, internal, file.id);
    const isDirectory = type === 'directory';
    const options = { ifTarget: { id: file.id } };
    const { removed, directory: change } = isDirectory
      ? await volume.rmdir(internal, place.directory, place.name, options)
      : await volume.unlink(internal, place.directory, place.name, options);
    parts.folded.note(mount, change, { removed: place.name });
    await afterRemoval(parts, mount, removed);
    const { directory, name } = place;
    emit(parts, internal, file.share, { kind: 'removed', file: file.id, isDirectory, directory, name });
  } catch (error) {
    const gone = ['notFound', 'conditionFailed', 'stale', 'notEmpty'] as const;
    if (!gone.some((code) => isStorageError(error, code))) throw error;
  }
}

function hasBecomeReadOnly({ mounts }: FileParts, { file, door }: OpenRecord): boolean {
  const { readOnly, doors } = mounts.get(file.share).share;
  const { s3, smb, swift } = doors;
  const byDoor: Readonly<Record<string, { readonly readOnly?: boolean } | undefined>> = { s3, smb, swift };
  return readOnly || byDoor[door]?.readOnly === true;
}

/** The removal was allowed when it was asked for; it happens when nobody may be there to ask. */
function internalCaller(record: OpenRecord): Caller {
  return {
    principal: { name: record.opener.owner, tenant: '', uid: 0, gid: 0, groups: [], superuser: true },
    door: 'internal',
    client: record.opener.client,
    patience: 'wait',
    stateless: false,
    readOnly: false,
  };
}
