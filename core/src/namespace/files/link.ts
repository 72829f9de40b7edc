import { requireRemove } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import type { Attributes, Created, Name, Renamed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { Place } from '../../state/file-state.ts';
import { withMeantName } from '../folding/meant-name.ts';
import type { MountedShare, Told } from '../mounts.ts';
import { isInUse } from './in-use.ts';
import { afterRemoval } from './last-name.ts';
import { makeEntry, told } from './new-file.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkWritable, emit, maxRetries, sameShare } from './parts.ts';
import { victimOf } from './remove.ts';
import { renamed } from './rename.ts';

export async function link(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  directory: FileRef,
  name: Name,
  replace: boolean,
): Promise<Created> {
  sameShare(file, directory);
  if (file.base !== undefined) throw new StorageError('invalid', 'a stream has no names in directories');
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      return await makeEntry(parts, caller, directory, name, async (mount, parent, meant) => {
        requireFile(await attributesOf(mount, caller, file.id));
        return parts.contents.keep(mount, caller, file.id, linked, () =>
          mount.volume.link(caller, file.id, parent.id, meant),
        );
      });
    } catch (error) {
      if (!replace || !isStorageError(error, 'exists')) throw error;
    }
    try {
      return await takeOver(parts, caller, file, directory, name);
    } catch (error) {
      // The name means another file by now, or none.
      if (!isStorageError(error, 'conditionFailed') && !isStorageError(error, 'notFound')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the name keeps changing');
}

const linked: Told<Created> = {
  of: ({ attributes, created }) => (created ? attributes : undefined),
  with: (made, attributes) => ({ ...made, attributes }),
};

function requireFile({ type }: Attributes): void {
  if (type === 'directory') throw new StorageError('isDirectory');
}

/** The name is the one file's until it is the other's: a name of core's own is made, and takes its place. */
async function takeOver(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  directory: FileRef,
  name: Name,
): Promise<Created> {
  const mount = parts.mounts.get(directory.share);
  checkWritable(caller, mount);
  const parent = await attributesOf(mount, caller, directory.id);
  return withMeantName(parts, mount, caller, parent.id, name, async (meant) => {
    const target = await victimOf(mount, caller, parent, meant);
    if (target === undefined) throw new StorageError('notFound');
    const source = await attributesOf(mount, caller, file.id);
    requireFile(source);
    // One name of a file takes the place of another of the same one: it is there already.
    if (target.id === source.id) {
      return { attributes: source, directory: { before: parent, after: parent, atomic: true }, created: false };
    }
    if (target.type === 'directory') throw new StorageError('accessDenied', 'a directory is not taken over');
    requireRemove(caller.principal, parent, target);
    // What has no name any more gets none.
    if (source.nlink === 0) throw new StorageError('deletePending');
    return replaceTarget(parts, caller, mount, { parent, name: meant, source, target });
  });
}

interface Replacing {
  readonly parent: Attributes;
  readonly name: Name;
  readonly source: Attributes;
  readonly target: Attributes;
}

async function replaceTarget(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  { parent, name, source, target }: Replacing,
): Promise<Created> {
  const { volumeName } = mount;
  const guard = await parts.table.enterFor(caller, { volume: volumeName, file: target.id, access: 'delete' });
  try {
    if (caller.door === 'smb' && isInUse(parts, mount, target.id)) {
      throw new StorageError('accessDenied', 'the target is open');
    }
    const result = await parts.system.withAside(mount, caller, undefined, (aside) =>
      parts.contents.keep(mount, caller, source.id, renamed, () =>
        linkOver(mount, caller, aside, { parent, name, source, target }),
      ),
    );
    // The name was there.
    parts.folded.note(mount, result.to, {});
    if (result.replaced !== undefined) await afterRemoval(parts, mount, result.replaced);
    const place = { directory: parent.id, name };
    const { share } = mount;
    emit(parts, caller, share.id, { kind: 'removed', file: target.id, isDirectory: false, ...place });
    const made: Created = { attributes: result.moved, directory: result.to, created: true };
    return await told(parts, caller, mount, { share: share.id, id: parent.id }, name, made);
  } finally {
    guard.exit();
  }
}

/** Rejected, it leaves nothing; after a crash the name aside is swept. */
async function linkOver(
  { volume }: MountedShare,
  caller: Caller,
  aside: Place,
  { parent, name, source, target }: Replacing,
): Promise<Renamed> {
  await volume.link(caller, source.id, aside.directory, aside.name);
  try {
    const options = { ifSource: source.id, ifTarget: { id: target.id } };
    return await volume.rename(caller, aside.directory, aside.name, parent.id, name, options);
  } catch (error) {
    // Not the caller's call, whose signal may have been the reason.
    await volume.unlink({}, aside.directory, aside.name, { ifTarget: { id: source.id } });
    throw error;
  }
}
