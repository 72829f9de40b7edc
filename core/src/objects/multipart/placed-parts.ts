import { lookup } from '../../namespace/look.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, Call, FileId, Volume, WriteEpoch } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { layoutXattr } from '../record/xattr-names.ts';
import type { OpenUpload } from './open-upload.ts';
import { partName } from './part-files.ts';

/**
 * Where a volume cannot clone, parts are written where they will lie in the object: into one file of the upload, at their number's place, as long as each but the last
 * has the size of the first (docs/decisions/multipart-in-place.md). A part that does not fit, or that is there already, gets a file of its own.
 */
export const contentName = Buffer.from('content');

/** The file that becomes the object, and the size of each part but the last. */
export interface PlacedContent {
  readonly file: Attributes;
  readonly partSize: number;
}

/** A place that is a part's, until it is left. */
export interface Placement {
  readonly file: Attributes;
  readonly at: number;
  leave(): void;
}

/** The place of a part that nobody has uploaded yet; `undefined` where it gets a file of its own. */
export async function placeFor(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { upload, directory }: OpenUpload,
  number: number,
  length: number | undefined,
): Promise<Placement | undefined> {
  const { volume } = mount;
  if (volume.clone !== undefined || length === undefined || length === 0) return undefined;
  if (!parts.placed.enter(upload.id, number)) return undefined;
  const leave = (): void => parts.placed.leave(upload.id, number);
  try {
    // What is acknowledged is not written over: the new bytes may never be. Nor is the content made anew that it became the object with.
    if ((await lookup(volume, caller, directory, partName(number))) === undefined) {
      const content = await contentFor(volume, caller, directory, number === 1 ? length : undefined);
      const at = content === undefined ? 0 : (number - 1) * content.partSize;
      const fits = content !== undefined && length <= content.partSize && at + length <= volume.traits.maxFileSize;
      if (fits) return { file: content.file, at, leave };
    }
  } catch (error) {
    leave();
    throw error;
  }
  leave();
  return undefined;
}

/** @param partSize makes the content where there is none */
async function contentFor(
  volume: Volume,
  call: Call,
  directory: FileId,
  partSize: number | undefined,
): Promise<PlacedContent | undefined> {
  const present = await placedContent(volume, call, directory);
  if (present !== undefined || partSize === undefined) return present;
  const layout = Buffer.alloc(8);
  layout.writeBigUInt64BE(BigInt(partSize));
  const file = { uid: 0, gid: 0, mode: 0o600, xattrs: new Map([[layoutXattr, layout]]) };
  try {
    const made = await volume.create(call, directory, contentName, { kind: 'guarded' }, file);
    return { file: made.attributes, partSize };
  } catch (error) {
    // Another upload of the first part was faster.
    if (isStorageError(error, 'exists')) return placedContent(volume, call, directory);
    throw error;
  }
}

/** The content of an upload, where any part of it was written in place. */
export async function placedContent(volume: Volume, call: Call, directory: FileId): Promise<PlacedContent | undefined> {
  const file = await lookup(volume, call, directory, contentName);
  const layout = file && (await volume.getxattr(call, file.id, layoutXattr));
  if (file === undefined || layout?.length !== 8) return undefined;
  return { file, partSize: Number(Buffer.from(layout).readBigUInt64BE()) };
}

/** Makes stable what was written into a file, before anything is said of it. `unavailable`: it was lost. */
export async function makeStable(
  volume: Volume,
  call: Call,
  file: FileId,
  writtenIn: WriteEpoch | undefined,
): Promise<Attributes> {
  const handle = await volume.open(call, file, 'write');
  try {
    const { epoch, after } = await handle.sync(call);
    if (writtenIn !== undefined && epoch !== writtenIn) {
      throw new StorageError('unavailable', 'what was written in another epoch may be lost');
    }
    return after;
  } finally {
    await handle.close();
  }
}
