import { requireWrite } from '../../access/checks.ts';
import { checkWritable, emit, enter } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import { checkKeyLength, parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type {
  Caller,
  ObjectBody,
  ObjectChecksums,
  ObjectConditions,
  ObjectInfo,
  ObjectMetadata,
  ShareId,
} from '../../service/index.ts';
import type { FileHandle, NewFile } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { spanOf } from '../../state/ranges.ts';
import { checkConditions } from '../conditions.ts';
import type { CopiedContent, Piece } from '../content/copy-content.ts';
import { copyContent } from '../content/copy-content.ts';
import type { Gathered } from '../content/gather-whole.ts';
import { gatherWhole } from '../content/gather-whole.ts';
import { littleContent } from '../content/hasher.ts';
import { settledAttributes } from '../content/settled-attributes.ts';
import { infoOf, loadParts } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import type { Known } from '../record/etags.ts';
import { recordLock } from '../record/known-contents.ts';
import { storedFor } from '../record/key-of-expiry.ts';
import { isSameContent, stampOfContent } from '../record/stamps.ts';
import { storeRecord } from '../record/store-record.ts';
import type { Readable } from './head.ts';
import { findReadable } from './head.ts';
import { presentObject } from './present.ts';
import { temporaryFile, wholeContent } from './publication.ts';
import { publish } from './publish.ts';
import { admit, fileFor, put } from './put.ts';

export interface ObjectPlace {
  readonly caller?: Caller;
  readonly share: ShareId;
  readonly key: string;
  readonly conditions?: ObjectConditions;
}

export interface CopyOptions {
  readonly metadata?: ObjectMetadata;
  readonly digest?: Digest;
}

export interface Digest {
  update(bytes: Uint8Array): void;
  finish(): ObjectChecksums;
}

type CopySource = Required<Pick<Readable, 'mount' | 'known'>>;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Times that a source may change while it is copied; a digest can be fed only once. */
const maxAttempts = 3;

export async function copy(
  parts: ObjectParts,
  caller: Caller,
  from: ObjectPlace,
  to: ObjectPlace,
  options: CopyOptions,
): Promise<ObjectInfo> {
  const mount = parts.mounts.get(to.share);
  checkWritable(caller, mount);
  checkKeyLength(to.key);
  for (let attempt = 1; ; attempt += 1) {
    const source = await findReadable(parts, from.caller ?? caller, from.share, from.key, from.conditions);
    const { known } = source;
    const { metadata = source.info.metadata, digest } = options;
    if (known === undefined) {
      const marked = storedFor(to.key, metadata);
      return put(parts, caller, to.share, to.key, emptyBody(digest), marked, to.conditions);
    }
    try {
      if (from.share === to.share && from.key === to.key) {
        return await describeAnew(parts, mount, caller, to, known, options);
      }
      return await copyFile(parts, mount, caller, source.mount, known, to, metadata, digest);
    } catch (error) {
      const again = isStorageError(error, 'conditionFailed') || isStorageError(error, 'stale');
      if (!again || attempt === maxAttempts || digest !== undefined) throw error;
    }
  }
}

async function copyFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  sourceMount: MountedShare,
  known: Known,
  to: ObjectPlace,
  metadata: ObjectMetadata,
  digest: Digest | undefined,
): Promise<ObjectInfo> {
  const path = parseKey(to.key);
  const located = await admit(parts, mount, caller, path, to.conditions);
  const file = fileFor(mount, caller, path, located);
  const stored = storedFor(to.key, metadata);
  const source = { mount: sourceMount, known };
  const gathered = await gatherSource(parts, mount, caller, source, digest);
  try {
    const whole = gathered?.whole;
    if (whole === undefined) {
      return await copyToFile(parts, mount, caller, source, path, file, stored, digest, to.conditions);
    }
    await checkUnchanged(parts, caller, source);
    const { bytes, md5 } = whole;
    const record = recordOfCopy(known, { size: bytes.length, md5 }, stored, digest?.finish());
    const publication = wholeContent(parts, mount, caller, bytes, file.xattrs, record);
    return infoOf(to.key, await publish(parts, mount, caller, path, publication, to.conditions));
  } finally {
    gathered?.release();
  }
}

/** A little content is read and published in one step: a copy by reference takes several. `undefined`: it is not so little. */
async function gatherSource(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  source: CopySource,
  digest: Digest | undefined,
): Promise<Gathered | undefined> {
  const { size, id } = source.known.file;
  if (size > littleContent) return undefined;
  return whileGuarded(parts, caller, source, { start: 0, end: size }, async () => {
    const handle = await source.mount.volume.open(caller, id, 'read');
    try {
      const body = bodyOfFile(handle, caller, size, digest);
      return await gatherWhole(mount.volume, body, parts.gathering, parts.contentHasher);
    } finally {
      await handle.close();
    }
  });
}

function bodyOfFile(handle: FileHandle, caller: Caller, length: number, digest: Digest | undefined): ObjectBody {
  let at = 0;
  return {
    length,
    async read() {
      if (at === length) return undefined;
      const { bytes } = await handle.read(caller, at, length - at);
      if (bytes.length === 0) throw new StorageError('conditionFailed', 'the source became shorter');
      digest?.update(bytes);
      at += bytes.length;
      return bytes;
    },
  };
}

