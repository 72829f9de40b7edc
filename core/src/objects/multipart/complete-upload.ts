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
import type { Attributes } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { ContentHasher } from '../content/hasher.ts';
import type { CopiedContent, Piece } from '../content/copy-content.ts';
import { copyContent } from '../content/copy-content.ts';
import { infoOf, loadParts } from '../object-info.ts';
import { temporaryFile } from '../operations/publication.ts';
import { publish } from '../operations/publish.ts';
import { admit, fileFor } from '../operations/put.ts';
import type { SystemEntry } from '../../namespace/system-directory.ts';
import type { ObjectParts } from '../parts.ts';
import { etagOfDigests } from '../record/etag-of-parts.ts';
import { storedFor } from '../record/key-of-expiry.ts';
import type { Described } from '../record/large-values.ts';
import { describeParts } from '../record/large-values.ts';
import { isSameContent, stampOfContent } from '../record/stamps.ts';
import { attributesNow } from '../../namespace/look.ts';
import { locate } from '../tree/walk.ts';
import type { CompletedUploads } from './completed-uploads.ts';
import type { OpenUpload } from './open-upload.ts';
import { openUpload, uploadLock } from './open-upload.ts';
import type { PartFile } from './part-files.ts';
import { invalidPart, partFiles } from './part-files.ts';
import type { PlacedContent } from './placed-parts.ts';
import { contentName, makeStable, placedContent } from './placed-parts.ts';

export interface CompletionOptions {
  readonly conditions?: ObjectConditions;
  readonly checksums?: ObjectChecksums;
}

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
    const info =
      (await publishedBefore(parts, mount, caller, open, chosen)) ??
      (await publishParts(parts, mount, caller, open, chosen, options));
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

/** What a completion had come to when the head ended in it: the content was published, and the upload was not yet ended. */
async function publishedBefore(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload, directory }: OpenUpload,
  chosen: readonly PartFile[],
): Promise<ObjectInfo | undefined> {
  if (!chosen.some(({ isPlaced }) => isPlaced)) return undefined;
  if ((await placedContent(mount.volume, caller, directory)) !== undefined) return undefined;
  const { file } = await locate(parts, mount, caller, parseKey(upload.key));
  const known = file && (await parts.etags.of(mount, caller, file.attributes));
  if (known?.record.etag !== etagOfParts(chosen) || known.file.size !== sizeOf(chosen)) return undefined;
  return infoOf(upload.key, known, await loadParts(parts.sidecars, mount, caller, known));
}

async function publishParts(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  open: OpenUpload,
  chosen: readonly PartFile[],
  { conditions, checksums }: CompletionOptions,
): Promise<ObjectInfo> {
  const { volume } = mount;
  const { upload } = open;
  const size = sizeOf(chosen);
  if (size > volume.traits.maxFileSize) throw new ObjectError('entityTooLarge', { maximum: volume.traits.maxFileSize });
  const path = parseKey(upload.key);
  const located = await admit(parts, mount, caller, path, conditions);
  const present = chosen.map(({ part }) => part);
  const file = describeParts(parts.sidecars, volume, fileFor(mount, caller, path, located), present);
  const put = await putTogether(parts, mount, caller, open, chosen, file);
  const { entry, content } = put;
  try {
    if (file.sidecar !== undefined) await parts.sidecars.keep(mount, caller, entry.attributes.id, file.sidecar);
    // One part is the whole: then the content's digest is known without reading it.
    const digest = content.md5 ?? (chosen.length === 1 ? Buffer.from(chosen[0]!.part.etag, 'hex') : undefined);
    const record = {
      stamp: stampOfContent(content.file),
      size,
      etag: etagOfParts(chosen),
      ...(digest !== undefined && { digest }),
      ...(checksums !== undefined && { checksums }),
      metadata: storedFor(upload.key, upload.metadata),
      parts: chosen.length,
    };
    const publication = await temporaryFile(parts, mount, caller, entry, record, content.writtenIn);
    const known = await publish(parts, mount, caller, path, publication, conditions);
    return infoOf(upload.key, known, await loadParts(parts.sidecars, mount, caller, known));
  } catch (error) {
    await put.discard();
    if (file.sidecar !== undefined) await parts.sidecars.dropUnlessPublished(mount, entry);
    throw error;
  } finally {
    put.end();
  }
}

function sizeOf(chosen: readonly PartFile[]): number {
  return chosen.reduce((sum, { part }) => sum + part.size, 0);
}

/** The parts as one file. */
interface PutTogether {
  readonly entry: SystemEntry;
  readonly content: CopiedContent;
  /** It becomes no object. */
  discard(): Promise<void>;
  end(): void;
}

