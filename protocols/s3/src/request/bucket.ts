import type { Caller, Share } from '@polynas/core/service';
import { S3Error } from '../errors.ts';
import { callerOf } from './caller.ts';
import type { OperationContext } from './context.ts';
import type { Request } from './handle.ts';

/** A share as the bucket that a request names. */
export interface Bucket {
  readonly share: Share;
  /** As the client named it, without a tenant. */
  readonly name: string;
  readonly caller: Caller;
}

/** `tenant:bucket` or `bucket` of the principal's own tenant. */
export function splitBucketName(request: Request, text: string): { readonly tenant: string; readonly name: string } {
  const colon = text.indexOf(':');
  if (colon < 0) return { tenant: request.principal.tenant, name: text };
  return { tenant: text.slice(0, colon), name: text.slice(colon + 1) };
}

/**
 * The bucket of the request. Throws `NoSuchBucket`, and `AccessDenied` for a foreign tenant's and where
 * `x-amz-expected-bucket-owner` is not the owner.
 */
export function expectBucket(context: OperationContext, request: Request): Bucket {
  return findBucket(context, request, request.bucket, 'x-amz-expected-bucket-owner');
}

/** The same for operations that tell of the bucket itself: whoever may list it may know. */
export async function expectListableBucket(context: OperationContext, request: Request): Promise<Bucket> {
  const bucket = expectBucket(context, request);
  await context.objects.list(bucket.caller, bucket.share.id, { prefix: '', delimiter: '/', after: '', limit: 1 });
  return bucket;
}

/** A bucket that is named elsewhere than in the request target, as the source of a copy is. */
export function findBucket(
  context: OperationContext,
  request: Request,
  text: string,
  ownerHeader: 'x-amz-expected-bucket-owner' | 'x-amz-source-expected-bucket-owner',
): Bucket {
  const { tenant, name } = splitBucketName(request, text);
  // Numeric ids mean people inside one tenant only: mode bits say nothing of other tenants' users.
  if (tenant !== request.principal.tenant && !request.principal.superuser) throw new S3Error('AccessDenied');
  const share = context.shares.byName('s3', tenant, name);
  if (share === undefined) throw new S3Error('NoSuchBucket', { elements: { BucketName: text } });
  const owner = request.headers.get(ownerHeader);
  if (owner !== undefined && owner !== share.owner) throw new S3Error('AccessDenied');
  return { share, name, caller: callerOf(context, request, share) };
}
