import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';

/** Tags cannot be set, so there are none to remove. */
export const deleteObjectTagging: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  await context.objects.head(caller, share.id, request.key);
  return { status: 204 };
};
