import { isStorageError } from '@polynas/core/service';
import { S3Error } from '../errors.ts';
import type { S3Reply } from '../operation.ts';
import { expectBucket } from '../request/bucket.ts';
import { openingCaller } from '../request/caller.ts';
import { objectSource, parseConditions } from '@polynas/http';
import type { OperationContext } from '../request/context.ts';
import type { Handle, Request } from '../request/handle.ts';
import { expectNullVersion } from '../request/version-id.ts';
import { selectContent } from '../reply/selection.ts';
import { namedError } from './named-error.ts';

/** Times that an object may change between its opening and its first byte before the client is asked to come again. */
const maxRenewals = 5;

export const getObject: Handle = (context, request) => read(context, request, maxRenewals);

async function read(context: OperationContext, request: Request, renewals: number): Promise<S3Reply> {
  const { share } = expectBucket(context, request);
  expectNullVersion(request.query.get('versionId'), request.key);
  const { caller, opened } = openingCaller(context, request, share);
  const reader = await context.objects
    .get(caller, share.id, request.key, parseConditions(request.headers))
    .finally(opened);
  // Conditions and range are about the content that is sent: they are looked at anew with it.
  const renew = async (error: unknown): Promise<S3Reply> => {
    if (!isStorageError(error, 'conditionFailed') && !isStorageError(error, 'stale')) throw error;
    if (renewals === 0) throw new S3Error('ServiceUnavailable', { cause: error });
    try {
      return await read(context, request, renewals - 1);
    } catch (later) {
      throw namedError(later, request);
    }
  };
  try {
    const { status, headers, range } = selectContent(request, reader.info);
    const length = range.end - range.start;
    if (length > 0)
      return { status, headers, body: { length, source: objectSource(context.payloads, reader, range.start), renew } };
    await reader.close();
    return { status, headers, body: new Uint8Array() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}
