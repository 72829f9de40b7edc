import { isObjectError } from '@polynas/core/service';
import { parseWriteConditions } from '@polynas/http';
import { toObjectBody } from '../body/object-body.ts';
import { S3Error } from '../errors.ts';
import { checksumHeaders } from '../reply/checksums.ts';
import { quoted } from '../reply/object-headers.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { parseObjectMetadata } from '../request/object-metadata.ts';

/** Without a checksum of the client's, none is computed beside the MD5, and none is shown. */
export const putObject: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  const metadata = parseObjectMetadata(request.headers);
  const conditions = parseWriteConditions(request.headers);
  const body = toObjectBody(request.body, request.declaredChecksum);
  const info = await context.objects
    .put(caller, share.id, request.key, body, metadata, conditions)
    .catch((error: unknown) => {
      throw missingTarget(error, request.key) ?? error;
    });
  return { status: 200, headers: { etag: quoted(info.etag), ...checksumHeaders(info.checksums) } };
};

/** If-Match on a key that is not there: S3 says 404, not 412 (S3 User Guide, "How to prevent object overwrites"). */
export function missingTarget(error: unknown, key: string): S3Error | undefined {
  if (!isObjectError(error, 'preconditionFailed') || error.detail['etag'] !== undefined) return undefined;
  return new S3Error('NoSuchKey', { elements: { Key: key }, cause: error });
}
