import type { ObjectInfo } from '@polynas/core/service';
import { parseHttpDate } from '@polynas/http';
import { invalidArgument } from '../errors.ts';

import { isObjectError } from '@polynas/core/service';

/**
 * Deleting what is not there succeeds, also under a condition (S3 API Reference, DeleteObject): a condition that failed
 * without any object to compare with is not a failure.
 */
export async function deletedIfThere(deletion: Promise<ObjectInfo | undefined>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (isObjectError(error, 'noSuchKey')) return;
    if (isObjectError(error, 'preconditionFailed') && error.detail['etag'] === undefined) return;
    throw error;
  }
}

/** HTTP date or ISO 8601, both of which the SDKs send, as seconds since 1970. Throws `InvalidArgument`. */
export function parseConditionTime(name: string, text: string): number {
  const time =
    parseHttpDate(text) ?? (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(time)) throw invalidArgument(name, text);
  return Math.floor(time / 1000);
}
