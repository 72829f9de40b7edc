import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';

export const deleteBucket: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  await context.shares.remove(caller, share.id);
  return { status: 204 };
};
