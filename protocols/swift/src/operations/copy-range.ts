import type { ObjectInfo, ObjectMetadata } from '@polynas/core/service';
import { parseRanges } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { dynamicContent, findDynamic } from '../large-objects/dynamic.ts';
import { partOf } from '../large-objects/part-number.ts';
import type { Request } from '../request/request.ts';
import type { Content } from '../reply/content.ts';
import { objectContent, PieceSource } from '../reply/content.ts';
import { dynamicManifestOf } from '../reply/object-headers.ts';
import type { DoorContext } from '../request/context.ts';
import type { ObjectPlace } from '../request/grant.ts';

/** Bytes that are read at a time. */
const pieceBytes = 262_144;

/** A copy with `Range` or `?part-number=`: the bytes that a GET with these would give (Swift, "Copy object"). */
export async function copyRange(
  context: DoorContext,
  request: Request,
  from: ObjectPlace,
  to: ObjectPlace,
  info: ObjectInfo,
  metadata: ObjectMetadata,
): Promise<ObjectInfo> {
  const part = partOf(request, info);
  const content = await contentOf(context, request, from, info);
  const ranges = parseRanges((part?.headers ?? request.headers).get('range') ?? '', content.size);
  if (ranges?.length === 0) {
    await content.close();
    throw new SwiftError('RangeNotSatisfiable', { headers: { 'content-range': `bytes */${content.size}` } });
  }
  // Of several ranges there is no single content: the whole is copied.
  const { start, end } = ranges?.length === 1 ? ranges[0]! : { start: 0, end: content.size };
  const source = new PieceSource(content.pieces(start, end), () => content.close());
  let left = end - start;
  const body = {
    length: left,
    read: async () => {
      if (left === 0) return undefined;
      const bytes = await source.read(Math.min(pieceBytes, left));
      left -= bytes.length;
      return bytes;
    },
  };
  try {
    return await context.objects.put(to.caller, to.share.id, to.object, body, metadata);
  } finally {
    await source.close();
  }
}

async function contentOf(
  context: DoorContext,
  request: Request,
  { caller, share, object }: ObjectPlace,
  info: ObjectInfo,
): Promise<Content> {
  const manifest = dynamicManifestOf(info);
  if (manifest !== undefined) return dynamicContent(context, await findDynamic(context, request, manifest));
  const reader = await context.objects.get(caller, share.id, object, { ifMatch: [info.etag] });
  return objectContent(context.payloads, reader);
}
