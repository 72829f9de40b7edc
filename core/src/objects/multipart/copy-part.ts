import { checkWritable } from '../../namespace/files/parts.ts';
import type { Caller, ObjectConditions, ObjectPart, ShareId } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Digest } from '../operations/copy.ts';
import { transfer } from '../operations/copy.ts';
import { findReadable } from '../operations/head.ts';
import { emptyMd5 } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import { hashContent } from '../record/hash-content.ts';
import { openUpload, orNoSuchUpload } from './open-upload.ts';
import { checkPartNumber } from './part-files.ts';
import { placeFor } from './placed-parts.ts';
import { newPart, placedPart } from './put-part.ts';

/** A part of another object's bytes: by reference where the backend can, and read once for its MD5. */
export async function copyPart(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  uploadId: string,
  number: number,
  from: {
    readonly share: ShareId;
    readonly key: string;
    readonly range?: { readonly start: number; readonly end: number };
    readonly conditions?: ObjectConditions;
  },
  digest?: Digest,
): Promise<ObjectPart> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkPartNumber(number);
  const upload = await openUpload(parts, mount, caller, key, uploadId);
  const source = await findReadable(parts, caller, from.share, from.key, from.conditions);
  const { size } = source.info;
  const range = from.range ?? { start: 0, end: size };
  if (range.start < 0 || range.end < range.start || range.end > size) {
    throw new ObjectError('invalidRange', { size, start: range.start, end: range.end });
  }
  const { known } = source;
  const length = range.end - range.start;
  const place = await orNoSuchUpload(uploadId, placeFor(parts, mount, caller, upload, number, length));
  if (place !== undefined) {
    return placedPart(parts, mount, caller, upload, number, place, async () => {
      const found = { mount: source.mount, known: known! };
      const copied = await transfer(parts, caller, found, range, place.file, mount, digest, place.at);
      const { md5 = emptyMd5, writtenIn } = copied;
      return { record: { md5, ...checksumsOf(digest), placed: length }, writtenIn };
    });
  }
  return newPart(parts, mount, caller, upload, number, async (entry) => {
    if (known === undefined) return { file: entry.attributes, record: { md5: emptyMd5, ...checksumsOf(digest) } };
    const copied = await transfer(
      parts,
      caller,
      { mount: source.mount, known },
      range,
      entry.attributes,
      mount,
      digest,
    );
    const isWhole = range.start === 0 && range.end === size;
    const md5 =
      copied.md5 ??
      (isWhole ? known.record.digest : undefined) ??
      (await hashContent(mount.volume, parts.handles, parts.contentHasher, copied.file));
    return { file: copied.file, record: { md5, ...checksumsOf(digest) }, writtenIn: copied.writtenIn };
  });
}

function checksumsOf(digest: Digest | undefined) {
  return digest === undefined ? {} : { checksums: digest.finish() };
}
