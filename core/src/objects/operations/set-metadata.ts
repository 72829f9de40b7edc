import { requireWrite } from '../../access/checks.ts';
import { checkWritable, emit, maxRetries } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import { parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectInfo, ObjectMetadata, ShareId } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { fileInfo, markerInfo } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import { noMetadata } from '../record/etags.ts';
import { recordLock } from '../record/known-contents.ts';
import { shownFor, storedFor } from '../record/key-of-expiry.ts';
import type { ObjectRecord } from '../record/record-codec.ts';
import { encodeRecord } from '../record/record-codec.ts';
import { isValid, loadRecord, presentMetadata, storeRecord } from '../record/store-record.ts';
import { recordXattr } from '../record/xattr-names.ts';
import { findFileNow, isFound } from '../tree/find.ts';
import { segmentLock } from '../tree/locks.ts';
import { isOvertaken } from '../tree/make-directories.ts';
import { isImplicit } from '../tree/remove-directories.ts';
import type { Step } from '../tree/walk.ts';
import { lastOf, walk } from '../tree/walk.ts';

export type MetadataChange = (present: ObjectMetadata) => ObjectMetadata;

/** Says something else of an object; its content, etag, parts and times stay. */
export async function setMetadata(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  change: MetadataChange,
): Promise<ObjectInfo> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  const path = parseKey(key);
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    try {
      const way = await walk(mount, caller, path.directories);
      const info = way.missing > 0 ? undefined : await changeAt(parts, mount, caller, path, lastOf(way), change);
      if (info === undefined) throw new ObjectError('noSuchKey', { key });
      return info;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }
  throw new StorageError('tryLater', 'the name keeps changing');
}

async function changeAt(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { key, last }: KeyPath,
  step: Step,
  change: MetadataChange,
): Promise<ObjectInfo | undefined> {
  const directory = step.attributes;
  return parts.mutex.run(caller, segmentLock(mount, directory.id, last), async () => {
    const found = await findFileNow(mount, caller, directory, last);
    if (isFound(found)) return changeFile(parts, mount, caller, key, found.attributes, change);
    const isMarker = last === '' && step.parent !== undefined && !(await isImplicit(mount, caller, directory.id));
    return isMarker ? changeMarker(parts, mount, caller, key, directory, change) : undefined;
  });
}

async function changeFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  key: string,
  seen: Attributes,
  change: MetadataChange,
): Promise<ObjectInfo> {
  const { volume, volumeName } = mount;
  requireWrite(caller, seen);
  return parts.mutex.run(caller, recordLock(volumeName, seen.id), async () => {
    const now = await volume.getattr(caller, seen.id);
    const old = await loadRecord(volume, caller, now);
    const present = old === undefined ? noMetadata : shownFor(key, presentMetadata(old, now));
    const metadata = storedFor(key, change(present));
    await parts.expiries.note(mount, key, metadata);
    const file = await store(mount, caller, now, old, metadata);
    emit(parts, caller, mount.share.id, { kind: 'attributes', file: file.id, isDirectory: false });
    return fileInfo(key, file, await loadRecord(volume, caller, file));
  });
}

/** What is known of other content than the present one stays known: it may come back. */
async function store(
  { volume }: MountedShare,
  caller: Caller,
  file: Attributes,
  old: ObjectRecord | undefined,
  metadata: ObjectMetadata,
): Promise<Attributes> {
  if (isValid(old, file)) {
    const { stamp: _stamp, size: _size, ...known } = old;
    return storeRecord(volume, caller, file, { ...known, metadata });
  }
  // A time of expiry is for the content that is there.
  if (metadata.expiresAt !== undefined) return storeRecord(volume, caller, file, { metadata, parts: 0 });
  const record = { ...(old ?? { stamp: 0n, size: 0, parts: 0 }), metadata };
  return volume.setxattr(caller, file.id, recordXattr, encodeRecord(record), 'either');
}

async function changeMarker(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  key: string,
  directory: Attributes,
  change: MetadataChange,
): Promise<ObjectInfo> {
  const { volume } = mount;
  requireWrite(caller, directory);
  const old = (await loadRecord(volume, caller, directory)) ?? { stamp: 0n, size: 0, parts: 0, metadata: noMetadata };
  const record = { ...old, metadata: storedFor(key, change(shownFor(key, old.metadata))) };
  await parts.expiries.note(mount, key, record.metadata);
  const after = await volume.setxattr(caller, directory.id, recordXattr, encodeRecord(record), 'either');
  emit(parts, caller, mount.share.id, { kind: 'attributes', file: directory.id, isDirectory: true });
  return markerInfo(key, after, record);
}
