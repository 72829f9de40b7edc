import { toObjectBody } from '../body/object-body.ts';
import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { checksumNamed } from '../checksum/algorithms.ts';
import { S3Error } from '../errors.ts';
import { checksumHeaders } from '../reply/checksums.ts';
import { quoted } from '../reply/object-headers.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { partNumberOf, uploadIdOf } from '../request/multipart.ts';

export const uploadPart: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  const number = partNumberOf(request);
  const uploadId = uploadIdOf(request);
  const { checksum } = await context.objects.upload(caller, share.id, request.key, uploadId);
  const algorithm = partAlgorithm(checksum?.algorithm, request.declaredChecksum);
  // What the client left out is computed here: completion builds the object's checksum of the parts'.
  if (algorithm !== undefined) request.body.want(algorithm);
  const body = toObjectBody(request.body, algorithm);
  const part = await context.objects.putPart(caller, share.id, request.key, uploadId, number, body);
  const { 'x-amz-checksum-type': _, ...checksums } = checksumHeaders(part.checksums);
  return { status: 200, headers: { etag: quoted(part.etag), ...checksums } };
};

function partAlgorithm(
  ofUpload: string | undefined,
  declared: ChecksumAlgorithm | undefined,
): ChecksumAlgorithm | undefined {
  const expected = ofUpload === undefined ? undefined : checksumNamed(ofUpload);
  if (expected !== undefined && declared !== undefined && expected !== declared) {
    throw new S3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${declared.toLowerCase()}`,
    });
  }
  return expected ?? declared;
}
