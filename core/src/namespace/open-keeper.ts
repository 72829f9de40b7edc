import { requireRemove } from '../access/checks.ts';
import { rightsOf } from '../access/permissions.ts';
import type { Caller, OpenRequest, Share } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { OpenRecord } from '../state/file-state.ts';
import type { OpenKeeper } from '../state/held-open.ts';
import type { Attributes, Volume } from '../spi/index.ts';
import { StorageError, isStorageError } from '../spi/index.ts';
import { attributesOf, emit, isReserved } from './files/parts.ts';
import type { FileParts } from './files/parts.ts';
import { clearPrivilegesOf } from './files/write.ts';
import type { MountedShare } from './mounts.ts';

const writing =
  access.writeData |
  access.appendData |
  access.writeNamedAttributes |
  access.deleteChild |
  access.writeAttributes |
  access.writeAcl |
  access.writeOwner |
  access.delete;

/** What opens need of the namespace. */
export function openKeeper(parts: FileParts): OpenKeeper {
  return {
    table: parts.table,
    checkOpen: (caller, volume, share, file, request) => checkOpen(parts, caller, volume, share, file, request),
    beforeWrite: (caller, volume, file) => clearPrivilegesOf(volume, caller, file),
    written: (caller, mount, file) =>
      emit(parts, caller, mount.share.id, { kind: 'written', file, isDirectory: false }),
    removeAtClose: (mount, record) => removeAtClose(parts, mount, record),
  };
}

async function checkOpen(
  parts: FileParts,
  caller: Caller,
  _volume: Volume,
  share: Share,
  file: Attributes,
  request: OpenRequest,
): Promise<void> {
  const wanted = request.access;
  if ((caller.readOnly || share.readOnly) && wanted & writing) throw new StorageError('readOnly');
  const missing = wanted & ~rightsOf(caller.principal, file);
  if (missing === 0) return;
  // Deleting is a right on the directory that holds the name.
  if (missing !== access.delete || request.place === undefined) throw new StorageError('accessDenied');
  const mount = parts.mounts.get(share.id);
  if (isReserved(mount, request.place.directory, request.place.name)) throw new StorageError('accessDenied');
  requireRemove(caller.principal, await attributesOf(mount, caller, request.place.directory), file);
}

/** Takes the name away if it still means the file. A directory that has been filled meanwhile stays, as in SMB. */
async function removeAtClose(parts: FileParts, mount: MountedShare, record: OpenRecord): Promise<void> {
  const { place, file } = record;
  if (place === undefined) return;
  const { volume } = mount;
  const internal = internalCaller(record);
  try {
    const { type } = await attributesOf(mount, internal, file.id);
    const isDirectory = type === 'directory';
    const options = { ifTarget: { id: file.id } };
    const { removed } = isDirectory
      ? await volume.rmdir(internal, place.directory, place.name, options)
      : await volume.unlink(internal, place.directory, place.name, options);
    if (!isDirectory && removed.nlink === 0) await parts.handles.drop(volume, file.id);
    const { directory, name } = place;
    emit(parts, internal, file.share, { kind: 'removed', file: file.id, isDirectory, directory, name });
  } catch (error) {
    const gone = ['notFound', 'conditionFailed', 'stale', 'notEmpty'] as const;
    if (!gone.some((code) => isStorageError(error, code))) throw error;
  }
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
