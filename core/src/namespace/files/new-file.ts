import { requireEntryChange } from '../../access/checks.ts';
import { isMember, rightsOf } from '../../access/permissions.ts';
import { modeAllowed } from '../../access/privileged-bits.ts';
import type { Caller, FileRef, NewAttributes, Principal } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, Created, FileType, Name, NewFile } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { withMeantName } from '../folding/meant-name.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkNewName, checkWritable, emit, seenChange } from './parts.ts';

/** Ownership and mode of a new entry: the caller's, the group by the directory's setgid bit (POSIX.1 open, System V semantics). */
export function newFile(principal: Principal, directory: Attributes, type: FileType, wanted: NewAttributes): NewFile {
  const inherits = (directory.mode & 0o2000) !== 0;
  const uid = wanted.uid ?? principal.uid;
  const gid = wanted.gid ?? (inherits ? directory.gid : principal.gid);
  if (!principal.superuser) {
    if (uid !== principal.uid) throw new StorageError('notPermitted', 'another owner');
    if (wanted.gid !== undefined && gid !== directory.gid && !isMember(principal, gid)) {
      throw new StorageError('notPermitted', 'not in that group');
    }
  }
  const allowed = modeAllowed(principal, wanted.mode & 0o7777, gid);
  return {
    uid,
    gid,
    mode: type === 'directory' && inherits ? allowed | 0o2000 : allowed,
    ...(wanted.accessed !== undefined && { accessed: wanted.accessed }),
    ...(wanted.modified !== undefined && { modified: wanted.modified }),
    ...(wanted.dosBits !== undefined && { dosBits: wanted.dosBits }),
  };
}

/** The steps that making a directory, link or special file have in common; `make` calls the volume. */
export async function makeEntry(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  make: (mount: MountedShare, parent: Attributes, name: Name) => Promise<Created>,
): Promise<Created> {
  const mount = parts.mounts.get(directory.share);
  checkWritable(caller, mount);
  const parent = await attributesOf(mount, caller, directory.id);
  if (parent.type !== 'directory') throw new StorageError('notDirectory');
  checkNewName(mount, directory.id, name, caller);
  const made = await withMeantName(parts, mount, caller, parent.id, name, async (meant) => {
    await requireEntryOrExists(caller, mount, parent, meant);
    const entry = await make(mount, parent, meant);
    if (entry.created) parts.folded.note(mount, entry.directory, { added: meant });
    return entry;
  });
  return told(parts, caller, mount, directory, name, made);
}

/** POSIX wants EEXIST before EACCES, so that `mkdir -p` works in directories of others. */
async function requireEntryOrExists(
  caller: Caller,
  mount: MountedShare,
  parent: Attributes,
  name: Name,
): Promise<void> {
  try {
    requireEntryChange(caller.principal, parent);
  } catch (error) {
    const searchable = caller.principal.superuser || mayName(caller.principal, parent);
    if (searchable && (await mount.volume.lookup(caller, parent.id, name)) !== undefined)
      throw new StorageError('exists');
    throw error;
  }
}

function mayName(principal: Principal, directory: Attributes): boolean {
  return (rightsOf(principal, directory) & access.execute) !== 0;
}

/** Tells of what was made, and shows the directory as callers see it. */
export async function told(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  directory: FileRef,
  name: Name,
  made: Created,
): Promise<Created> {
  if (made.created) {
    emit(parts, caller, directory.share, {
      kind: 'created',
      file: made.attributes.id,
      isDirectory: made.attributes.type === 'directory',
      directory: directory.id,
      name,
    });
  }
  if (directory.id !== mount.share.root) return made;
  return { ...made, directory: await seenChange(mount, caller, made.directory) };
}
