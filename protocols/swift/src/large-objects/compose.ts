import { createHash } from 'node:crypto';
import type { ObjectConditions, ObjectInfo, ObjectMetadata, ObjectPiece } from '@polynas/core/service';
import { isObjectError, isStorageError } from '@polynas/core/service';
import type { ByteRange } from '@polynas/http';
import { parseRanges } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';
import type { Request } from '../request/request.ts';
import { contentTypeFor, etagOf, isExpired, staticEtagOf } from '../reply/object-headers.ts';
import { listedTime } from '../reply/times.ts';
import type { DoorContext } from '../request/context.ts';
import type { ObjectPlace } from '../request/grant.ts';
import { openContainer } from '../request/grant.ts';
import { look } from '../request/look.ts';
import { manifestEtag, staticEtag } from '../request/metadata.ts';
import { checkQuota } from '../request/quota.ts';
import { toSwiftError } from '../status.ts';
import type { KnownSegment, WantedSegment } from './manifest.ts';
import { encodeManifest, segmentsEtag } from './manifest.ts';
import { shownList } from './show.ts';

/** A segment that was found, and how it is told and composed. */
interface FoundSegment {
  readonly known: KnownSegment;
  readonly piece: ObjectPiece;
  /** Bytes of it. */
  readonly length: number;
}

export interface CompositionRules {
  /** The etag that the client expects. */
  readonly expected?: string | undefined;
  /** On what is replaced. */
  readonly conditions?: ObjectConditions | undefined;
}

/**
 * Makes a static large object: its segments' bytes become its own, by reference where the backend clones, so that every door sees one file. The
 * segments' names are kept beside it. Throws `BadRequest` with all entries that are wrong.
 */
export async function composeLarge(
  context: DoorContext,
  request: Request,
  to: ObjectPlace,
  wanted: readonly WantedSegment[],
  metadata: ObjectMetadata,
  { expected, conditions }: CompositionRules = {},
): Promise<ObjectInfo> {
  const found: FoundSegment[] = [];
  const problems: string[] = [];
  for (const segment of wanted) {
    const result = await findSegment(context, request, to, segment);
    if (typeof result === 'string') problems.push(result);
    else found.push(result);
  }
  if (problems.length > 0) throw badRequest(`Errors:\n${problems.join('\n')}\n`);
  const segments = found.map(({ known }) => known);
  const etag = segmentsEtag(segments);
  if (expected !== undefined && expected !== etag) throw new SwiftError('UnprocessableEntity');
  await checkQuota(context, to.share, sizeOf(found));
  const listEtag = createHash('md5').update(shownList(segments)).digest('hex');
  try {
    return await context.objects.compose(
      to.caller,
      to.share.id,
      to.object,
      found.map(({ piece }) => piece),
      { ...metadata, headers: { ...metadata.headers, [staticEtag]: etag, [manifestEtag]: listEtag } },
      { manifest: encodeManifest(segments), ...(conditions !== undefined && { conditions }) },
    );
  } catch (error) {
    if (isStorageError(error, 'tooLarge')) {
      throw badRequest('The names of the segments are longer than what can be kept of them.');
    }
    throw error;
  }
}

function sizeOf(found: readonly FoundSegment[]): number {
  return found.reduce((sum, { length }) => sum + length, 0);
}

/** A text says what is wrong. */
async function findSegment(
  context: DoorContext,
  request: Request,
  to: ObjectPlace,
  wanted: WantedSegment,
): Promise<FoundSegment | string> {
  if ('data' in wanted) {
    const { data } = wanted;
    return { known: { data: data.toString('base64') }, piece: { bytes: data }, length: data.length };
  }
  const { container, key } = wanted;
  const name = `/${container}/${key}`;
  try {
    if (container === to.name && key === to.object) return `${name}, Cannot be a segment of itself`;
    const place = { account: to.account, container };
    const { share, caller } = openContainer(context, request, place, 'read');
    const info = await look(context, { caller, share }, key);
    if (isExpired(info, context.clock.now())) return `${name}, 404 Not Found`;
    const hash = staticEtagOf(info) ?? etagOf(info);
    if (wanted.size !== undefined && wanted.size !== info.size) return `${name}, Size Mismatch`;
    if (wanted.etag !== undefined && wanted.etag !== hash) return `${name}, Etag Mismatch`;
    if (info.size === 0) return `${name}, Too small; each segment must be at least 1 byte.`;
    const range = wanted.range === undefined ? undefined : rangeIn(wanted.range, info.size);
    if (range === 'none') return `${name}, Unsatisfiable Range`;
    // A range that is the whole is none.
    const isPart = range !== undefined && (range.start > 0 || range.end < info.size);
    return {
      known: {
        name,
        hash,
        bytes: info.size,
        ...(isPart && { range: `${range.start}-${range.end - 1}` }),
        type: contentTypeFor(info),
        modified: listedTime(info.modified),
        ...(staticEtagOf(info) !== undefined && { nested: true }),
      },
      length: range === undefined ? info.size : range.end - range.start,
      piece: { caller, share: share.id, key, ...(isPart && { range }), conditions: { ifMatch: [info.etag] } },
    };
  } catch (error) {
    if (isObjectError(error, 'noSuchKey')) return `${name}, 404 Not Found`;
    const { status, title } = toSwiftError(error);
    if (status >= 500) throw error;
    return `${name}, ${status} ${title}`;
  }
}

function rangeIn(text: string, size: number): ByteRange | 'none' {
  return parseRanges(`bytes=${text}`, size)?.[0] ?? 'none';
}
