import { createHash } from 'node:crypto';
import { checkWritable } from '../../namespace/files/parts.ts';
import { parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type {
  Caller,
  CompletedPart,
  ObjectChecksums,
  ObjectConditions,
  ObjectInfo,
  ObjectPart,
  ShareId,
} from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes, NewFile } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { ContentHasher } from '../content/hasher.ts';
import type { CopiedContent, Piece } from '../content/copy-content.ts';
import { copyContent } from '../content/copy-content.ts';
import { infoOf, loadParts } from '../object-info.ts';
import { temporaryFile } from '../operations/publication.ts';
import { publish } from '../operations/publish.ts';
import { admit, fileFor } from '../operations/put.ts';
import type { ObjectParts } from '../parts.ts';
import { storedFor } from '../record/key-of-expiry.ts';
import { encodeParts } from '../record/parts-codec.ts';
import { encodeRecord } from '../record/record-codec.ts';
import { isSameContent, stampOfContent } from '../record/stamps.ts';
import { partsXattr, recordXattr } from '../record/xattr-names.ts';
import { attributesNow } from '../../namespace/look.ts';
import type { CompletedUploads } from './completed-uploads.ts';
import type { OpenUpload } from './open-upload.ts';
import { openUpload, uploadLock } from './open-upload.ts';
import type { PartFile } from './part-files.ts';
import { invalidPart, partFiles } from './part-files.ts';

export interface CompletionOptions {
  readonly conditions?: ObjectConditions;
  readonly checksums?: ObjectChecksums;
}

/** Bytes of extended attributes that are left to everything but the parts. */
const roomForOthers = 16_384;

export async function completeUpload(
  parts: ObjectParts,
  memory: CompletedUploads,
  caller: Caller,
  share: ShareId,
  key: string,
  uploadId: string,
  named: readonly CompletedPart[],
  options: CompletionOptions = {},
): Promise<ObjectInfo> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkOrder(named);
  return parts.mutex.run(caller, uploadLock(mount, uploadId), async () => {
    const answered = await memory.find(mount, caller, key, uploadId);
    if (answered !== undefined) {
      // The upload is gone, and who began it with it: who asks has to be one who could have completed it.
      await admit(parts, mount, caller, parseKey(key), undefined);
      return answered;
    }
    const open = await openUpload(parts, mount, caller, key, uploadId);
    const chosen = await choose(parts, mount, caller, open, named);
    const info = await publishParts(parts, mount, caller, open, chosen, options);
    const uploads = await parts.system.uploads(mount, caller);
    await memory.remember(mount, uploads, open.directory, uploadId, info);
    return info;
  });
}

function checkOrder(named: readonly CompletedPart[]): void {
  if (named.length === 0) throw new ObjectError('invalidPart');
  for (let index = 1; index < named.length; index += 1) {
    if (named[index]!.number <= named[index - 1]!.number) {
      throw new ObjectError('invalidPartOrder', { partNumber: named[index]!.number });
    }
  }
}

/** The parts that were named, as they are; `invalidPart` for any that is not there or is another one by now. */
async function choose(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { directory }: OpenUpload,
  named: readonly CompletedPart[],
): Promise<readonly PartFile[]> {
  const chosen: PartFile[] = [];
  for await (const present of partFiles(parts, mount, caller, directory, named[0]!.number - 1)) {
    const wanted = named[chosen.length];
    if (wanted === undefined) break;
    if (present.part.number < wanted.number) continue;
    if (!isMeant(present.part, wanted)) throw invalidPart(wanted.number);
    chosen.push(present);
  }
  if (chosen.length < named.length) throw invalidPart(named[chosen.length]!.number);
  for (const { part } of chosen.slice(0, -1)) {
    if (part.size < parts.minimumPartSize) {
      throw new ObjectError('entityTooSmall', {
        partNumber: part.number,
        etag: part.etag,
        size: part.size,
        minimum: parts.minimumPartSize,
      });
    }
  }
  return chosen;
}

