import { expectListableBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { expectPrivateAcl } from '../request/private-acl.ts';

export const putBucketAcl: Handle = async (context, request) => {
  const { share } = await expectListableBucket(context, request);
  await expectPrivateAcl(request, share.owner);
  return { status: 200 };
};
