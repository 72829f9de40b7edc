import { checkWritable } from '../../namespace/files/parts.ts';
import { checkKeyLength, parseKey } from '../../namespace/keys.ts';
import type { Caller, MultipartUpload, ObjectMetadata, ShareId } from '../../service/index.ts';
import { admit } from '../operations/put.ts';
import type { ObjectParts } from '../parts.ts';
import { uploadXattr } from '../record/xattr-names.ts';
import { encodeUpload } from './upload-codec.ts';

/** Refused at once where the object itself would be. */
export async function createUpload(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  key: string,
  metadata: ObjectMetadata,
  checksum?: MultipartUpload['checksum'],
): Promise<MultipartUpload> {
  const mount = parts.mounts.get(share);
  checkWritable(caller, mount);
  checkKeyLength(key);
  await admit(parts, mount, caller, parseKey(key), undefined);
  const now = parts.clock.now();
  const upload = {
    key,
    initiated: { seconds: Math.floor(now / 1000), nanoseconds: Math.floor((now % 1000) * 1_000_000) },
    metadata,
    ownerUid: caller.principal.uid,
    ...(checksum !== undefined && { checksum }),
  };
  const id = newUploadId(parts, now);
  await mount.volume.mkdir(caller, await parts.system.uploads(mount, caller), Buffer.from(id), {
    uid: 0,
    gid: 0,
    mode: 0o700,
    xattrs: new Map([[uploadXattr, encodeUpload(upload)]]),
  });
  return { id, ...upload };
}

/** Milliseconds, then 80 random bits: ids sort by initiation. */
function newUploadId(parts: ObjectParts, now: number): string {
  return Math.floor(now).toString(16).padStart(12, '0') + Buffer.from(parts.random(10)).toString('hex');
}
