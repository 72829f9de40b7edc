import { createHash } from 'node:crypto';
import { checkWritable, enter } from '../../namespace/files/parts.ts';
import type { KeyPath } from '../../namespace/keys.ts';
import { checkKeyLength, parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type {
  Caller,
  Guard,
  ObjectConditions,
  ObjectInfo,
  ObjectMetadata,
  ObjectPart,
  ObjectPiece,
  ShareId,
} from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes, WriteEpoch } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { spanOf } from '../../state/ranges.ts';
import type { CopiedContent, Piece } from '../content/copy-content.ts';
import { copyContent } from '../content/copy-content.ts';
import { settledAttributes } from '../content/settled-attributes.ts';
import type { SystemEntry } from '../../namespace/system-directory.ts';
import { infoOf, loadParts } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import type { Known } from '../record/etags.ts';
import { storedFor } from '../record/key-of-expiry.ts';
import { describeParts } from '../record/large-values.ts';
import { isSameContent, stampOfContent } from '../record/stamps.ts';
import { findReadable } from './head.ts';
import { temporaryFile } from './publication.ts';
import { publish } from './publish.ts';
import { admit, fileFor } from './put.ts';

export interface CompositionOptions {
  readonly conditions?: ObjectConditions;
  readonly manifest?: Uint8Array;
}

const maxPieces = 10_000;
/** Times that a source may change while it is copied. */
const maxAttempts = 3;

/** Bytes of a file, or bytes in memory, that become a part. */
interface Source {
  readonly mount?: MountedShare;
  readonly known?: Known;
  readonly bytes?: Uint8Array;
  readonly start: number;
  readonly length: number;
  /** Of exactly these bytes, where it is known. */
  readonly md5?: Uint8Array;
}

/** The pieces that were given as bytes, in a file of their own. */
interface Inline {
  readonly entry: SystemEntry;
  readonly writtenIn: WriteEpoch;
}

/** Makes one object of many pieces. */
export async function compose(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  pieces: readonly ObjectPiece[],
  metadata: ObjectMetadata,
  options: CompositionOptions = {},
): Promise<ObjectInfo> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkKeyLength(key);
  if (pieces.length === 0 || pieces.length > maxPieces) throw new StorageError('invalid', `1 to ${maxPieces} pieces`);
  for (let attempt = 1; ; attempt += 1) {
    const sources: Source[] = [];
    for (const [index, piece] of pieces.entries()) sources.push(await sourceOf(parts, caller, piece, index));
    try {
      return await composeOf(parts, mount, caller, parseKey(key), sources, metadata, options);
    } catch (error) {
      const again = isStorageError(error, 'conditionFailed') || isStorageError(error, 'stale');
      if (!again || attempt === maxAttempts) throw error;
    }
  }
}

async function sourceOf(parts: ObjectParts, caller: Caller, piece: ObjectPiece, index: number): Promise<Source> {
  if ('bytes' in piece) {
    const { bytes } = piece;
    return { bytes, start: 0, length: bytes.length, md5: createHash('md5').update(bytes).digest() };
  }
  try {
    const reader = piece.caller ?? caller;
    const { mount, known, info } = await findReadable(parts, reader, piece.share, piece.key, piece.conditions);
    const { start, end } = piece.range ?? { start: 0, end: info.size };
    if (start < 0 || end < start || end > info.size) throw new ObjectError('invalidRange', { size: info.size });
    const isWhole = start === 0 && end === info.size;
    const md5 = isWhole ? known?.record.digest : undefined;
    return { mount, ...(known && { known }), start, length: end - start, ...(md5 !== undefined && { md5 }) };
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    throw new ObjectError(error.code, { ...error.detail, piece: index });
  }
}

async function composeOf(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  path: KeyPath,
  sources: readonly Source[],
  metadata: ObjectMetadata,
  { conditions, manifest }: CompositionOptions,
): Promise<ObjectInfo> {
  const { volume } = mount;
  const size = sources.reduce((sum, { length }) => sum + length, 0);
  if (size > volume.traits.maxFileSize) throw new ObjectError('entityTooLarge', { maximum: volume.traits.maxFileSize });
  const located = await admit(parts, mount, caller, path, conditions);
  const like = fileFor(mount, caller, path, located);
  const { file, sidecar } = describeParts(parts.sidecars, volume, like, sources.map(partOf), manifest);
  const inline = await writeInline(parts, mount, caller, sources);
  try {
    const entry = await parts.system.createTemporary(mount, caller, file);
    try {
      if (sidecar !== undefined) await parts.sidecars.keep(mount, caller, entry.attributes.id, sidecar);
      const content = await copyAll(parts, mount, caller, entry.attributes, sources, inline);
      const digest = content.md5 ?? (sources.length === 1 ? sources[0]!.md5 : undefined);
      const record = {
        stamp: stampOfContent(content.file),
        size,
        etag: etagOf(sources),
        ...(digest !== undefined && { digest }),
        metadata: storedFor(path.key, metadata),
        parts: sources.length,
      };
      const publication = await temporaryFile(parts, mount, caller, entry, record, content.writtenIn);
      const known = await publish(parts, mount, caller, path, publication, conditions);
      return infoOf(path.key, known, await loadParts(parts.sidecars, mount, caller, known));
    } catch (error) {
      await parts.system.discard(mount, entry);
      if (sidecar !== undefined) await parts.sidecars.dropUnlessPublished(mount, entry);
      throw error;
    }
  } finally {
    if (inline !== undefined) await parts.system.discard(mount, inline.entry);
  }
}

