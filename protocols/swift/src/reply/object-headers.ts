import type { ObjectInfo } from '@polynas/core/service';
import { defaultContentType, directoryContentType } from '../request/content-type.ts';
import {
  contentHeaders,
  dynamicEtag,
  dynamicManifest,
  manifestEtag,
  objectMeta,
  staticEtag,
} from '../request/metadata.ts';
import { lastModified, xTimestamp } from './times.ts';

/** What GET and HEAD say of an object, whatever range of it they send. */
export function objectHeaders(info: ObjectInfo): Record<string, string> {
  const { headers: stored, user, expiresAt } = info.metadata;
  const headers: Record<string, string> = {
    'content-type': contentTypeFor(info),
    etag: etagHeader(info),
    'last-modified': lastModified(info.modified),
    'x-timestamp': xTimestamp(info.modified),
    'accept-ranges': 'bytes',
  };
  for (const name of contentHeaders) {
    const value = stored[name];
    if (value !== undefined) headers[name] = value;
  }
  for (const [name, value] of Object.entries(user)) headers[`${objectMeta}${name}`] = value;
  if (expiresAt !== undefined) headers['x-delete-at'] = String(expiresAt);
  const manifest = dynamicManifestOf(info);
  if (manifest !== undefined) headers[dynamicManifest] = manifest;
  if (staticEtagOf(info) !== undefined) {
    headers['x-static-large-object'] = 'True';
    headers[manifestEtag] = stored[manifestEtag] ?? '';
  }
  return headers;
}

/** MD5 of nothing. */
export const emptyEtag = 'd41d8cd98f00b204e9800998ecf8427e';

/** The etag of a static large object; `undefined` for any other, also for one whose content has become another. */
export function staticEtagOf(info: ObjectInfo): string | undefined {
  return info.parts === undefined ? undefined : info.metadata.headers[staticEtag];
}

/** `container/prefix` of a dynamic large object; `undefined` for any other, also for one that another door has written other bytes into. */
export function dynamicManifestOf(info: ObjectInfo): string | undefined {
  const { headers } = info.metadata;
  const own = headers[dynamicEtag];
  const isChanged = own === emptyEtag ? info.size > 0 : own !== undefined && info.parts === undefined;
  return isChanged ? undefined : headers[dynamicManifest];
}

/** The MD5 of the whole: clients check what they read against it. Of a static large object, quoted, what Swift makes of its segments. */
export function etagHeader(info: ObjectInfo): string {
  const large = staticEtagOf(info);
  return large === undefined ? etagOf(info) : `"${large}"`;
}

export function etagOf(info: ObjectInfo): string {
  return info.md5 ?? info.etag;
}

export function contentTypeFor(info: ObjectInfo): string {
  return info.metadata.headers['content-type'] ?? (info.directory ? directoryContentType : defaultContentType);
}

/** Whether an object's time has come: it is as good as gone, though it may not yet be removed. `now` in milliseconds since 1970. */
export function isExpired({ metadata }: Pick<ObjectInfo, 'metadata'>, now: number): boolean {
  return metadata.expiresAt !== undefined && metadata.expiresAt * 1000 <= now;
}

/** Whether an etag is that of parts: LIST does not tell the parts themselves. */
export function isComposed(etag: string): boolean {
  return /-[1-9]\d*$/.test(etag);
}
