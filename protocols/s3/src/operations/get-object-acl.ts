import { ownerHasFullControl } from '../reply/access-control-policy.ts';
import { ownerOfUid } from '../reply/owner.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';

export const getObjectAcl: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const info = await context.objects.head(caller, share.id, request.key);
  return { status: 200, body: ownerHasFullControl(ownerOfUid(context, share, info.ownerUid)) };
};
