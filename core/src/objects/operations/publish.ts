import { requireEntryChange, requireRemove, requireWrite } from '../../access/checks.ts';
import { clearPrivileges } from '../../namespace/files/write.ts';
import { emit, maxRetries } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { alternateName, plainName } from '../../namespace/names-forms.ts';
import type { Caller, Guard, ObjectConditions } from '../../service/index.ts';
import type { Attributes, Replaced, TargetCondition } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { areAboutContent, checkConditions } from '../conditions.ts';
import type { ObjectParts } from '../parts.ts';
import { placeIn } from '../tree/place.ts';
import { recordLock } from '../record/known-contents.ts';
import type { Known } from '../record/etags.ts';
import { stampOfContent } from '../record/stamps.ts';
import { storeRecord } from '../record/store-record.ts';
import { toItself } from '../tree/convert.ts';
import type { Found, Missing } from '../tree/find.ts';
import { findFileNow, isFound } from '../tree/find.ts';
import { isOvertaken, makeDirectories } from '../tree/make-directories.ts';
import { newObjectFile } from '../tree/new-file.ts';
import { removeImplicit } from '../tree/remove-directories.ts';
import { lookup } from '../../namespace/look.ts';
import { segmentLock } from '../tree/locks.ts';
import type { Step } from '../tree/walk.ts';
import { presentObject } from './present.ts';
import type { Likeness } from './likeness.ts';
import { likenessOf } from './likeness.ts';
import type { Publication } from './publication.ts';
import { holdUnchanged } from './hold-unchanged.ts';

/**
 * Makes a content the object of a key. Conditions are checked in the same step as the change: what was looked at is named to the
 * backend, and when it is something else by then, all is looked at again.
 */
export async function publish(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  publication: Publication,
  conditions: ObjectConditions | undefined,
): Promise<Known> {
  await parts.expiries.note(mount, path.key, publication.metadata);
  let steps: readonly Step[] = [];
  try {
    for (let attempt = 0; attempt < maxRetries; attempt += 1) {
      try {
        steps = await makeDirectories(parts, mount, caller, path.directories);
        const directory = steps.at(-1)!.attributes;
        return await parts.mutex.run(caller, segmentLock(mount, directory.id, path.last), () =>
          publishIn(parts, mount, caller, directory, path, publication, conditions),
        );
      } catch (error) {
        if (!isOvertaken(error)) throw error;
      }
    }
    throw new StorageError('tryLater', 'the names keep changing');
  } catch (error) {
    // Directories that were made for nothing.
    await removeImplicit(parts, mount, caller, steps);
    throw error;
  }
}

async function publishIn(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  path: KeyPath,
  publication: Publication,
  conditions: ObjectConditions | undefined,
): Promise<Known> {
  const found = await findFileNow(mount, caller, directory, path.last);
  if (isFound(found)) {
    const current = await presentObject(parts, mount, caller, found.attributes, conditions);
    checkConditions(conditions, current, 'write');
    return takeOver(parts, mount, caller, directory, found, current.file, publication, conditions);
  }
  checkConditions(conditions, undefined, 'write');
  requireEntryChange(caller.principal, directory);
  const name = await freeName(parts, mount, caller, directory, path.last, found);
  // As its directory says now: who prepared the content may not have known it.
  const owner = newObjectFile(caller.principal, directory);
  return replace(parts, mount, caller, directory, name.name, publication, name.over ?? 'absent', owner);
}

/** The name that a new file gets, and the file under it that is no object and is taken over. */
async function freeName(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
  { plain, blocker, isForeign }: Missing,
): Promise<{ readonly name: Buffer; readonly over?: { readonly id: bigint } }> {
  const place = placeIn(mount, directory.id);
  if (blocker === undefined) return { name: plain.name };
  if (isForeign) {
    await toItself(parts, mount, caller, directory, plain.name, blocker);
    return { name: plainName(segment, place).name };
  }
  if (blocker.type === 'directory') {
    const { name } = alternateName(segment, place);
    const other = await lookup(mount.volume, caller, directory.id, name);
    if (other !== undefined) await toItself(parts, mount, caller, directory, name, other);
    return { name };
  }
  requireRemove(caller.principal, directory, blocker);
  return { name: plain.name, over: { id: blocker.id } };
}

async function takeOver(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  found: Found,
  current: Attributes,
  publication: Publication,
  conditions: ObjectConditions | undefined,
): Promise<Known> {
  const { volume, volumeName } = mount;
  requireWrite(caller, current);
  // Before the record lock, as everywhere: nobody waits for state with that in hand, which others ask for inside of theirs.
  const guard = await parts.table.enterFor(caller, {
    volume: volumeName,
    file: current.id,
    access: 'replace',
    door: caller.door,
  });
  try {
    return await parts.mutex.run(caller, recordLock(volumeName, current.id), async () => {
      const isAboutContent = areAboutContent(conditions);
      let hold: Guard | undefined;
      try {
        if (isAboutContent) hold = await holdUnchanged(parts, mount, caller, current);
        const stamp = isAboutContent ? current.contentStamp : undefined;
        const swaps = volume.traits.replace === 'swap';
        if (swaps) await clearPrivileges(volume, caller, current);
        const owner = swaps ? undefined : await likenessOf(mount, caller, current);
        await parts.handles.forget(volume, current.id);
        const target = { id: current.id, ...(stamp !== undefined && { stamp }) };
        return await replace(parts, mount, caller, directory, found.name, publication, target, owner);
      } finally {
        hold?.exit();
      }
    });
  } finally {
    guard.exit();
  }
}

async function replace(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  name: Buffer,
  publication: Publication,
  ifTarget: TargetCondition,
  owner: Likeness | undefined,
): Promise<Known> {
  const { volume } = mount;
  const { replaced: result, record } = await publication.publish(directory.id, name, ifTarget, owner);
  const { replaced } = result;
  const isOther = replaced !== undefined && replaced.id !== result.attributes.id;
  parts.folded.note(mount, result.directory, replaced === undefined ? { added: name } : {});
  if (isOther && replaced.type === 'file' && replaced.nlink <= 1) {
    await parts.handles.drop(volume, replaced.id);
    // Where content is not swapped, it is the new file that is the target from now on.
    await parts.streams.moveAll(mount, replaced.id, result.attributes.id);
    await parts.sidecars.drop(mount, replaced.id);
  }
  tell(parts, mount, caller, directory, name, result);
  if (stampOfContent(result.attributes) === record.stamp) return { file: result.attributes, record };
  // A backend without content stamps: publishing has moved what stands in for one.
  const file = await storeRecord(volume, caller, result.attributes, record);
  return { file, record: { ...record, stamp: stampOfContent(file) } };
}

function tell(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  name: Buffer,
  { attributes, replaced }: Replaced,
): void {
  const place = { isDirectory: false, directory: directory.id, name };
  if (replaced?.id === attributes.id) {
    emit(parts, caller, mount.share.id, { kind: 'written', file: attributes.id, ...place });
    return;
  }
  if (replaced !== undefined) emit(parts, caller, mount.share.id, { kind: 'removed', file: replaced.id, ...place });
  emit(parts, caller, mount.share.id, { kind: 'created', file: attributes.id, ...place });
}
