import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, MultipartUpload } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { FileId } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { uploadXattr } from '../record/xattr-names.ts';
import { lookup } from '../../namespace/look.ts';
import { decodeUpload } from './upload-codec.ts';

/** An upload that is under way, with the directory that holds its parts. */
export interface OpenUpload {
  readonly upload: MultipartUpload;
  readonly directory: FileId;
}

const idPattern = /^[0-9a-f]{32}$/;

/** `noSuchUpload` when there is none with this id for this key; `accessDenied` for uploads of others. */
export async function openUpload(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  key: string,
  id: string,
): Promise<OpenUpload> {
  const uploads = idPattern.test(id) ? await parts.system.uploadsIfThere(mount, caller) : undefined;
  const directory = uploads === undefined ? undefined : await lookup(mount.volume, caller, uploads, Buffer.from(id));
  const upload = directory && (await loadUpload(mount, caller, directory.id, id));
  if (directory === undefined || upload?.key !== key) throw new ObjectError('noSuchUpload', { uploadId: id });
  checkOwner(mount, caller, upload);
  return { upload, directory: directory.id };
}

export async function loadUpload(
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  id: string,
): Promise<MultipartUpload | undefined> {
  try {
    const bytes = await mount.volume.getxattr(caller, directory, uploadXattr);
    return bytes && { id, ...decodeUpload(bytes) };
  } catch (error) {
    // Ended since its name was read.
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}

function checkOwner(mount: MountedShare, caller: Caller, upload: MultipartUpload): void {
  if (!isOwner(mount, caller, upload)) throw new StorageError('accessDenied', 'an upload of another user');
}

/** Who began an upload goes on with it; so may the share's owner, who would have to clean up otherwise. */
export function isOwner(mount: MountedShare, { principal }: Caller, upload: MultipartUpload): boolean {
  if (principal.superuser || principal.uid === upload.ownerUid) return true;
  return principal.userId !== undefined && principal.userId === mount.share.owner;
}

/** One end for each upload, and none while it is looked at. */
export function uploadLock(mount: MountedShare, id: string): string {
  return `upload:${mount.share.id}:${id}`;
}

/** Whatever of an upload is gone: it was completed or aborted meanwhile. */
export async function orNoSuchUpload<T>(id: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isStorageError(error, 'stale') || isStorageError(error, 'notFound')) {
      throw new ObjectError('noSuchUpload', { uploadId: id });
    }
    throw error;
  }
}
