import { checkWritable } from '../../namespace/files/parts.ts';
import type { Caller, ShareId } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { ObjectParts } from '../parts.ts';
import { openUpload, uploadLock } from './open-upload.ts';

/** The upload is gone in one step, its parts afterwards; a crash in between leaves them to the sweep. */
export async function abortUpload(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  uploadId: string,
): Promise<void> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  await parts.mutex.run(caller, uploadLock(mount, uploadId), async () => {
    const { directory } = await openUpload(parts, mount, caller, key, uploadId);
    const uploads = await parts.system.uploads(mount, caller);
    const removed = await parts.system.removeDirectory(mount, uploads, Buffer.from(uploadId), directory);
    if (!removed) throw new ObjectError('noSuchUpload', { uploadId });
  });
}
