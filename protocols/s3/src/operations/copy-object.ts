import type { Caller, ObjectConditions } from '@polynas/core/service';
import { isObjectError } from '@polynas/core/service';
import { isoDate, parseConditions, parseWriteConditions } from '@polynas/http';
import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { invalidArgument, S3Error } from '../errors.ts';
import { writeChecksums } from '../reply/checksums.ts';
import { quoted } from '../reply/object-headers.ts';
import { expectBucket, findBucket } from '../request/bucket.ts';
import { requestedAlgorithm } from '../request/checksum-choice.ts';
import type { OperationContext } from '../request/context.ts';
import { parseCopySource } from '../request/copy-source.ts';
import type { Handle } from '../request/handle.ts';
import { parseObjectMetadata } from '../request/object-metadata.ts';
import { runningChecksum } from '../request/running-checksum.ts';
import { s3Document } from '../xml/writer.ts';
import { missingTarget } from './put-object.ts';

export const copyObject: Handle = async (context, request) => {
  const target = expectBucket(context, request);
  const source = parseCopySource(request.headers.get('x-amz-copy-source') ?? '');
  const from = findBucket(context, request, source.bucket, 'x-amz-source-expected-bucket-owner');
  const replace = replacesMetadata(request.headers.get('x-amz-metadata-directive'));
  if (!replace && from.share.id === target.share.id && source.key === request.key) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const algorithm = requestedAlgorithm(request.headers);
  const conditions = parseConditions(request.headers, 'x-amz-copy-source-');
  const targetConditions = parseWriteConditions(request.headers);
  const sourcePlace = { share: from.share.id, key: source.key, ...(conditions === undefined ? {} : { conditions }) };
  try {
    const wanted =
      algorithm !== undefined && (await lacksChecksum(context, from.caller, sourcePlace, algorithm))
        ? algorithm
        : undefined;
    const info = await context.objects.copy(
      target.caller,
      sourcePlace,
      {
        share: target.share.id,
        key: request.key,
        ...(targetConditions === undefined ? {} : { conditions: targetConditions }),
      },
      {
        ...(replace ? { metadata: parseObjectMetadata(request.headers) } : {}),
        ...(wanted === undefined ? {} : { digest: runningChecksum(wanted) }),
      },
    );
    const xml = s3Document('CopyObjectResult');
    xml.leaf('LastModified', isoDate(info.modified)).leaf('ETag', quoted(info.etag));
    writeChecksums(xml, info.checksums, 'with type');
    return { status: 200, body: xml.close().toString() };
  } catch (error) {
    throw (
      copyError(error, source.key) ??
      (targetConditions?.ifMatch !== undefined && conditions === undefined
        ? missingTarget(error, request.key)
        : undefined) ??
      error
    );
  }
};

/** Whether the copy would come without a checksum of the whole content in this algorithm. */
async function lacksChecksum(
  context: OperationContext,
  caller: Caller,
  source: { readonly share: number; readonly key: string; readonly conditions?: ObjectConditions },
  algorithm: ChecksumAlgorithm,
): Promise<boolean> {
  const { checksums } = await context.objects.head(caller, source.share, source.key, source.conditions);
  return checksums?.type !== 'FULL_OBJECT' || checksums.values[algorithm.toLowerCase()] === undefined;
}

/** What a failing source means to a copy, which answers no 304; `undefined` for other errors. */
export function copyError(error: unknown, sourceKey: string): S3Error | undefined {
  if (isObjectError(error, 'notModified')) return new S3Error('PreconditionFailed', { cause: error });
  if (isObjectError(error, 'noSuchKey'))
    return new S3Error('NoSuchKey', { elements: { Key: sourceKey }, cause: error });
  return undefined;
}

function replacesMetadata(directive: string | undefined): boolean {
  if (directive === undefined || directive === 'COPY') return false;
  if (directive === 'REPLACE') return true;
  throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
}
