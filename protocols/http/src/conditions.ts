import type { ObjectConditions } from '@polynas/core/service';
import { parseHttpDate } from './dates.ts';
import type { Headers } from './headers.ts';

/**
 * HTTP's conditions (RFC 9110 §13.1) from `If-…`, or, with the prefix `x-amz-copy-source-`, those on a copy's source. The
 * precedence of §13.2.2 is applied here: entity tags make the dates void. `undefined` when there are none.
 */
export function parseConditions(headers: Headers, prefix = ''): ObjectConditions | undefined {
  const ifMatch = parseEntityTags(headers.get(`${prefix}if-match`), 'strong');
  const ifNoneMatch = parseEntityTags(headers.get(`${prefix}if-none-match`), 'weak');
  const ifModifiedSince = ifNoneMatch === undefined ? seconds(headers.get(`${prefix}if-modified-since`)) : undefined;
  const ifUnmodifiedSince = ifMatch === undefined ? seconds(headers.get(`${prefix}if-unmodified-since`)) : undefined;
  if (
    ifMatch === undefined &&
    ifNoneMatch === undefined &&
    ifModifiedSince === undefined &&
    ifUnmodifiedSince === undefined
  ) {
    return undefined;
  }
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince }),
  };
}

/**
 * The conditions on what a write replaces. If-Modified-Since is defined for reads only (RFC 9110 §13.1.3).
 */
export function parseWriteConditions(headers: Headers): ObjectConditions | undefined {
  const conditions = parseConditions(headers);
  if (conditions?.ifModifiedSince === undefined) return conditions;
  const { ifModifiedSince: _, ...rest } = conditions;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/**
 * A list of entity tags without quotes; clients send them bare, too.
 *
 * @param comparison RFC 9110 §8.8.3.2: under `strong`, a weak tag equals nothing and so keeps its `W/`
 */
export function parseEntityTags(
  text: string | undefined,
  comparison: 'strong' | 'weak',
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const tags: string[] = [];
  for (const [, weak, quoted, bare] of text.matchAll(/(W\/)?(?:"([^"]*)"|([^\s,]+))/g)) {
    tags.push(`${weak !== undefined && comparison === 'strong' ? weak : ''}${quoted ?? bare}`);
  }
  return tags;
}

/** A date that is none is as good as absent (RFC 9110 §13.1.3). */
function seconds(text: string | undefined): number | undefined {
  const time = text === undefined ? undefined : parseHttpDate(text);
  return time === undefined ? undefined : Math.floor(time / 1000);
}
