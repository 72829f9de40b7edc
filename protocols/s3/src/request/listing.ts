import { invalidArgument } from '../errors.ts';
import type { Query } from '@polynas/http';
import { encodeKeyForUrl } from '../xml/escape.ts';

/** S3 gives no page more entries than this. */
const pageLimit = 1000;

/** `max-keys` and its siblings: default 1000, larger values count as 1000. Throws `InvalidArgument`. */
export function pageSize(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return pageLimit;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 2_147_483_647) {
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  }
  return Math.min(value, pageLimit);
}

/** How names stand in a listing's document. */
export interface NameEncoding {
  /** For the `EncodingType` element. */
  readonly type: 'url' | undefined;
  encode(name: string): string;
}

/** `encoding-type`. Throws `InvalidArgument`. */
export function nameEncoding(query: Query): NameEncoding {
  const text = query.get('encoding-type');
  if (text === undefined || text === '') return { type: undefined, encode: (name) => name };
  if (text !== 'url') throw invalidArgument('encoding-type', text, 'Invalid Encoding Method specified in Request');
  return { type: 'url', encode: encodeKeyForUrl };
}

/** A place in a listing as clients get it: they must not build one themselves, and it stays the same text for ever. */
export function continuationToken(after: string): string {
  return Buffer.from(`1${after}`, 'utf8').toString('base64url');
}

/** The reverse. Throws `InvalidArgument`. */
export function parseContinuationToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('1') || continuationToken(text.slice(1)) !== token) {
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  }
  return text.slice(1);
}