function isMeant(part: ObjectPart, { number, etag, checksums = {} }: CompletedPart): boolean {
  if (part.number !== number || part.etag !== etag.toLowerCase()) return false;
  return Object.entries(checksums).every(([algorithm, value]) => part.checksums?.values[algorithm] === value);
}

async function publishParts(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload }: OpenUpload,
  chosen: readonly PartFile[],
  { conditions, checksums }: CompletionOptions,
): Promise<ObjectInfo> {
  const { volume } = mount;
  const size = chosen.reduce((sum, { part }) => sum + part.size, 0);
  if (size > volume.traits.maxFileSize) throw new ObjectError('entityTooLarge', { maximum: volume.traits.maxFileSize });
  const path = parseKey(upload.key);
  const located = await admit(parts, mount, caller, path, conditions);
  const file = withParts(mount, fileFor(mount, caller, path, located), chosen);
  const entry = await parts.system.createTemporary(mount, caller, file);
  try {
    const content = await copyParts(parts.contentHasher, mount, caller, entry.attributes, chosen);
    // One part is the whole: then the content's digest is known without reading it.
    const digest = content.md5 ?? (chosen.length === 1 ? Buffer.from(chosen[0]!.part.etag, 'hex') : undefined);
    const record = {
      stamp: stampOfContent(content.file),
      size,
      etag: etagOf(chosen),
      ...(digest !== undefined && { digest }),
      ...(checksums !== undefined && { checksums }),
      metadata: storedFor(upload.key, upload.metadata),
      parts: chosen.length,
    };
    await volume.setxattr(caller, entry.attributes.id, recordXattr, encodeRecord(record), 'either');
    const publication = temporaryFile(parts, mount, caller, entry, record, content.writtenIn);
    const known = await publish(parts, mount, caller, path, publication, conditions);
    return infoOf(upload.key, known, await loadParts(mount, caller, known));
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}

/** A part may be uploaded anew while the upload is completed: then its file holds other bytes than those that were named, or is another file. */
async function copyParts(
  hasher: ContentHasher,
  mount: MountedShare,
  caller: Caller,
  to: Attributes,
  chosen: readonly PartFile[],
): Promise<CopiedContent> {
  const { volume } = mount;
  const pieces: Piece[] = chosen.map(({ file, part }) => ({ volume, id: file.id, offset: 0, length: part.size }));
  const checkParts = async (): Promise<void> => {
    for (const { file, part } of chosen) {
      if (!(await isUnchanged(mount, caller, file))) throw invalidPart(part.number);
    }
  };
  try {
    const content = await copyContent(hasher, volume, caller, to, pieces);
    await checkParts();
    return content;
  } catch (error) {
    // A part that is shorter or gone by now is why it failed.
    if (isStorageError(error, 'invalid') || isStorageError(error, 'stale')) await checkParts();
    throw error;
  }
}

async function isUnchanged({ volume }: MountedShare, caller: Caller, file: Attributes): Promise<boolean> {
  try {
    const now = await attributesNow(volume, caller, file.id);
    return isSameContent(file, now);
  } catch (error) {
    if (isStorageError(error, 'stale')) return false;
    throw error;
  }
}

/** MD5 of the parts' MD5s, and their number: what S3 shows, and clients compute. */
function etagOf(chosen: readonly PartFile[]): string {
  const hash = createHash('md5');
  for (const { part } of chosen) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${chosen.length}`;
}

function withParts(mount: MountedShare, file: NewFile, chosen: readonly PartFile[]): NewFile {
  const { maxXattrBytes, maxXattrTotalBytes } = mount.volume.traits;
  const room = Math.min(maxXattrBytes, maxXattrTotalBytes - roomForOthers);
  const bytes = encodeParts(
    chosen.map(({ part }) => part),
    room,
  );
  return bytes === undefined ? file : { ...file, xattrs: new Map([...(file.xattrs ?? []), [partsXattr, bytes]]) };
}
