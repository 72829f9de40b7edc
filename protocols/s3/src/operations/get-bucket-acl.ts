import { ownerHasFullControl } from '../reply/access-control-policy.ts';
import { ownerOfShare } from '../reply/owner.ts';
import { expectListableBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';

export const getBucketAcl: Handle = async (context, request) => {
  const { share } = await expectListableBucket(context, request);
  return { status: 200, body: ownerHasFullControl(ownerOfShare(context, share)) };
};