async function putTogether(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  open: OpenUpload,
  chosen: readonly PartFile[],
  described: Described,
): Promise<PutTogether> {
  const placed =
    mount.volume.clone === undefined ? await inPlace(parts, mount, caller, open, chosen, described) : undefined;
  if (placed !== undefined) return placed;
  const entry = await parts.system.createTemporary(mount, caller, described.file);
  const discard = (): Promise<void> => parts.system.discard(mount, entry);
  try {
    const from = await placedContent(mount.volume, caller, open.directory);
    const content = await copyParts(parts.contentHasher, mount, caller, entry.attributes, chosen, from);
    return { entry: { ...entry, attributes: content.file }, content, discard, end: () => undefined };
  } catch (error) {
    await discard();
    throw error;
  }
}

/**
 * The content that the parts were written into, once those that have files of their own are copied to their places in it. It stays the upload's until it is published.
 * `undefined` where it is not the parts that were chosen, one after another and nothing else, or where somebody still writes into it.
 */
async function inPlace(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload, directory }: OpenUpload,
  chosen: readonly PartFile[],
  { file }: Described,
): Promise<PutTogether | undefined> {
  const { volume } = mount;
  if (!parts.placed.seal(upload.id)) return undefined;
  const end = (): void => parts.placed.unseal(upload.id);
  try {
    const found = await placedContent(volume, caller, directory);
    if (found === undefined || found.file.size > sizeOf(chosen) || !isRegular(chosen, found.partSize)) {
      end();
      return undefined;
    }
    const content = await fillUp(parts, mount, caller, found, chosen);
    for (const [name, value] of file.xattrs ?? []) await volume.setxattr(caller, found.file.id, name, value, 'either');
    const entry = { directory, name: contentName, attributes: content.file };
    return { entry, content, discard: () => Promise.resolve(), end };
  } catch (error) {
    end();
    throw error;
  }
}

/** From 1 on without a gap, and each but the last of the one size: what follows one another in the object does so in the content. */
function isRegular(chosen: readonly PartFile[], partSize: number): boolean {
  const last = chosen.length - 1;
  return chosen.every(({ part: { number, size } }, index) => {
    return number === index + 1 && (index === last ? size <= partSize : size === partSize);
  });
}

/** Copies the parts that have files of their own to their places, which are nobody else's. */
async function fillUp(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { file, partSize }: PlacedContent,
  chosen: readonly PartFile[],
): Promise<CopiedContent> {
  const { volume } = mount;
  let content: CopiedContent = { file };
  for (const [index, { isPlaced, part, file: own }] of chosen.entries()) {
    if (isPlaced) continue;
    const piece: Piece = { volume, id: own.id, offset: 0, length: part.size };
    const { writtenIn } = await copyContent(
      parts.contentHasher,
      volume,
      caller,
      file,
      [piece],
      undefined,
      index * partSize,
    );
    content = { file: await makeStable(volume, caller, file.id, writtenIn) };
  }
  await checkParts(mount, caller, chosen);
  if (content.file.size !== sizeOf(chosen)) throw new StorageError('corrupt', 'parts in place are not there');
  return content;
}

/** A part may be uploaded anew while the upload is completed: then its file holds other bytes than those that were named, or is another file. */
async function copyParts(
  hasher: ContentHasher,
  mount: MountedShare,
  caller: Caller,
  to: Attributes,
  chosen: readonly PartFile[],
  from: PlacedContent | undefined,
): Promise<CopiedContent> {
  const { volume } = mount;
  const pieces = chosen.map(({ file, part: { number, size }, isPlaced }): Piece => {
    if (!isPlaced) return { volume, id: file.id, offset: 0, length: size };
    if (from === undefined) throw invalidPart(number);
    return { volume, id: from.file.id, offset: (number - 1) * from.partSize, length: size };
  });
  try {
    const content = await copyContent(hasher, volume, caller, to, pieces);
    await checkParts(mount, caller, chosen);
    return content;
  } catch (error) {
    // A part that is shorter or gone by now is why it failed.
    if (isStorageError(error, 'invalid') || isStorageError(error, 'stale')) await checkParts(mount, caller, chosen);
    throw error;
  }
}

async function checkParts(mount: MountedShare, caller: Caller, chosen: readonly PartFile[]): Promise<void> {
  for (const { file, part } of chosen) {
    if (!(await isUnchanged(mount, caller, file))) throw invalidPart(part.number);
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

function etagOfParts(chosen: readonly PartFile[]): string {
  return etagOfDigests(chosen.map(({ part }) => Buffer.from(part.etag, 'hex')));
}
