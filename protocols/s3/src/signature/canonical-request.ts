import { createHash } from 'node:crypto';
import type { Query, RawHeaders } from '@polynas/http';
import { encodePercent } from '@polynas/http';

/**
 * The canonical request of SigV4 as S3 wants it (S3 API Reference, "Create a signed AWS API request"): the path is
 * encoded once and not normalised. The text has one character a byte, since header values may hold any byte.
 *
 * @param path decoded
 * @param omit query parameter that is left out: `X-Amz-Signature` in a presigned URL
 */
export function canonicalRequest(
  method: string,
  path: string,
  query: Query,
  headers: RawHeaders,
  signedHeaders: readonly string[],
  payloadHash: string,
  omit?: string,
): string {
  let canonicalHeaders = '';
  for (const name of signedHeaders) canonicalHeaders += `${name}:${canonicalValue(headers.get(name) ?? [])}\n`;
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query, omit)}\n${canonicalHeaders}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

export function canonicalPath(path: string): string {
  return encodePercent(path).replaceAll('%2F', '/');
}

export function canonicalQuery(query: Query, omit?: string): string {
  return query.parameters
    .filter((parameter) => parameter.name !== omit)
    .map((parameter) => [encodePercent(parameter.name), encodePercent(parameter.value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Encoded names are ASCII, so comparing UTF-16 units compares code points. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalValue(values: readonly string[]): string {
  return values.map((value) => value.trim().replace(/[ \t]+/g, ' ')).join(',');
}

/** @param canonical one character a byte */
export function stringToSign(timestamp: string, scope: string, canonical: string): string {
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash}`;
}
