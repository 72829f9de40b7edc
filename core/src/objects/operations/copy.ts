import { requireWrite } from '../../access/checks.ts';
import { checkWritable, emit, enter } from '../../namespace/files/parts.ts';
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
import { StorageError, isStorageError } from '../../spi/index.ts';
import { spanOf } from '../../state/ranges.ts';
import { checkConditions } from '../conditions.ts';
import type { CopiedContent, Piece } from '../content/copy-content.ts';
import { copyContent } from '../content/copy-content.ts';
import { settledAttributes } from '../content/settled-attributes.ts';
import { infoOf, loadParts } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import type { Known } from '../record/etags.ts';
import { recordLock } from '../record/etags.ts';
import { storedFor } from '../record/key-of-expiry.ts';
import { encodeRecord } from '../record/record-codec.ts';
import { stampOfContent } from '../record/stamps.ts';
import { storeRecord } from '../record/store-record.ts';
import { recordXattr } from '../record/xattr-names.ts';
import type { Readable } from './head.ts';
import { findReadable } from './head.ts';
import { presentObject } from './present.ts';
import type { Publication } from './publish.ts';
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
  const entry = await parts.system.createTemporary(mount, caller, fileFor(mount, caller, path, located));
  try {
    const whole = { start: 0, end: known.file.size };
    const content = await transfer(
      parts,
      caller,
      { mount: sourceMount, known },
      whole,
      entry.attributes,
      mount,
      digest,
    );
    const record = recordOfCopy(known, content, storedFor(to.key, metadata), digest?.finish());
    await mount.volume.setxattr(caller, entry.attributes.id, recordXattr, encodeRecord(record), 'either');
    const publication = { entry: { ...entry, attributes: content.file }, record, writtenIn: content.writtenIn };
    return infoOf(to.key, await publish(parts, mount, caller, path, publication, to.conditions));
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}

/** Copies bytes of an object into a new file; `conditionFailed` when the object changed meanwhile. */
export async function transfer(
  parts: ObjectParts,
  caller: Caller,
  source: Required<Pick<Readable, 'mount' | 'known'>>,
  range: { readonly start: number; readonly end: number },
  to: CopiedContent['file'],
  mount: MountedShare,
  digest: Digest | undefined,
): Promise<CopiedContent> {
  const { file } = source.known;
  const length = range.end - range.start;
  const piece: Piece = { volume: source.mount.volume, id: file.id, offset: range.start, length };
  const span = spanOf(range.start, length);
  const guard =
    span &&
    (await enter(parts, caller, {
      volume: source.mount.volumeName,
      file: file.id,
      access: 'read',
      door: caller.door,
      range: span,
    }));
  let content: CopiedContent;
  try {
    content = await copyContent(parts.contentHasher, mount.volume, caller, to, [piece], digest);
  } finally {
    guard?.exit();
  }
  const after = await settledAttributes(parts, source.mount, caller, file.id);
  if (stampOfContent(after) !== stampOfContent(file)) throw new StorageError('conditionFailed', 'the source changed');
  return content;
}

/** What is known of the source holds for the same bytes elsewhere; an object that came in parts is one piece now. */
function recordOfCopy(
  { record }: Known,
  { file, md5 }: CopiedContent,
  metadata: ObjectMetadata,
  checksums: ObjectChecksums | undefined = record.checksums,
): Publication['record'] {
  const digest = md5 ?? record.digest;
  return {
    stamp: stampOfContent(file),
    size: file.size,
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
    if (stampOfContent(now) !== stampOfContent(known.file)) throw new StorageError('conditionFailed');
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
    return infoOf(to.key, renewed, await loadParts(mount, caller, renewed));
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
