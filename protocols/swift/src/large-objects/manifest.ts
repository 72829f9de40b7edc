import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { badRequest } from '../errors.ts';
import { constraints } from '../limits.ts';

/** An entry of a manifest as the client sends it (Swift, "Static Large Objects"). */
export type WantedSegment =
  | {
      /** `container/object`. */
      readonly container: string;
      readonly key: string;
      readonly etag?: string;
      readonly size?: number;
      /** As sent: `first-last`, `first-`, `-length`. */
      readonly range?: string;
    }
  | { readonly data: Buffer };

/** An entry as it is remembered. */
export type KnownSegment =
  | {
      /** `/container/object`. */
      readonly name: string;
      readonly hash: string;
      readonly bytes: number;
      readonly range?: string;
      readonly type: string;
      readonly modified: string;
      /** It was a static large object itself. */
      readonly nested?: true;
    }
  | { readonly data: string };

const keys = new Set(['path', 'etag', 'size_bytes', 'range', 'data']);

/** Throws `BadRequest` with what is wrong in which entry. */
export function parseManifest(bytes: Buffer): readonly WantedSegment[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badRequest('Manifest must be valid JSON.\n');
  }
  if (!Array.isArray(value)) throw badRequest('Manifest must be a list.\n');
  const problems: string[] = [];
  const segments = value.flatMap((entry: unknown, index) => {
    const parsed = parseEntry(entry);
    if (typeof parsed !== 'string') return [parsed];
    problems.push(`Index ${index}: ${parsed}`);
    return [];
  });
  if (problems.length > 0) throw badRequest(`${problems.join('\n')}\n`);
  const objects = segments.filter((segment) => !('data' in segment)).length;
  if (objects === 0) throw badRequest('Inline data segments require at least one object-backed segment.\n');
  if (objects > constraints.manifestSegments) {
    throw badRequest(`Number of object-backed segments must be <= ${constraints.manifestSegments}`);
  }
  return segments;
}

function parseEntry(entry: unknown): WantedSegment | string {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'not a JSON object';
  const extra = Object.keys(entry).filter((key) => !keys.has(key));
  if (extra.length > 0) return `extraneous keys ${extra.map((key) => JSON.stringify(key)).join(', ')}`;
  const { path, etag, size_bytes: size, range, data } = entry as Record<string, unknown>;
  if (data !== undefined) return parseData(data, path);
  if (typeof path !== 'string') return path === undefined ? 'missing either "path" or "data"' : 'path must be a string';
  const slash = path.replace(/^\/+/, '').indexOf('/');
  if (slash < 1) return 'path does not refer to an object. Path must be of the form /container/object.';
  const place = path.replace(/^\/+/, '');
  if (place.length === slash + 1)
    return 'path does not refer to an object. Path must be of the form /container/object.';
  if (etag !== undefined && etag !== null && typeof etag !== 'string') return 'etag must be a string';
  const bytes = typeof size === 'string' && /^\d{1,15}$/.test(size) ? Number(size) : size;
  if (bytes !== undefined && bytes !== null && (!Number.isInteger(bytes) || (bytes as number) < 0)) {
    return 'invalid size_bytes';
  }
  if (bytes === 0) return 'too small; each segment must be at least 1 byte.';
  if (range !== undefined && range !== null && (typeof range !== 'string' || !/^(\d+-\d*|-\d+)$/.test(range))) {
    return 'invalid range';
  }
  return {
    container: place.slice(0, slash),
    key: place.slice(slash + 1),
    ...(typeof etag === 'string' && { etag: etag.replaceAll('"', '') }),
    ...(typeof bytes === 'number' && { size: bytes }),
    ...(typeof range === 'string' && { range }),
  };
}

function parseData(data: unknown, path: unknown): WantedSegment | string {
  if (path !== undefined) return 'extraneous keys "path"';
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0) {
    return 'data must be valid base64';
  }
  const bytes = Buffer.from(data, 'base64');
  return bytes.length === 0 ? 'too small; each segment must be at least 1 byte.' : { data: bytes };
}

/** MD5 of the segments' etags, of ranges with the range behind it. */
export function segmentsEtag(segments: readonly KnownSegment[]): string {
  const hash = createHash('md5');
  for (const segment of segments) {
    if ('data' in segment) {
      hash.update(createHash('md5').update(Buffer.from(segment.data, 'base64')).digest('hex'));
    } else hash.update(segment.range === undefined ? segment.hash : `${segment.hash}:${segment.range};`);
  }
  return hash.digest('hex');
}

/** As `compose` keeps it. */
export function encodeManifest(segments: readonly KnownSegment[]): Uint8Array {
  return deflateRawSync(JSON.stringify(segments));
}

/** Bytes of a manifest, unpacked: it was bounded when it came. */
const maximumUnpacked = 64 * 1024 * 1024;

export function decodeManifest(bytes: Uint8Array): readonly KnownSegment[] {
  const text = inflateRawSync(bytes, { maxOutputLength: maximumUnpacked }).toString('utf8');
  return JSON.parse(text) as readonly KnownSegment[];
}
