import type { MultipartUpload, ObjectChecksums, ObjectPart } from '@polynas/core/service';
import { isObjectError } from '@polynas/core/service';
import { checksumNamed } from '../../checksum/algorithms.ts';
import { invalidArgument, S3Error } from '../../errors.ts';
import type { Bucket } from '../../request/bucket.ts';
import type { ChecksumType } from '../../request/checksum-choice.ts';
import { objectChecksumHeader, requestedType, typesOf } from '../../request/checksum-choice.ts';
import type { OperationContext } from '../../request/context.ts';
import type { Request } from '../../request/handle.ts';
import type { CompletedPart } from '../../xml/complete-multipart-upload.ts';
import { combineChecksums } from './combine-checksums.ts';

/**
 * Compares all that the client says of the parts and of the whole with what was stored, and gives the checksum of the
 * object. Nothing is read: the parts' checksums, verified when they came, say it all.
 *
 * @returns `undefined` when the upload has no checksum, or is not known any more: a completion may be repeated
 */
export async function verifyCompletion(
  context: OperationContext,
  request: Request,
  bucket: Bucket,
  uploadId: string,
  parts: readonly CompletedPart[],
): Promise<ObjectChecksums | undefined> {
  const upload = await uploadIfThere(context, request, bucket, uploadId);
  if (upload === undefined) return undefined;
  const given = objectChecksumHeader(request.headers);
  const goal = checksumGoal(upload, given?.algorithm, requestedType(request.headers));
  const size = statedSize(request.headers.get('x-amz-mp-object-size'));
  if (goal === undefined && size === undefined && parts.every((part) => part.checksums.size === 0)) return undefined;

  const stored = await storedParts(context, request, bucket, uploadId, parts);
  for (const [index, part] of parts.entries()) {
    for (const [algorithm, value] of part.checksums) {
      const known = stored[index]!.checksums?.values[algorithm.toLowerCase()];
      if (known !== value) throw invalidPart(uploadId, part);
    }
  }
  const total = stored.reduce((sum, part) => sum + part.size, 0);
  if (size !== undefined && size !== total) {
    throw new S3Error('InvalidRequest', {
      message: `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${total}`,
    });
  }
  if (goal === undefined) return undefined;
  const value = combineChecksums(goal.algorithm, goal.type, stored);
  if (value === undefined) {
    throw new S3Error('InvalidRequest', {
      message: `The complete request asks for a ${goal.algorithm.toLowerCase()} checksum, which not every part was uploaded with.`,
    });
  }
  // Of a composite, the number of parts may be left out.
  if (given !== undefined && given.value !== value && given.value !== value.replace(/-\d+$/, '')) {
    throw new S3Error('BadDigest', {
      message: `The ${goal.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    });
  }
  return { type: goal.type, values: { [goal.algorithm.toLowerCase()]: value } };
}

async function uploadIfThere(
  context: OperationContext,
  request: Request,
  { caller, share }: Bucket,
  uploadId: string,
): Promise<MultipartUpload | undefined> {
  try {
    return await context.objects.upload(caller, share.id, request.key, uploadId);
  } catch (error) {
    if (isObjectError(error, 'noSuchUpload')) return undefined;
    throw error;
  }
}

type Algorithm = NonNullable<ReturnType<typeof checksumNamed>>;

/** Which checksum the object gets: the one of the upload, or else the one that the completion itself gives. */
function checksumGoal(
  upload: MultipartUpload,
  given: Algorithm | undefined,
  type: ChecksumType | undefined,
): { readonly algorithm: Algorithm; readonly type: ChecksumType } | undefined {
  const algorithm = upload.checksum === undefined ? given : checksumNamed(upload.checksum.algorithm);
  if (algorithm === undefined) return undefined;
  if (given !== undefined && given !== algorithm) {
    throw new S3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${given.toLowerCase()}`,
    });
  }
  if (upload.checksum !== undefined) {
    if (type !== undefined && type !== upload.checksum.type) {
      throw new S3Error('InvalidRequest', {
        message: `The upload was created using the ${upload.checksum.type} checksum mode. The complete request must use the same checksum mode.`,
      });
    }
    return { algorithm, type: upload.checksum.type };
  }
  const possible = typesOf(algorithm);
  return { algorithm, type: type ?? (possible.includes('FULL_OBJECT') ? 'FULL_OBJECT' : 'COMPOSITE') };
}

/** In the order of the completion. Throws `InvalidPart`. */
async function storedParts(
  context: OperationContext,
  request: Request,
  { caller, share }: Bucket,
  uploadId: string,
  parts: readonly CompletedPart[],
): Promise<readonly ObjectPart[]> {
  const byNumber = new Map<number, ObjectPart>();
  let after = parts[0]!.partNumber - 1;
  const last = parts.at(-1)!.partNumber;
  while (after < last) {
    const page = await context.objects.listParts(caller, share.id, request.key, uploadId, after, 1000);
    for (const part of page.parts) byNumber.set(part.number, part);
    const end = page.parts.at(-1);
    if (!page.truncated || end === undefined) break;
    after = end.number;
  }
  return parts.map((part) => {
    const stored = byNumber.get(part.partNumber);
    if (stored === undefined || stored.etag !== part.etag) throw invalidPart(uploadId, part);
    return stored;
  });
}

function invalidPart(uploadId: string, part: CompletedPart): S3Error {
  return new S3Error('InvalidPart', {
    elements: { UploadId: uploadId, PartNumber: part.partNumber, ETag: part.etag },
  });
}

function statedSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalidArgument('x-amz-mp-object-size', text);
  return Number(text);
}
