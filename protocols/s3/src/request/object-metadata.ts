import type { ObjectMetadata } from '@polynas/core/service';
import { S3Error } from '../errors.ts';
import type { Headers } from '@polynas/http';
import { decodeWords } from './rfc2047.ts';

/** What is kept of a PUT beside user metadata (S3 API Reference, PutObject: "system-defined metadata"). */
export const contentHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

const userPrefix = 'x-amz-meta-';

/** Bytes of all names and values of user metadata (S3 User Guide, "User-defined object metadata"). */
const maximumUserBytes = 2048;

/** Content headers and user metadata of a request. Throws `MetadataTooLarge`. */
export function parseObjectMetadata(requestHeaders: Headers): ObjectMetadata {
  const headers: Record<string, string> = {};
  for (const name of contentHeaders) {
    const value = requestHeaders.get(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  // A name such as `__proto__` is a name like any other.
  const user = Object.create(null) as Record<string, string>;
  let size = 0;
  for (const [name, value] of requestHeaders) {
    if (!name.startsWith(userPrefix)) continue;
    const decoded = decodeWords(value);
    const short = name.slice(userPrefix.length);
    size += Buffer.byteLength(short) + Buffer.byteLength(decoded);
    user[short] = decoded;
  }
  if (size > maximumUserBytes) {
    throw new S3Error('MetadataTooLarge', { elements: { Size: size, MaxSizeAllowed: maximumUserBytes } });
  }
  return { headers, user };
}
