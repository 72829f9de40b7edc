import { createHash } from 'node:crypto';
import type { MountedShare } from '../namespace/mounts.ts';
import type { Sidecars } from '../namespace/sidecars.ts';
import type { ObjectInfo, ObjectPart } from '../service/index.ts';
import type { Attributes, Call } from '../spi/index.ts';
import { isStorageError } from '../spi/index.ts';
import type { Known } from './record/etags.ts';
import { noMetadata } from './record/etags.ts';
import { shownFor } from './record/key-of-expiry.ts';
import { loadLarge } from './record/large-values.ts';
import { decodeParts } from './record/parts-codec.ts';
import type { ObjectRecord } from './record/record-codec.ts';
import { stampEtag, stampOfContent } from './record/stamps.ts';
import { isValid, loadRecord, presentMetadata } from './record/store-record.ts';
import { partsXattr } from './record/xattr-names.ts';

export const emptyMd5 = createHash('md5').digest();
export const emptyEtag = emptyMd5.toString('hex');

/** An object as its file and a record that is valid for it tell. */
export function infoOf(key: string, { file, record }: Known, parts?: readonly ObjectPart[]): ObjectInfo {
  return {
    key,
    size: file.size,
    modified: file.modified,
    etag: record.etag,
    ...(record.digest !== undefined && { md5: Buffer.from(record.digest).toString('hex') }),
    metadata: shownFor(key, record.metadata),
    ...(record.checksums !== undefined && { checksums: record.checksums }),
    ...(parts !== undefined && { parts }),
    file: file.id,
    ownerUid: file.uid,
    directory: false,
  };
}

/** A file as LIST shows it. The etag costs no reading: it is the stored one, or one made of the content's stamp. */
export function fileInfo(key: string, file: Attributes, record: ObjectRecord | undefined): ObjectInfo {
  if (isValid(record, file) && record.etag !== undefined) {
    return infoOf(key, { file, record: { ...record, etag: record.etag } });
  }
  const metadata = record === undefined ? noMetadata : presentMetadata(record, file);
  return infoOf(key, {
    file,
    record: { stamp: stampOfContent(file), size: file.size, etag: stampEtag(file), metadata, parts: 0 },
  });
}

/** A directory as the object `…/`. */
export function markerInfo(key: string, directory: Attributes, record: ObjectRecord | undefined): ObjectInfo {
  return {
    key,
    size: 0,
    modified: directory.modified,
    etag: emptyEtag,
    md5: emptyEtag,
    metadata: record === undefined ? noMetadata : shownFor(key, record.metadata),
    ...(record?.checksums !== undefined && { checksums: record.checksums }),
    file: directory.id,
    ownerUid: directory.uid,
    directory: true,
  };
}

export async function loadMarker(
  mount: MountedShare,
  call: Call,
  key: string,
  directory: Attributes,
): Promise<ObjectInfo> {
  return markerInfo(key, directory, await loadRecord(mount.volume, call, directory));
}

export async function loadParts(
  sidecars: Sidecars,
  mount: MountedShare,
  call: Call,
  known: Known,
): Promise<ObjectPart[] | undefined> {
  if (known.record.parts === 0) return undefined;
  const bytes = await loadLarge(sidecars, mount, call, known.file.id, partsXattr);
  if (bytes === undefined) return undefined;
  try {
    return decodeParts(bytes);
  } catch (error) {
    if (isStorageError(error, 'corrupt')) return undefined;
    throw error;
  }
}
