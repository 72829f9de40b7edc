import type { KnownSegment, WantedSegment } from './manifest.ts';

/** A segment as `?multipart-manifest=get` shows it. */
function shown(segment: KnownSegment): object {
  if ('data' in segment) return { data: segment.data };
  const { name, hash, bytes, range, type, modified, nested } = segment;
  return {
    name,
    hash,
    bytes,
    content_type: type,
    last_modified: modified,
    ...(range !== undefined && { range }),
    ...(nested && { sub_slo: true }),
  };
}

/** The document. */
export function shownList(segments: readonly KnownSegment[]): string {
  return JSON.stringify(segments.map(shown));
}

/** The same with `&format=raw`: as it can be sent again. */
export function raw(segment: KnownSegment): object {
  if ('data' in segment) return { data: segment.data };
  const { name, hash, bytes, range } = segment;
  return { path: name, etag: hash, size_bytes: bytes, ...(range !== undefined && { range }) };
}

/** As if the client had sent it. */
export function wantedOf(segment: KnownSegment): WantedSegment {
  if ('data' in segment) return { data: Buffer.from(segment.data, 'base64') };
  const { name, hash, bytes, range } = segment;
  const slash = name.indexOf('/', 1);
  return {
    container: name.slice(1, slash),
    key: name.slice(slash + 1),
    etag: hash,
    size: bytes,
    ...(range !== undefined && { range }),
  };
}
