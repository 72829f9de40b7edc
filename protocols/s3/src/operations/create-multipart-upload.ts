import { expectBucket } from '../request/bucket.ts';
import { uploadChecksum } from '../request/checksum-choice.ts';
import type { Handle } from '../request/handle.ts';
import { parseObjectMetadata } from '../request/object-metadata.ts';
import { s3Document } from '../xml/writer.ts';

export const createMultipartUpload: Handle = async (context, request) => {
  const { share, caller, name } = expectBucket(context, request);
  const metadata = parseObjectMetadata(request.headers);
  const asked = uploadChecksum(request.headers);
  const checksum = asked === undefined ? undefined : { algorithm: asked.algorithm.toLowerCase(), type: asked.type };
  const upload = await context.objects.createUpload(caller, share.id, request.key, metadata, checksum);
  const headers: Record<string, string> =
    asked === undefined ? {} : { 'x-amz-checksum-algorithm': asked.algorithm, 'x-amz-checksum-type': asked.type };
  const xml = s3Document('InitiateMultipartUploadResult');
  xml.leaf('Bucket', name).leaf('Key', request.key).leaf('UploadId', upload.id);
  return { status: 200, headers, body: xml.close().toString() };
};
