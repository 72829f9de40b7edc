import { isoDate, parseConditions } from '@polynas/http';
import { checksumNamed } from '../checksum/algorithms.ts';
import { invalidArgument } from '../errors.ts';
import { writeChecksums } from '../reply/checksums.ts';
import { quoted } from '../reply/object-headers.ts';
import { expectBucket, findBucket } from '../request/bucket.ts';
import { parseCopySource } from '../request/copy-source.ts';
import type { Handle } from '../request/handle.ts';
import { partNumberOf, uploadIdOf } from '../request/multipart.ts';
import type { ByteRange } from '@polynas/http';
import { runningChecksum } from '../request/running-checksum.ts';
import { s3Document } from '../xml/writer.ts';
import { copyError } from './copy-object.ts';

export const uploadPartCopy: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  const number = partNumberOf(request);
  const uploadId = uploadIdOf(request);
  const source = parseCopySource(request.headers.get('x-amz-copy-source') ?? '');
  const from = findBucket(context, request, source.bucket, 'x-amz-source-expected-bucket-owner');
  const range = copyRange(request.headers.get('x-amz-copy-source-range'));
  const conditions = parseConditions(request.headers, 'x-amz-copy-source-');
  const { checksum } = await context.objects.upload(caller, share.id, request.key, uploadId);
  const algorithm = checksum === undefined ? undefined : checksumNamed(checksum.algorithm);
  const part = await context.objects
    .copyPart(
      caller,
      share.id,
      request.key,
      uploadId,
      number,
      {
        share: from.share.id,
        key: source.key,
        ...(range === undefined ? {} : { range }),
        ...(conditions === undefined ? {} : { conditions }),
      },
      algorithm === undefined ? undefined : runningChecksum(algorithm),
    )
    .catch((error: unknown) => {
      throw copyError(error, source.key) ?? error;
    });
  const xml = s3Document('CopyPartResult');
  xml.leaf('LastModified', isoDate(part.modified)).leaf('ETag', quoted(part.etag));
  writeChecksums(xml, part.checksums, 'no type');
  return { status: 200, body: xml.close().toString() };
};

/** `bytes=first-last`, both given (S3 API Reference, UploadPartCopy). */
function copyRange(header: string | undefined): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const start = Number(match?.[1]);
  const end = Number(match?.[2]) + 1;
  if (match === null || end <= start) {
    throw invalidArgument(
      'x-amz-copy-source-range',
      header,
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  return { start, end };
}
