import { expectBucket } from '../request/bucket.ts';
import type { Handle } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { s3Document } from '../xml/writer.ts';

/** Tags cannot be set, so no object has any. */
export const getObjectTagging: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  await context.objects.head(caller, share.id, request.key);
  return { status: 200, body: s3Document('Tagging').open('TagSet').close().close().toString() };
};