async function copyToFile(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  source: CopySource,
  path: KeyPath,
  file: NewFile,
  metadata: ObjectMetadata,
  digest: Digest | undefined,
  conditions: ObjectConditions | undefined,
): Promise<ObjectInfo> {
  const entry = await parts.system.createTemporary(mount, caller, file);
  try {
    const range = { start: 0, end: source.known.file.size };
    const content = await transfer(parts, caller, source, range, entry.attributes, mount, digest);
    const described = { size: content.file.size, ...(content.md5 && { md5: content.md5 }) };
    const stamp = stampOfContent(content.file);
    const record = { ...recordOfCopy(source.known, described, metadata, digest?.finish()), stamp };
    const publication = await temporaryFile(parts, mount, caller, entry, record, content.writtenIn);
    return infoOf(path.key, await publish(parts, mount, caller, path, publication, conditions));
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}

/** Copies bytes of an object into a new file; `conditionFailed` when the object changed meanwhile. */
export async function transfer(
  parts: ObjectParts,
  caller: Caller,
  source: CopySource,
  range: Range,
  to: CopiedContent['file'],
  mount: MountedShare,
  digest: Digest | undefined,
  at = 0,
): Promise<CopiedContent> {
  const length = range.end - range.start;
  const piece: Piece = { volume: source.mount.volume, id: source.known.file.id, offset: range.start, length };
  const content = await whileGuarded(parts, caller, source, range, () =>
    copyContent(parts.contentHasher, mount.volume, caller, to, [piece], digest, at),
  );
  await checkUnchanged(parts, caller, source);
  return content;
}

async function whileGuarded<T>(
  parts: ObjectParts,
  caller: Caller,
  source: CopySource,
  range: Range,
  read: () => Promise<T>,
): Promise<T> {
  const span = spanOf(range.start, range.end - range.start);
  const guard =
    span &&
    (await enter(parts, caller, {
      volume: source.mount.volumeName,
      file: source.known.file.id,
      access: 'read',
      door: caller.door,
      range: span,
    }));
  try {
    return await read();
  } finally {
    guard?.exit();
  }
}

/** `conditionFailed` when it is not what was found any more: what was read of it may be of two contents. */
async function checkUnchanged(
  parts: ObjectParts,
  caller: Caller,
  { mount, known: { file } }: CopySource,
): Promise<void> {
  const after = await settledAttributes(parts, mount, caller, file.id);
  if (!isSameContent(file, after)) throw new StorageError('conditionFailed', 'the source changed');
}

/** What is known of the source holds for the same bytes elsewhere; an object that came in parts is one piece now. */
function recordOfCopy(
  { record }: Known,
  { size, md5 }: { readonly size: number; readonly md5?: Uint8Array },
  metadata: ObjectMetadata,
  checksums: ObjectChecksums | undefined = record.checksums,
): Omit<Known['record'], 'stamp'> {
  const digest = md5 ?? record.digest;
  return {
    size,
    etag: digest === undefined ? record.etag : Buffer.from(digest).toString('hex'),
    ...(digest !== undefined && { digest }),
    ...(checksums !== undefined && { checksums }),
    metadata,
    parts: 0,
  };
}

/** A copy onto itself changes what is said of the object, not its content. */
async function describeAnew(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  to: ObjectPlace,
  known: Known,
  { metadata, digest }: CopyOptions,
): Promise<ObjectInfo> {
  const { volume, volumeName } = mount;
  requireWrite(caller, known.file);
  const current = await presentObject(parts, mount, caller, known.file, to.conditions);
  checkConditions(to.conditions, current, 'write');
  if (digest !== undefined) await feed(mount, caller, known, digest);
  const checksums = digest?.finish();
  return parts.mutex.run(caller, recordLock(volumeName, known.file.id), async () => {
    const now = await volume.getattr(caller, known.file.id);
    if (!isSameContent(known.file, now)) throw new StorageError('conditionFailed');
    const { stamp: _stamp, size: _size, ...before } = known.record;
    const record = {
      ...before,
      ...(metadata && { metadata: storedFor(to.key, metadata) }),
      ...(checksums && { checksums }),
    };
    await parts.expiries.note(mount, to.key, record.metadata);
    const file = await storeRecord(volume, caller, now, record);
    emit(parts, caller, mount.share.id, { kind: 'attributes', file: file.id, isDirectory: false });
    const renewed: Known = { file, record: { ...record, stamp: stampOfContent(file), size: file.size } };
    return infoOf(to.key, renewed, await loadParts(parts.sidecars, mount, caller, renewed));
  });
}

async function feed(mount: MountedShare, caller: Caller, { file }: Known, digest: Digest): Promise<void> {
  const handle = await mount.volume.open(caller, file.id, 'read');
  try {
    for (let offset = 0; offset < file.size;) {
      const { bytes } = await handle.read(caller, offset, 65_536);
      if (bytes.length === 0) throw new StorageError('conditionFailed');
      digest.update(bytes);
      offset += bytes.length;
      await new Promise(setImmediate);
    }
  } finally {
    await handle.close();
  }
}

function emptyBody(digest: Digest | undefined): ObjectBody {
  return { length: 0, read: () => Promise.resolve(undefined), finish: async () => digest?.finish() };
}
