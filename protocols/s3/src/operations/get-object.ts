import type { ObjectReader } from '@polynas/core/service';
import type { ReplySource } from '../operation.ts';
import { expectBucket } from '../request/bucket.ts';
import { openingCaller } from '../request/caller.ts';
import { parseConditions } from '../request/conditions.ts';
import type { Handle } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { selectContent } from '../reply/selection.ts';

export const getObject: Handle = async (context, request) => {
  const { share } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const { caller, opened } = openingCaller(context, request, share);
  const reader = await context.objects
    .get(caller, share.id, request.key, parseConditions(request.headers))
    .finally(opened);
  try {
    const { status, headers, range } = selectContent(request, reader.info);
    const length = range.end - range.start;
    if (length > 0) return { status, headers, body: { length, source: readRange(reader, range.start) } };
    await reader.close();
    return { status, headers, body: new Uint8Array() };
  } catch (error) {
    await reader.close();
    throw error;
  }
};

function readRange(reader: ObjectReader, start: number): ReplySource {
  let offset = start;
  return {
    async read(maximum) {
      const bytes = await reader.read(offset, maximum);
      offset += bytes.length;
      return bytes;
    },
    close: () => reader.close(),
  };
}
