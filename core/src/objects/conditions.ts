import type { ObjectConditions, ObjectErrorCode } from '../service/index.ts';
import { ObjectError } from '../service/index.ts';
import type { Attributes } from '../spi/index.ts';
import type { Known } from './record/etags.ts';
import { stampEtag } from './record/stamps.ts';

/** The present object as conditions see it. */
export interface Current {
  readonly etag: string;
  /** The etag that LIST shows before there is a hash names the content as well, and so does the MD5 of the whole. */
  readonly aliases?: readonly (string | undefined)[];
  readonly file: Attributes;
}

/** Whether evaluating needs an etag, which may have to be hashed. `*` does not. */
export function namesEtags(conditions: ObjectConditions | undefined): boolean {
  const { ifMatch, ifNoneMatch } = conditions ?? {};
  return [ifMatch, ifNoneMatch].some((tags) => tags?.some((tag) => tag !== '*') === true);
}

/** Whether the change that follows must find the very content that was looked at. */
export function areAboutContent(conditions: ObjectConditions | undefined): boolean {
  const { ifMatch, ifUnmodifiedSince, ifSize, ifModifiedAt } = conditions ?? {};
  return (
    namesEtags(conditions) || [ifMatch, ifUnmodifiedSince, ifSize, ifModifiedAt].some((each) => each !== undefined)
  );
}

/** RFC 9110 §13.2.2, in its order. Throws `preconditionFailed`, or when reading `notModified`, with the present etag. */
export function checkConditions(
  conditions: ObjectConditions | undefined,
  current: Current | undefined,
  use: 'read' | 'write',
): void {
  if (conditions === undefined) return;
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, ifSize, ifModifiedAt } = conditions;
  const fail = (code: ObjectErrorCode): never => {
    throw new ObjectError(code, current === undefined ? {} : { etag: current.etag });
  };
  if (current === undefined) {
    if (ifMatch !== undefined) fail('preconditionFailed');
    return;
  }
  const seconds = current.file.modified.seconds;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, current)) fail('preconditionFailed');
  } else if (ifUnmodifiedSince !== undefined && seconds > ifUnmodifiedSince) fail('preconditionFailed');
  if (ifSize !== undefined && current.file.size !== ifSize) fail('preconditionFailed');
  if (ifModifiedAt !== undefined && seconds !== ifModifiedAt) fail('preconditionFailed');
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, current)) fail(use === 'read' ? 'notModified' : 'preconditionFailed');
  } else if (ifModifiedSince !== undefined && seconds <= ifModifiedSince) {
    fail(use === 'read' ? 'notModified' : 'preconditionFailed');
  }
}

function matches(tags: readonly string[], { etag, aliases = [] }: Current): boolean {
  return (
    tags.includes('*') || tags.includes(etag) || aliases.some((alias) => alias !== undefined && tags.includes(alias))
  );
}

/**
 * A hashed object as conditions see it.
 *
 * @param before its attributes when it may not have been hashed yet: what LIST showed then was made of these
 */
export function currentOf({ file, record }: Known, before: Attributes): Current {
  const md5 = record.digest && Buffer.from(record.digest).toString('hex');
  return { etag: record.etag, aliases: [stampEtag(before), md5], file };
}
