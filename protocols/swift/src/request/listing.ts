import type { Headers, Query } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { isTrue } from './metadata.ts';

export type ListingFormat = 'plain' | 'json' | 'xml';

export const contentTypes: Readonly<Record<ListingFormat, string>> = {
  plain: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

/** What a listing's query asks for. */
export interface ListingRequest {
  readonly limit: number;
  readonly marker: string;
  readonly endMarker: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly reverse: boolean;
}

/** @param maximum entries of a page; more is `PreconditionFailed` */
export function parseListing(query: Query, maximum: number): ListingRequest {
  const text = query.get('limit');
  const limit = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : maximum;
  if (limit > maximum) throw new SwiftError('PreconditionFailed', { message: `Maximum limit is ${maximum}` });
  const get = (name: string): string => query.get(name) ?? '';
  return {
    limit,
    marker: get('marker'),
    endMarker: get('end_marker'),
    prefix: get('prefix'),
    delimiter: get('delimiter'),
    reverse: isTrue(query.get('reverse')),
  };
}

/** `format`, else `Accept` (RFC 9110 §12.5.1). Throws `NotAcceptable`. */
export function listingFormat(query: Query, headers: Headers): ListingFormat {
  const named = query.get('format')?.toLowerCase();
  if (named === 'json' || named === 'xml') return named;
  if (named !== undefined) return 'plain';
  const accept = headers.get('accept');
  if (accept === undefined || accept === '') return 'plain';
  const ranked = accept
    .split(',')
    .map((item) => {
      const [type = '', ...parameters] = item.split(';').map((piece) => piece.trim().toLowerCase());
      const quality = parameters.find((each) => /^q\s*=/.test(each));
      return { type, quality: quality === undefined ? 1 : Number(quality.replace(/^q\s*=\s*/, '')) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { type } of ranked) {
    if (type === 'application/json') return 'json';
    if (type === 'application/xml' || type === 'text/xml') return 'xml';
    if (['text/plain', 'text/*', '*/*'].includes(type)) return 'plain';
    if (type === 'application/*') return 'json';
  }
  throw new SwiftError('NotAcceptable');
}
