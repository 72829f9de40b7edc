import { encodePercent, parseWriteConditions } from '@polynas/http';
import { writeChecksums } from '../../reply/checksums.ts';
import { quoted } from '../../reply/object-headers.ts';
import { expectBucket } from '../../request/bucket.ts';
import type { Handle, Request } from '../../request/handle.ts';
import { uploadIdOf } from '../../request/multipart.ts';
import { parseCompleteMultipartUpload } from '../../xml/complete-multipart-upload.ts';
import { s3Document } from '../../xml/writer.ts';
import { missingTarget } from '../put-object.ts';
import { verifyCompletion } from './verify-completion.ts';

/** Bytes: 10,000 parts, each with its checksum. */
const documentLimit = 4 * 1024 ** 2;

export const completeMultipartUpload: Handle = async (context, request) => {
  const bucket = expectBucket(context, request);
  const uploadId = uploadIdOf(request);
  const conditions = parseWriteConditions(request.headers);
  const parts = parseCompleteMultipartUpload(await request.body.bytes(documentLimit));
  const checksums = await verifyCompletion(context, request, bucket, uploadId, parts);
  const info = await context.objects
    .completeUpload(
      bucket.caller,
      bucket.share.id,
      request.key,
      uploadId,
      parts.map((part) => ({ number: part.partNumber, etag: part.etag })),
      { ...(conditions === undefined ? {} : { conditions }), ...(checksums === undefined ? {} : { checksums }) },
    )
    .catch((error: unknown) => {
      throw missingTarget(error, request.key) ?? error;
    });
  const xml = s3Document('CompleteMultipartUploadResult');
  xml.leaf('Location', location(request)).leaf('Bucket', bucket.name).leaf('Key', request.key);
  xml.leaf('ETag', quoted(info.etag));
  writeChecksums(xml, info.checksums, 'with type');
  return { status: 200, body: xml.close().toString() };
};

/** Where the client itself finds the object; whether there was TLS, only a proxy in front may know. */
function location(request: Request): string {
  const path = `/${encodePercent(request.bucket)}/${request.key.split('/').map(encodePercent).join('/')}`;
  const host = request.headers.get('host');
  return host === undefined ? path : `http://${host}${path}`;
}
