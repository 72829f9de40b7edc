import type { Labels, ObjectMetadata } from '@polynas/core/service';
import type { Headers } from '@polynas/http';
import { cleanAccessList } from '../auth/access-list.ts';
import { badRequest } from '../errors.ts';
import { constraints } from '../limits.ts';
import { contentTypeOf } from './content-type.ts';
import { readList, writeList } from './grant.ts';
import { checkQuotaLabels } from './quota.ts';
import { keyLabels } from './temp-url.ts';

/** What is kept of an object's headers beside its metadata (Swift, "Object server": the headers of PUT that GET gives back). */
export const contentHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-robots-tag',
] as const;

/** On the manifest of a dynamic large object: `container/prefix` of its segments, as sent. */
export const dynamicManifest = 'x-object-manifest';
/**
 * On a dynamic large object whose segments' content was made its own, for the other doors: the etag that the segments had then. Its content as
 * Swift has it is empty all the same. MD5 of nothing: there were no segments, so the file is empty while no other door writes into it.
 */
export const dynamicEtag = 'x-object-manifest-etag';
/** On the manifest of a dynamic large object: who wrote it, and where. */
export const dynamicAuthor = 'x-object-manifest-author';
/** On a static large object: its etag, which is made of the segments'. It holds while the content is the segments'. */
export const staticEtag = 'x-static-large-object';

/** MD5 of the list of its segments as `?multipart-manifest=get` shows it. */
export const manifestEtag = 'x-manifest-etag';

export const objectMeta = 'x-object-meta-';

/** The metadata of a PUT. `now` in milliseconds since 1970. */
export function objectMetadata(requestHeaders: Headers, key: string, now: number): ObjectMetadata {
  const headers = contentHeadersOf(requestHeaders);
  if (headers['content-type'] === undefined || isTrue(requestHeaders.get('x-detect-content-type'))) {
    headers['content-type'] = contentTypeOf(key);
  }
  const manifest = requestHeaders.get(dynamicManifest);
  if (manifest !== undefined && manifest !== '') headers[dynamicManifest] = checkManifest(manifest);
  return withExpiry({ headers, user: metaOf(requestHeaders, objectMeta) }, expiryOf(requestHeaders, now));
}

/** The metadata after a POST: all is replaced but what only a PUT can say. */
export function postedMetadata(requestHeaders: Headers, present: ObjectMetadata, now: number): ObjectMetadata {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', dynamicEtag, staticEtag, manifestEtag]) {
    const value = present.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const given = contentHeadersOf(requestHeaders);
  const manifest = requestHeaders.get(dynamicManifest);
  if (manifest !== undefined && manifest !== '') headers[dynamicManifest] = checkManifest(manifest);
  return withExpiry(
    { headers: { ...headers, ...given }, user: metaOf(requestHeaders, objectMeta) },
    expiryOf(requestHeaders, now),
  );
}

const largeHeaders = new Set([dynamicManifest, dynamicAuthor, dynamicEtag, staticEtag, manifestEtag]);

/** The metadata of a copy: the source's, and what the request says on top of it. */
export function copiedMetadata(
  requestHeaders: Headers,
  source: ObjectMetadata,
  key: string,
  now: number,
): ObjectMetadata {
  const given = contentHeadersOf(requestHeaders);
  const expiry = expiryOf(requestHeaders, now);
  const user = metaOf(requestHeaders, objectMeta);
  if (isTrue(requestHeaders.get('x-fresh-metadata'))) {
    const type = source.headers['content-type'] ?? contentTypeOf(key);
    return withExpiry({ headers: { 'content-type': type, ...given }, user }, expiry);
  }
  const headers = Object.fromEntries(Object.entries(source.headers).filter(([name]) => !largeHeaders.has(name)));
  return withExpiry(
    { headers: { ...headers, ...given }, user: { ...source.user, ...user } },
    expiry ?? source.expiresAt,
  );
}

function withExpiry(metadata: ObjectMetadata, expiresAt: number | undefined): ObjectMetadata {
  const { expiresAt: _old, ...rest } = metadata;
  return expiresAt === undefined ? rest : { ...rest, expiresAt };
}

function contentHeadersOf(requestHeaders: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of contentHeaders) {
    const value = requestHeaders.get(name);
    if (value === undefined || value === '') continue;
    if (value.length > constraints.headerSize) throw badRequest(`Header value too long: ${name}`);
    headers[name] = value;
  }
  return headers;
}

