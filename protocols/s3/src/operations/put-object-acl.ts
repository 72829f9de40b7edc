import { ownerOfUid } from '../reply/owner.ts';
import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { expectPrivateAcl } from '../request/private-acl.ts';
import { expectNullVersion } from '../request/version-id.ts';

export const putObjectAcl: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const info = await context.objects.head(caller, share.id, request.key);
  await expectPrivateAcl(request, ownerOfUid(context, share, info.ownerUid).id);
  return { status: 200 };
};
