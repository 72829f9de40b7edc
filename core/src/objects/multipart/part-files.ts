import { maxRetries } from '../../namespace/files/parts.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ObjectPart } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes, FileId, Name } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import { EntryRun } from '../list/entries.ts';
import type { ObjectParts } from '../parts.ts';
import { lookup } from '../../namespace/look.ts';
import { partXattr } from '../record/xattr-names.ts';
import { decodePart } from './upload-codec.ts';

/** S3 User Guide, "Amazon S3 multipart upload limits". */
export const maxPartNumber = 10_000;

/** A part as a file in its upload's directory. */
export interface PartFile {
  readonly part: ObjectPart;
  readonly file: Attributes;
  /** Its bytes lie in the upload's content, at its place; else in the file. */
  readonly isPlaced: boolean;
}

export function checkPartNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= maxPartNumber) return;
  throw new StorageError('invalid', `part numbers are 1 to ${maxPartNumber}`);
}

/** Names sort as numbers. */
export function partName(number: number): Buffer {
  return Buffer.from(String(number).padStart(5, '0'));
}

/** Parts with numbers above `after`, in order. */
export async function* partFiles(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  after: number,
): AsyncGenerator<PartFile> {
  const from = partName(Math.min(maxPartNumber, Math.max(0, after)) + 1);
  // Behind the digits come the temporary files of parts that are being uploaded.
  const run = new EntryRun({ lists: parts.lists, mount, caller, id: directory, untold: true }, from, Buffer.from(':'));
  for (let entry = await run.next(); entry !== undefined; entry = await run.next()) {
    const part = await loadPart(mount, caller, directory, entry.name);
    if (part !== undefined) yield part;
  }
}

/** `undefined` when it is gone. */
async function loadPart(
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  name: Name,
): Promise<PartFile | undefined> {
  const number = Number(Buffer.from(name).toString());
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    const file = await lookup(mount.volume, caller, directory, name);
    if (file === undefined) return undefined;
    try {
      const bytes = await mount.volume.getxattr(caller, file.id, partXattr);
      if (bytes === undefined) return undefined;
      return { part: partOf(number, file, bytes), file, isPlaced: decodePart(bytes).placed !== undefined };
    } catch (error) {
      // Uploaded anew since it was looked up: a part that is there all the while must not be missing.
      if (!isStorageError(error, 'stale')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the part keeps changing');
}

export function partOf(number: number, file: Attributes, record: Uint8Array): ObjectPart {
  const { md5, checksums, placed = file.size } = decodePart(record);
  return {
    number,
    size: placed,
    etag: Buffer.from(md5).toString('hex'),
    modified: file.modified,
    ...(checksums !== undefined && { checksums }),
  };
}

export function invalidPart(number: number): ObjectError {
  return new ObjectError('invalidPart', { partNumber: number });
}
