import { expectListableBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';

/** 200 means that the bucket is there and may be listed. */
export const headBucket: Handle = async (context, request) => {
  await expectListableBucket(context, request);
  return { status: 200, headers: { 'x-amz-bucket-region': context.region, 'x-amz-access-point-alias': 'false' } };
};
