import { requireEntryChange } from '../../access/checks.ts';
import { emit, maxRetries } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type {
  Caller,
  ObjectBody,
  ObjectChecksums,
  ObjectConditions,
  ObjectInfo,
  ObjectMetadata,
} from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { checkConditions } from '../conditions.ts';
import { emptyEtag, emptyMd5, loadMarker, markerInfo } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import { encodeRecord } from '../record/record-codec.ts';
import { loadRecord } from '../record/store-record.ts';
import { implicitXattr, recordXattr } from '../record/xattr-names.ts';
import { findDirectory, isFound } from '../tree/find.ts';
import { isOvertaken, makeDirectories, makeDirectory } from '../tree/make-directories.ts';
import { isImplicit, removeImplicit } from '../tree/remove-directories.ts';
import { segmentLock } from '../tree/locks.ts';
import type { Step } from '../tree/walk.ts';

/** PUT of `a/` without content: the directory is made, or becomes explicit, and keeps the metadata. */
export async function putMarker(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  body: ObjectBody,
  metadata: ObjectMetadata,
  conditions?: ObjectConditions,
): Promise<ObjectInfo> {
  if ((body.length ?? 0) > 0) throw new ObjectError('bodyTooShort', { expected: body.length!, received: 0 });
  const checksums = await body.finish?.(emptyMd5);
  await parts.expiries.note(mount, path.key, metadata);
  let steps: readonly Step[] = [];
  try {
    for (let attempt = 0; attempt < maxRetries; attempt += 1) {
      try {
        steps = await makeDirectories(parts, mount, caller, path.directories.slice(0, -1));
        const parent = steps.at(-1)!.attributes;
        const segment = path.directories.at(-1)!;
        return await parts.mutex.run(caller, segmentLock(mount, parent.id, segment), () =>
          markIn(parts, mount, caller, parent, segment, { key: path.key, metadata, checksums, conditions }),
        );
      } catch (error) {
        if (!isOvertaken(error)) throw error;
      }
    }
    throw new StorageError('tryLater', 'the names keep changing');
  } catch (error) {
    await removeImplicit(parts, mount, caller, steps);
    throw error;
  }
}

interface Marker {
  readonly key: string;
  readonly metadata: ObjectMetadata;
  readonly checksums: ObjectChecksums | undefined;
  readonly conditions: ObjectConditions | undefined;
}

async function markIn(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  segment: string,
  { key, metadata, checksums, conditions }: Marker,
): Promise<ObjectInfo> {
  const found = await findDirectory(mount, caller, parent, segment);
  const present = isFound(found) && !(await isImplicit(mount, caller, found.attributes.id)) ? found : undefined;
  const current = present && { etag: emptyEtag, file: { ...present.attributes, size: 0 } };
  checkConditions(conditions, current, 'write');
  requireEntryChange(caller.principal, present?.attributes ?? parent);
  const directory = isFound(found)
    ? found.attributes
    : await makeDirectory(parts, mount, caller, parent, segment, false);
  const record = {
    stamp: 0n,
    size: 0,
    ...(checksums !== undefined && { checksums }),
    metadata,
    parts: 0,
  };
  const { volume } = mount;
  const { headers, user, expiresAt } = metadata;
  const isBare = Object.keys(headers).length === 0 && Object.keys(user).length === 0 && expiresAt === undefined;
  if (!isBare || checksums !== undefined || (await loadRecord(volume, caller, directory)) !== undefined) {
    await volume.setxattr(caller, directory.id, recordXattr, encodeRecord(record), 'either');
  }
  if (isFound(found) && present === undefined) {
    await volume.removexattr(caller, directory.id, implicitXattr);
    emit(parts, caller, mount.share.id, { kind: 'attributes', file: directory.id, isDirectory: true });
  }
  return markerInfo(key, directory, record);
}

/** The directory of a key `a/` as an object; `undefined` where it is implicit. */
export async function findMarker(
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  steps: readonly Step[],
): Promise<ObjectInfo | undefined> {
  if (path.last !== '' || steps.length !== path.directories.length + 1) return undefined;
  const directory = steps.at(-1)!.attributes;
  if (await isImplicit(mount, caller, directory.id)) return undefined;
  return loadMarker(mount, caller, path.key, directory);
}
