import type { Query } from '@polynas/http';
import { decodePercent, parseQuery } from '@polynas/http';
import { S3Error } from '../errors.ts';

export interface Target {
  /** The decoded path as sent, in virtual-host style too: never normalised, `..`, `//` and `+` are just characters. */
  readonly path: string;
  /** `undefined` at service level. May be of the form `tenant:bucket`. */
  readonly bucket: string | undefined;
  /** `undefined` at service and bucket level; never empty. */
  readonly key: string | undefined;
  readonly query: Query;
}

/** Bytes of a key's UTF-8 form (S3 User Guide, "Object key names"). */
const maximumKeyBytes = 1024;

/**
 * Splits a request target into bucket, key and query.
 *
 * @param rawTarget `req.url`: origin form or absolute form
 * @param host the `Host` header
 * @param baseDomains lower case; a host `bucket.<base>` means virtual-host style, anything else path style
 */
export function parseTarget(rawTarget: string, host: string | undefined, baseDomains: readonly string[]): Target {
  // RFC 9112 §3.2.2: a server must take the absolute form too.
  const origin = rawTarget.startsWith('/') ? rawTarget : rawTarget.replace(/^https?:\/\/[^/?]*/i, '');
  if (origin !== '' && !origin.startsWith('/') && !origin.startsWith('?')) throw new S3Error('InvalidURI');
  const mark = origin.indexOf('?');
  const path = decodePercent(mark < 0 ? origin : origin.slice(0, mark)) || '/';
  const query = parseQuery(mark < 0 ? '' : origin.slice(mark + 1));

  let bucket = virtualHostBucket(host, baseDomains);
  let key = path.slice(1);
  if (bucket === undefined && key !== '') {
    const slash = key.indexOf('/');
    bucket = slash < 0 ? key : key.slice(0, slash);
    key = slash < 0 ? '' : key.slice(slash + 1);
    // `//key`: an empty bucket name names nothing, and must not be taken for the service level.
    if (bucket === '') throw new S3Error('InvalidBucketName', { elements: { BucketName: '' } });
  }
  // Counting UTF-16 units first keeps the byte count from running over an absurd key.
  if (key.length > maximumKeyBytes || Buffer.byteLength(key) > maximumKeyBytes) {
    throw new S3Error('KeyTooLongError', {
      elements: { Size: Buffer.byteLength(key), MaxSizeAllowed: maximumKeyBytes },
    });
  }
  return { path, bucket, key: key === '' ? undefined : key, query };
}

function virtualHostBucket(host: string | undefined, baseDomains: readonly string[]): string | undefined {
  if (host === undefined || baseDomains.length === 0) return undefined;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  for (const base of baseDomains) {
    if (name.length > base.length + 1 && name.endsWith(`.${base}`)) return name.slice(0, -base.length - 1);
  }
  return undefined;
}
