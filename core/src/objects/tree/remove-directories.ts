import { afterRemoval } from '../../namespace/files/last-name.ts';
import { emit } from '../../namespace/files/parts.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { isConflict } from '../../state/guards.ts';
import type { Caller } from '../../service/index.ts';
import type { Call, FileId, StorageErrorCode } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { implicitXattr } from '../record/xattr-names.ts';
import { toPlain } from './convert.ts';
import { isOvertaken } from './make-directories.ts';
import type { Step } from './walk.ts';
import { segmentLock } from './locks.ts';

export async function isImplicit(mount: MountedShare, call: Call, directory: FileId): Promise<boolean> {
  return (await mount.volume.getxattr(call, directory, implicitXattr)) !== undefined;
}

const harmless: readonly StorageErrorCode[] = ['notEmpty', 'notFound', 'conditionFailed', 'stale', 'exists'];

/**
 * Removes the implicit directories that a key's end has left empty, from the last one up. A PUT that comes into one meanwhile wins: either its
 * file is there and the directory is not empty, or it finds the directory gone and makes it again.
 * The caller needs no rights for it: nobody made these directories but the service.
 */
export async function removeImplicit(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  steps: readonly Step[],
): Promise<void> {
  const call: Call = {};
  for (const step of steps.slice(1).toReversed()) {
    const { parent, name, segment, attributes } = step;
    if (parent === undefined || name === undefined || segment === undefined) return;
    // Nearly always there are other keys: then nobody waits for anybody, and nothing is committed.
    if (!(await isEmpty(parts, mount, attributes.id))) return;
    const lock = segmentLock(mount, parent.id, segment);
    const removed = await parts.mutex.run(call, lock, async () => {
      if (!(await removeOne(parts, mount, caller, step))) return false;
      // A file that had stepped aside for this directory.
      await toPlain(parts, mount, ourselves(caller), parent, segment).catch((error: unknown) => {
        // It is found under its alternate name as well.
        if (!isOvertaken(error) && !isBusy(error)) throw error;
      });
      return true;
    });
    if (!removed) return;
    emit(parts, caller, mount.share.id, {
      kind: 'removed',
      file: attributes.id,
      isDirectory: true,
      directory: parent.id,
      name,
    });
  }
}

async function isEmpty({ occupants }: ObjectParts, mount: MountedShare, directory: FileId): Promise<boolean> {
  try {
    return await occupants.isEmpty(mount, directory);
  } catch (error) {
    // Somebody else removed it, and goes on with the directories above.
    if (isStorageError(error, 'stale')) return false;
    throw error;
  }
}

/** As superuser, whether the caller still waits or not, and without waiting for anybody. */
function ourselves({ signal: _signal, deadline: _deadline, ...caller }: Caller): Caller {
  return { ...caller, principal: { ...caller.principal, superuser: true }, patience: 'tryLater' };
}

async function removeOne(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { parent, name, attributes }: Step,
): Promise<boolean> {
  const { volume, volumeName } = mount;
  const { id } = attributes;
  const guard = parts.table.enter({ volume: volumeName, file: id, access: 'delete', door: caller.door });
  // Somebody has it open: it stays, empty and unlisted.
  if (isConflict(guard)) return false;
  try {
    if (!(await isImplicit(mount, {}, id))) return false;
    const { removed, directory } = await volume.rmdir({}, parent!.id, name!, { ifTarget: { id } });
    parts.folded.note(mount, directory, { removed: name! });
    await afterRemoval(parts, mount, removed);
    return true;
  } catch (error) {
    if (harmless.some((code) => isStorageError(error, code))) return false;
    throw error;
  } finally {
    guard.exit();
  }
}

function isBusy(error: unknown): boolean {
  const codes: readonly StorageErrorCode[] = ['locked', 'sharingViolation', 'deletePending', 'tryLater'];
  return codes.some((code) => isStorageError(error, code));
}
