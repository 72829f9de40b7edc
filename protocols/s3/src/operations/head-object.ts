import { expectBucket } from '../request/bucket.ts';
import { parseConditions } from '@polynas/http';
import type { Handle } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { selectContent } from '../reply/selection.ts';

/** The headers of a GET, without opening the object. */
export const headObject: Handle = async (context, request) => {
  const { share, caller } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const info = await context.objects.head(caller, share.id, request.key, parseConditions(request.headers));
  const { status, headers, range } = selectContent(request, info);
  return { status, headers, body: { length: range.end - range.start, source: unread } };
};

const unread = {
  read: () => Promise.reject(new Error('HeadObject: a body was asked for')),
  close: () => Promise.resolve(),
};
