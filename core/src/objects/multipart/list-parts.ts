import type { Caller, ObjectPart, ShareId } from '../../service/index.ts';
import type { ObjectParts } from '../parts.ts';
import { openUpload, orNoSuchUpload } from './open-upload.ts';
import { partFiles } from './part-files.ts';

export async function listParts(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  uploadId: string,
  afterNumber: number,
  limit: number,
): Promise<{ readonly parts: readonly ObjectPart[]; readonly truncated: boolean }> {
  const mount = parts.mounts.get(share);
  const { directory } = await openUpload(parts, mount, caller, key, uploadId);
  const read = async (): Promise<{ readonly parts: readonly ObjectPart[]; readonly truncated: boolean }> => {
    const page: ObjectPart[] = [];
    for await (const { part } of partFiles(parts, mount, caller, directory, afterNumber)) {
      if (page.length >= limit) return { parts: page, truncated: limit > 0 };
      page.push(part);
    }
    return { parts: page, truncated: false };
  };
  return orNoSuchUpload(uploadId, read());
}
