import { requireRemove } from '../../access/checks.ts';
import { afterRemoval } from '../../namespace/files/last-name.ts';
import { checkWritable, emit, maxRetries } from '../../namespace/files/parts.ts';
import { unnamed } from '../../namespace/files/remove.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import { parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, Guard, ObjectConditions, ObjectInfo, ObjectMetadata, ShareId } from '../../service/index.ts';
import type { Attributes, Removed } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { areAboutContent, checkConditions } from '../conditions.ts';
import { infoOf } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import { noMetadata } from '../record/etags.ts';
import { shownFor } from '../record/key-of-expiry.ts';
import type { ObjectRecord } from '../record/record-codec.ts';
import { stampEtag, stampOfContent } from '../record/stamps.ts';
import { isValid, loadRecord, presentMetadata } from '../record/store-record.ts';
import { implicitXattr, recordXattr } from '../record/xattr-names.ts';
import { findDirectory, findFileNow, isFound } from '../tree/find.ts';
import type { Found } from '../tree/find.ts';
import { isOvertaken } from '../tree/make-directories.ts';
import { isImplicit, removeImplicit } from '../tree/remove-directories.ts';
import { segmentLock } from '../tree/locks.ts';
import { walk } from '../tree/walk.ts';
import type { Step, Walk } from '../tree/walk.ts';
import { findMarker } from './put-marker.ts';
import { presentObject } from './present.ts';
import { holdUnchanged } from './hold-unchanged.ts';

/**
 * Removes the object, and the implicit directories that are empty without it. `undefined` when there was none.
 *
 * @param expiredBy only an object that has expired by this second: any other is as good as none
 */
export async function remove(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  conditions?: ObjectConditions,
  expiredBy?: number,
): Promise<ObjectInfo | undefined> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  const path = parseKey(key);
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      const way = await walk(mount, caller, path.directories);
      const removed =
        way.missing > 0 ? undefined : await removeAt(parts, mount, caller, path, way, conditions, expiredBy);
      if (removed === undefined) checkConditions(conditions, undefined, 'write');
      else await removeImplicit(parts, mount, caller, way.steps);
      return removed;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }
  throw new StorageError('tryLater', 'the name keeps changing');
}

async function removeAt(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  way: Walk,
  conditions: ObjectConditions | undefined,
  expiredBy: number | undefined,
): Promise<ObjectInfo | undefined> {
  const step = way.steps.at(-1)!;
  const removed = await parts.mutex.run(
    caller,
    segmentLock(mount, step.attributes.id, path.last),
    async (): Promise<ObjectInfo | undefined> => {
      const found = await findFileNow(mount, caller, step.attributes, path.last);
      if (!isFound(found)) return undefined;
      return removeFile(parts, mount, caller, path, step.attributes, found, conditions, expiredBy);
    },
  );
  // With the content of `a/` its marker goes: the key is gone then.
  const marker = path.last === '' ? await findMarker(mount, caller, path, way.steps) : undefined;
  if (marker === undefined || !mayGo(marker.metadata, expiredBy)) return removed;
  await removeMarker(parts, mount, caller, step, removed === undefined ? { marker, conditions } : { marker });
  return removed ?? marker;
}

async function removeFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  directory: Attributes,
  { name, attributes }: Found,
  conditions: ObjectConditions | undefined,
  expiredBy: number | undefined,
): Promise<ObjectInfo | undefined> {
  const { volume, volumeName } = mount;
  requireRemove(caller.principal, directory, attributes);
  const current = await presentObject(parts, mount, caller, attributes, conditions);
  checkConditions(conditions, current, 'write');
  const { file } = current;
  const record = await loadRecord(volume, caller, file);
  if (expiredBy !== undefined && !(await hasExpired(parts, mount, caller, path.key, file, record, expiredBy)))
    return undefined;
  const guard = await parts.table.enterFor(caller, {
    volume: volumeName,
    file: file.id,
    access: 'delete',
    door: caller.door,
  });
  const isAboutContent = areAboutContent(conditions) || expiredBy !== undefined;
  let hold: Guard | undefined;
  try {
    // What is written after this look is another content.
    if (isAboutContent) hold = await holdUnchanged(parts, mount, caller, file);
    const stamp = isAboutContent ? file.contentStamp : undefined;
    const ifTarget = { id: file.id, ...(stamp !== undefined && { stamp }) };
    const unlink = (): Promise<Removed> => volume.unlink(caller, directory.id, name, { ifTarget });
    const { removed, directory: change } = await (file.nlink > 1
      ? parts.contents.keep(mount, caller, file.id, unnamed, unlink)
      : unlink());
    parts.folded.note(mount, change, { removed: name });
    await afterRemoval(parts, mount, removed);
  } finally {
    hold?.exit();
    guard.exit();
  }
  emit(parts, caller, mount.share.id, {
    kind: 'removed',
    file: file.id,
    isDirectory: false,
    directory: directory.id,
    name,
  });
  const metadata = record === undefined ? noMetadata : presentMetadata(record, file);
  const etag = (isValid(record, file) ? record.etag : undefined) ?? stampEtag(file);
  return infoOf(path.key, { file, record: { stamp: stampOfContent(file), size: file.size, etag, metadata, parts: 0 } });
}

/** Where the content may be another than the one that was to expire, it is looked at. */
async function hasExpired(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  key: string,
  file: Attributes,
  record: ObjectRecord | undefined,
  expiredBy: number,
): Promise<boolean> {
  if (record === undefined || !mayGo(shownFor(key, record.metadata), expiredBy)) return false;
  const { metadata } = isValid(record, file) ? record : (await parts.etags.of(mount, caller, file)).record;
  return mayGo(shownFor(key, metadata), expiredBy);
}

function mayGo(metadata: ObjectMetadata | undefined, expiredBy: number | undefined): boolean {
  return expiredBy === undefined || (metadata?.expiresAt ?? Infinity) <= expiredBy;
}

/** The directory stays for what is in it, as an implicit one. */
async function removeMarker(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { parent, segment, attributes }: Step,
  { marker, conditions }: { readonly marker: ObjectInfo; readonly conditions?: ObjectConditions | undefined },
): Promise<void> {
  if (parent === undefined || segment === undefined) return;
  const { volume } = mount;
  requireRemove(caller.principal, parent, attributes);
  await parts.mutex.run(caller, segmentLock(mount, parent.id, segment), async () => {
    const found = await findDirectory(mount, caller, parent, segment);
    if (!isFound(found) || found.attributes.id !== attributes.id) throw new StorageError('conditionFailed');
    checkConditions(conditions, { etag: marker.etag, file: { ...found.attributes, size: 0 } }, 'write');
    if (await isImplicit(mount, caller, attributes.id)) return;
    await volume.setxattr(caller, attributes.id, implicitXattr, Uint8Array.of(1), 'either');
    try {
      await volume.removexattr(caller, attributes.id, recordXattr);
    } catch (error) {
      // It had no metadata.
      if (!isStorageError(error, 'notFound')) throw error;
    }
  });
  emit(parts, caller, mount.share.id, { kind: 'attributes', file: attributes.id, isDirectory: true });
}