/** `X-Delete-At` (seconds since 1970) or `X-Delete-After` (seconds from now). */
function expiryOf(headers: Headers, now: number): number | undefined {
  if (isTrue(headers.get('x-remove-delete-at'))) return undefined;
  const seconds = Math.floor(now / 1000);
  const after = headers.get('x-delete-after');
  if (after !== undefined && after !== '') return checkTime('X-Delete-After', after, seconds, seconds);
  const at = headers.get('x-delete-at');
  return at === undefined || at === '' ? undefined : checkTime('X-Delete-At', at, 0, seconds);
}

/** Ten digits, as Swift has it: the year 2286. */
const lastSecond = 9_999_999_999;

function checkTime(name: string, text: string, base: number, now: number): number {
  if (!/^-?\d{1,300}(\.\d+)?$/.test(text.trim())) throw badRequest(`Non-integer ${name}`);
  const time = base + Math.floor(Number(text));
  if (time < now || (time === now && name === 'X-Delete-At')) throw badRequest(`${name} in past`);
  return Math.min(time, lastSecond);
}

function checkManifest(value: string): string {
  const text = value.replace(/^\//, '');
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1 || /[?&]/.test(text)) {
    throw badRequest('X-Object-Manifest must be in the format container/prefix');
  }
  return text;
}

/** User metadata with a prefix. Throws `BadRequest` beyond the limits that `/info` tells. */
export function metaOf(headers: Headers, prefix: string): Record<string, string> {
  // A name such as `__proto__` is a name like any other.
  const user = Object.create(null) as Record<string, string>;
  for (const [header, value] of headers) {
    if (!header.startsWith(prefix)) continue;
    const name = header.slice(prefix.length);
    if (name === '') throw badRequest('Metadata name cannot be empty');
    if (Buffer.byteLength(name) > constraints.metaName) throw badRequest(`Metadata name too long: ${header}`);
    if (Buffer.byteLength(value) > constraints.metaValue) {
      throw badRequest(`Metadata value longer than ${constraints.metaValue}: ${header}`);
    }
    user[name] = value;
  }
  checkTotal(user);
  return user;
}

function checkTotal(user: Readonly<Record<string, string>>): void {
  const entries = Object.entries(user);
  if (entries.length > constraints.metaCount) {
    throw badRequest(`Too many metadata items; max ${constraints.metaCount}`);
  }
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (size > constraints.metaOverall) throw badRequest(`Total metadata too large; max ${constraints.metaOverall}`);
}

const lists = { [readList]: 'X-Container-Read', [writeList]: 'X-Container-Write' } as const;

/** Labels after a PUT or POST of a container or account: what it names is set, or removed where it is empty or named by `X-Remove-…`. */
export function changedLabels(
  headers: Headers,
  level: 'account' | 'container',
): ((present: Labels) => Labels) | undefined {
  const prefix = `x-${level}-meta-`;
  const set = new Map<string, string>(Object.entries(metaOf(headers, prefix)));
  for (const name of headers.keys()) {
    const removed = name.startsWith(`x-remove-${level}-meta-`) ? name.slice(`x-remove-${level}-meta-`.length) : '';
    if (removed !== '') set.set(removed, '');
  }
  const access = new Map<string, string>();
  if (level === 'container') {
    for (const [label, name] of Object.entries(lists) as [keyof typeof lists, (typeof lists)[keyof typeof lists]][]) {
      const value = headers.get(label);
      if (value !== undefined) access.set(label, cleanAccessList(name, value));
      if (headers.has(label.replace('x-', 'x-remove-'))) access.set(label, '');
    }
  }
  if (set.size === 0 && access.size === 0) return undefined;
  const isKey = (name: string): boolean => (keyLabels as readonly string[]).includes(name);
  return (present) => {
    const labels = {
      headers: merge(present.headers, [...access, ...[...set].filter(([name]) => isKey(name))]),
      user: merge(
        present.user,
        [...set].filter(([name]) => !isKey(name)),
      ),
    };
    checkTotal(labels.user);
    checkQuotaLabels(labels);
    return labels;
  };
}

function merge(
  present: Readonly<Record<string, string>>,
  changes: readonly (readonly [string, string])[],
): Record<string, string> {
  const merged = new Map(Object.entries(present));
  for (const [name, value] of changes) {
    if (value === '') merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

/** Swift's idea of a true value in headers and queries. */
export function isTrue(text: string | undefined): boolean {
  return ['true', '1', 'yes', 'on', 't', 'y'].includes((text ?? '').toLowerCase());
}
