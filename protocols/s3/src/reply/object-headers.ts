import type { ObjectInfo } from '@polynas/core/service';
import { invalidArgument, S3Error } from '../errors.ts';
import type { Request } from '../request/handle.ts';
import { contentHeaders } from '../request/object-metadata.ts';
import { encodeWords } from '../request/rfc2047.ts';
import { httpDate } from '@polynas/http';

/** `"etag"`. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** What GetObject and HeadObject say of an object, whatever range of it they send. */
export function objectHeaders(info: ObjectInfo): Record<string, string> {
  const headers: Record<string, string> = {
    'last-modified': httpDate(info.modified),
    etag: quoted(info.etag),
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
  };
  for (const name of contentHeaders) {
    const value = info.metadata.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const [name, value] of Object.entries(info.metadata.user)) headers[`x-amz-meta-${name}`] = encodeWords(value);
  return headers;
}

/** `response-content-type` and its like, which replace what the object says; only who signed may ask. */
export function responseOverrides(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of contentHeaders) {
    const value = request.query.get(`response-${name}`);
    if (value === undefined) continue;
    if (request.accessKeyId === undefined) {
      throw new S3Error('InvalidRequest', {
        message: 'Request specific response headers cannot be used for anonymous GET requests.',
      });
    }
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw invalidArgument(`response-${name}`, value);
    headers[name] = value;
  }
  return headers;
}
