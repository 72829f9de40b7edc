import type { ShareDoors } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/service';
import { S3Error } from '../errors.ts';
import { splitBucketName } from '../request/bucket.ts';
import { callerOf } from '../request/caller.ts';
import type { OperationContext } from '../request/context.ts';
import type { Handle, Request } from '../request/handle.ts';
import { parseCreateBucketConfiguration } from '../xml/create-bucket-configuration.ts';

/** Bytes of a CreateBucketConfiguration document that anybody needs. */
const documentLimit = 64 * 1024;

/** A bucket is a share: this makes one, open at the doors that the tenant's default opens, and at this one. */
export const createBucket: Handle = async (context, request) => {
  const { locationConstraint } = parseCreateBucketConfiguration(await request.body.bytes(documentLimit));
  checkRegion(context, locationConstraint);
  const { tenant, name } = splitBucketName(request, request.bucket);
  const { principal } = request;
  if (tenant !== principal.tenant || principal.userId === undefined) throw new S3Error('AccessDenied');
  const nameError = new S3Error('InvalidBucketName', { elements: { BucketName: request.bucket } });
  if (!isBucketName(name)) throw nameError;
  try {
    const doors = doorsOf(context, tenant);
    await context.shares.create(callerOf(context, request), { tenant, name, owner: principal.userId, doors });
  } catch (error) {
    if (isStorageError(error, 'badName') || isStorageError(error, 'nameTooLong')) throw nameError;
    if (isStorageError(error, 'exists')) throw taken(context, request, tenant, name);
    throw error;
  }
  return { status: 200, headers: { location: `/${request.bucket}` } };
};

function checkRegion(context: OperationContext, asked: string | undefined): void {
  if (asked === undefined || asked === context.region || context.anyRegion) return;
  throw new S3Error('IllegalLocationConstraintException', {
    message: `The ${asked} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  });
}

/** What an S3 client creates it must be able to reach, even where the tenant's default leaves this door closed. */
function doorsOf(context: OperationContext, tenant: string): ShareDoors {
  const defaults = context.accounts.tenants().find((candidate) => candidate.name === tenant)?.defaultDoors;
  return { ...defaults, s3: defaults?.s3 ?? {} };
}

function taken(context: OperationContext, request: Request, tenant: string, name: string): S3Error {
  const owner = context.shares.byName('s3', tenant, name)?.owner;
  const own = owner !== undefined && owner === request.principal.userId;
  return new S3Error(own ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', {
    elements: { BucketName: request.bucket },
  });
}

/** S3 User Guide, "Bucket naming rules". */
export function isBucketName(name: string): boolean {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) return false;
  if (name.includes('..') || name.includes('.-') || name.includes('-.')) return false;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return false;
  return !/^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
}
