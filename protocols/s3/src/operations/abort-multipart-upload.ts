import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { uploadIdOf } from '../request/multipart.ts';

export const abortMultipartUpload: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  await context.objects.abortUpload(caller, share.id, request.key, uploadIdOf(request));
  return { status: 204 };
};
