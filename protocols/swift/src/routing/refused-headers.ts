import type { Headers, Query } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';

/**
 * Beginnings of headers that ask for what is not there. OpenStack's server ignores those of features that are switched off; dropping them in silence
 * would lose versions or follow no link.
 */
const refused = [
  'x-versions-location',
  'x-history-location',
  'x-versions-enabled',
  'x-symlink-target',
  'x-container-sync-to',
  'x-container-sync-key',
  'x-container-sharding',
  'x-container-meta-web-',
  'x-object-version-id',
];

// `symlink=get` and `versions` ask for links and old versions as such, of which there are none.
const refusedParameters = ['version-id'];

/** Throws `NotImplemented` for the first thing whose promise would not be kept. */
export function refuse(headers: Headers, query: Query): void {
  for (const [name, value] of headers) {
    // An empty value, or `false`, asks for what there is anyway.
    if (value === '' || value.toLowerCase() === 'false' || !refused.some((start) => name.startsWith(start))) continue;
    throw new SwiftError('NotImplemented', { message: `${name} is not supported` });
  }
  if ((headers.get('x-account-access-control') ?? '') !== '')
    throw badRequest('Access lists of accounts are not supported');
  for (const name of refusedParameters) {
    if (query.has(name)) throw new SwiftError('NotImplemented', { message: `The parameter ${name} is not supported` });
  }
}
