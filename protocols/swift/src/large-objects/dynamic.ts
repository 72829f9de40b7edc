import { createHash } from 'node:crypto';
import type { ObjectInfo, User } from '@polynas/core/service';
import { decodePercent, rawValue } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Request } from '../request/request.ts';
import type { Content, Piece } from '../reply/content.ts';
import { objectContent, PieceSource } from '../reply/content.ts';
import { etagOf, isComposed } from '../reply/object-headers.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { openSegments } from '../request/grant.ts';
import { dynamicEtag } from '../request/metadata.ts';

/** Segments that one object may have; each costs an entry in memory while it is read. */
const maximumSegments = 10_000;

interface Segment {
  readonly key: string;
  readonly size: number;
  /** As LIST shows it. */
  readonly etag: string;
  readonly start: number;
}

/** A dynamic large object as of now: all objects with a prefix, in their order (Swift, "Dynamic Large Objects"). */
export interface DynamicObject {
  readonly granted: Granted;
  readonly segments: readonly Segment[];
  readonly size: number;
  /** MD5 of the segments' etags. */
  readonly etag: string;
}

/** MD5 of nothing. */
const emptyMd5 = createHash('md5').digest('hex');

/** Another manifest, or this one, among the segments: what it shows elsewhere is not its own. */
function isEmptyManifest({ metadata, etag }: ObjectInfo): boolean {
  return metadata.headers[dynamicEtag] !== undefined && isComposed(etag);
}

/**
 * @param manifest `container/prefix`, percent-encoded
 * @param author whose rights a temporary URL of the object lends
 */
export async function findDynamic(
  context: DoorContext,
  request: Request,
  manifest: string,
  author?: User,
): Promise<DynamicObject> {
  const path = decodePercent(rawValue(manifest));
  const slash = path.indexOf('/');
  const place = { account: request.target.account, container: path.slice(0, slash) };
  const granted = openSegments(context, request, place, author);
  const prefix = path.slice(slash + 1);
  const segments: Segment[] = [];
  const hash = createHash('md5');
  let size = 0;
  for (let after = ''; ;) {
    const { share, caller } = granted;
    const page = await context.objects.list(caller, share.id, { prefix, delimiter: '', after, limit: 1000 });
    for (const item of page.items) {
      if (item.kind !== 'object') continue;
      const { key, size: length, etag } = item.object;
      if (isEmptyManifest(item.object)) {
        hash.update(emptyMd5);
        continue;
      }
      segments.push({ key, size: length, etag, start: size });
      hash.update(etagOf(item.object));
      size += length;
    }
    if (segments.length > maximumSegments) {
      throw new SwiftError('Conflict', { message: `More than ${maximumSegments} segments` });
    }
    if (page.next === undefined) return { granted, segments, size, etag: hash.digest('hex') };
    after = page.next;
  }
}

export function dynamicContent(context: DoorContext, { granted, segments, size }: DynamicObject): Content {
  const open = (segment: Segment, from: number, to: number): Piece => ({
    length: to - from,
    open: async () => {
      const { deadline: _, ...caller } = granted.caller;
      // A segment that has become another one since it was listed would make a content that never was.
      const reader = await context.objects.get(caller, granted.share.id, segment.key, { ifMatch: [segment.etag] });
      const content = objectContent(context.payloads, reader);
      return new PieceSource(content.pieces(from, to), () => content.close());
    },
  });
  return {
    size,
    pieces: (start, end) =>
      segments.flatMap((segment) => {
        const from = Math.max(start - segment.start, 0);
        const to = Math.min(end - segment.start, segment.size);
        return from < to ? [open(segment, from, to)] : [];
      }),
    close: () => Promise.resolve(),
  };
}