/** Pieces that are given as bytes lie in a file of their own until they are copied with the others. */
async function writeInline(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  sources: readonly Source[],
): Promise<Inline | undefined> {
  const given = sources.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
  if (given.length === 0) return undefined;
  const entry = await parts.system.createTemporary(mount, caller, { uid: 0, gid: 0, mode: 0o600 });
  try {
    const handle = await mount.volume.open(caller, entry.attributes.id, 'write');
    try {
      const { epoch } = await handle.write(caller, 0, given, 'unstable');
      return { entry, writtenIn: epoch };
    } finally {
      await handle.close();
    }
  } catch (error) {
    await parts.system.discard(mount, entry);
    throw error;
  }
}

/** `conditionFailed` when a source has changed meanwhile. */
async function copyAll(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  to: Attributes,
  sources: readonly Source[],
  inline: Inline | undefined,
): Promise<CopiedContent> {
  const guards: Guard[] = [];
  let content: CopiedContent;
  try {
    for (const source of sources) {
      const guard = await guardOf(parts, caller, source);
      if (guard !== undefined) guards.push(guard);
    }
    content = await copyContent(
      parts.contentHasher,
      mount.volume,
      caller,
      to,
      piecesOf(mount, sources, inline?.entry.attributes),
    );
  } catch (error) {
    // A source that is shorter or gone by now is why it failed.
    throw isStorageError(error, 'invalid') ? new StorageError('conditionFailed', undefined, { cause: error }) : error;
  } finally {
    for (const guard of guards) guard.exit();
  }
  if (inline !== undefined && content.writtenIn !== undefined && content.writtenIn !== inline.writtenIn) {
    throw new StorageError('unavailable', 'the volume may have lost the pieces that were given as bytes');
  }
  await checkUnchanged(parts, caller, sources);
  return content;
}

async function guardOf(
  parts: ObjectParts,
  caller: Caller,
  { mount, known, start, length }: Source,
): Promise<Guard | undefined> {
  const range = spanOf(start, length);
  if (mount === undefined || known === undefined || range === undefined) return undefined;
  const { door } = caller;
  return enter(parts, caller, { volume: mount.volumeName, file: known.file.id, access: 'read', door, range });
}

function piecesOf(mount: MountedShare, sources: readonly Source[], inline: Attributes | undefined): Piece[] {
  const pieces: Piece[] = [];
  let given = 0;
  for (const { mount: from, known, bytes, start, length } of sources) {
    if (from !== undefined && known !== undefined) {
      pieces.push({ volume: from.volume, id: known.file.id, offset: start, length });
    } else if (bytes !== undefined && inline !== undefined) {
      pieces.push({ volume: mount.volume, id: inline.id, offset: given, length });
      given += length;
    }
  }
  return pieces;
}

async function checkUnchanged(parts: ObjectParts, caller: Caller, sources: readonly Source[]): Promise<void> {
  for (const { mount, known } of sources) {
    if (mount === undefined || known === undefined) continue;
    const now = await settledAttributes(parts, mount, caller, known.file.id);
    if (!isSameContent(known.file, now)) {
      throw new StorageError('conditionFailed', 'a source has changed');
    }
  }
}

/** MD5 of the parts' MD5s and their number, as of an upload; of a range, whose MD5 nobody has, what it is a range of. */
function etagOf(sources: readonly Source[]): string {
  const hash = createHash('md5');
  for (const { md5, known, start, length } of sources) {
    hash.update(md5 ?? `${known?.record.etag}:${start}-${start + length};`);
  }
  return `${hash.digest('hex')}-${sources.length}`;
}

function partOf({ known, length, md5 }: Source, index: number): ObjectPart {
  return {
    number: index + 1,
    size: length,
    etag: md5 === undefined ? '' : Buffer.from(md5).toString('hex'),
    modified: known?.file.modified ?? { seconds: 0, nanoseconds: 0 },
  };
}
