import { requireEntryChange } from '../../access/checks.ts';
import { emit, maxRetries } from '../../namespace/files/parts.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, StorageErrorCode } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { toAlternate, toItself } from './convert.ts';
import { findDirectory, isFound } from './find.ts';
import type { Missing } from './find.ts';
import { newDirectory } from './new-file.ts';
import type { Step, Walk } from './walk.ts';
import { segmentLock } from './locks.ts';
import { walk } from './walk.ts';

/** What a step is rejected with when somebody else changed the names under it: it looks again. */
const overtaken: readonly StorageErrorCode[] = [
  'conditionFailed',
  'exists',
  'notFound',
  'stale',
  'isDirectory',
  'notDirectory',
];

export function isOvertaken(error: unknown): boolean {
  return overtaken.some((code) => isStorageError(error, code));
}

/** All directories of a key; those that are missing are made, and are implicit. */
export async function makeDirectories(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directories: readonly string[],
): Promise<readonly Step[]> {
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      const way: Walk = await walk(mount, caller, directories);
      if (way.missing === 0) return way.steps;
      const parent = way.steps.at(-1)!.attributes;
      const segment = directories[directories.length - way.missing]!;
      await parts.mutex.run(caller, segmentLock(mount, parent.id, segment), () =>
        makeDirectory(parts, mount, caller, parent, segment, true),
      );
      // Each directory made is progress: only steps without one are counted.
      attempt = -1;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }
  throw new StorageError('tryLater', 'the names keep changing');
}

/** Makes one directory, under the segment's lock. A file of the same name steps aside. */
export async function makeDirectory(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  segment: string,
  implicit: boolean,
): Promise<Attributes> {
  const found = await findDirectory(mount, caller, parent, segment);
  if (isFound(found)) return found.attributes;
  requireEntryChange(caller.principal, parent);
  await clearWay(parts, mount, caller, parent, segment, found);
  const { plain } = found;
  const file = newDirectory(caller.principal, parent, plain, segment, implicit);
  const made = await mount.volume.mkdir(caller, parent.id, plain.name, file);
  parts.folded.note(mount, made.directory, { added: plain.name });
  emit(parts, caller, mount.share.id, {
    kind: 'created',
    file: made.attributes.id,
    isDirectory: true,
    directory: parent.id,
    name: plain.name,
  });
  return made.attributes;
}

async function clearWay(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  segment: string,
  { plain, blocker, isForeign }: Missing,
): Promise<void> {
  if (blocker === undefined) return;
  if (isForeign) return toItself(parts, mount, caller, parent, plain.name, blocker);
  // Links and devices are no objects that could be kept under another name.
  if (blocker.type !== 'file') throw new StorageError('accessDenied', 'no directory can be here');
  await toAlternate(parts, mount, caller, parent, segment, blocker);
}
