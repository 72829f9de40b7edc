import type { ObjectConditions, ObjectInfo } from '@polynas/core/service';
import { isObjectError } from '@polynas/core/service';
import { SwiftError } from '../errors.ts';
import { objectHeaders, staticEtagOf } from '../reply/object-headers.ts';

/** Whether entity tags are named, which for large objects are others than the core's. */
export function namesTags(conditions: ObjectConditions | undefined): boolean {
  return [conditions?.ifMatch, conditions?.ifNoneMatch].some((tags) => tags?.some((tag) => tag !== '*'));
}

/** Conditions on a static large object in the core's words: where the client names its Swift etag, its own one is meant. */
export function translated(conditions: ObjectConditions, info: ObjectInfo): ObjectConditions {
  const large = staticEtagOf(info);
  if (large === undefined) return conditions;
  const { ifMatch, ifNoneMatch, ...rest } = conditions;
  const own = (tags: readonly string[]): readonly string[] => tags.map((tag) => (tag === large ? info.etag : tag));
  return {
    ...rest,
    ...(ifMatch !== undefined && { ifMatch: own(ifMatch) }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch: own(ifNoneMatch) }),
  };
}

/** A condition that did not hold, with what the object is; any other error as it is (RFC 9110 §15.4.5). */
export function conditionFailure(error: unknown, info: ObjectInfo): unknown {
  const notModified = isObjectError(error, 'notModified');
  if (!notModified && !isObjectError(error, 'preconditionFailed')) return error;
  const { etag = '', 'last-modified': modified = '' } = objectHeaders(info);
  const headers = { etag, 'last-modified': modified, 'accept-ranges': 'bytes' };
  return new SwiftError(notModified ? 'NotModified' : 'PreconditionFailed', { headers, cause: error });
}

/** RFC 9110 §13.2.2 for what is put together while it is read. Throws `PreconditionFailed`, `NotModified`. */
export function checkRead(conditions: ObjectConditions | undefined, etag: string, modified: number): void {
  if (conditions === undefined) return;
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const names = (tags: readonly string[]): boolean => tags.includes('*') || tags.includes(etag);
  if (ifMatch === undefined ? modified > (ifUnmodifiedSince ?? Infinity) : !names(ifMatch)) {
    throw new SwiftError('PreconditionFailed', { headers: { etag: `"${etag}"`, 'accept-ranges': 'bytes' } });
  }
  if (ifNoneMatch === undefined ? modified <= (ifModifiedSince ?? -Infinity) : names(ifNoneMatch)) {
    throw new SwiftError('NotModified', { headers: { etag: `"${etag}"`, 'accept-ranges': 'bytes' } });
  }
}
