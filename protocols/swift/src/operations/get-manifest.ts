import { createHash } from 'node:crypto';
import type { ObjectInfo } from '@polynas/core/service';
import type { Reply } from '@polynas/http';
import { parseConditions } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { decodeManifest } from '../large-objects/manifest.ts';
import { raw, shownList } from '../large-objects/show.ts';
import type { ContainerHandle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import { objectContent } from '../reply/content.ts';
import { dynamicManifestOf, emptyEtag, isExpired, objectHeaders, staticEtagOf } from '../reply/object-headers.ts';
import { rangedReply } from '../reply/ranges.ts';
import { wholeSeconds } from '../reply/times.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { look } from '../request/look.ts';

/** `GET ?multipart-manifest=get`: what a large object is made of. */
export const getManifest: ContainerHandle = async (context, request, granted) => {
  const conditions = parseConditions(request.headers);
  const info = await look(context, granted, request.target.object, conditions);
  if (isExpired(info, context.clock.now())) throw new SwiftError('NotFound');
  return manifestReply(context, request, granted, info);
};

/** Of a static large object the list of its segments; of any other the object itself, as of a dynamic one its own empty content. */
export async function manifestReply(
  context: DoorContext,
  request: Request,
  { caller, share }: Granted,
  info: ObjectInfo,
): Promise<Reply> {
  const { object, query } = request.target;
  const bytes = staticEtagOf(info) === undefined ? undefined : await context.objects.manifest(caller, share.id, object);
  const headers = objectHeaders(info);
  if (dynamicManifestOf(info) !== undefined && info.parts !== undefined) {
    return { status: 200, headers: { ...headers, etag: emptyEtag }, body: new Uint8Array() };
  }
  if (bytes === undefined) {
    const reader = await context.objects.get(caller, share.id, object, { ifMatch: [info.etag] });
    return rangedReply(request.headers, objectContent(context.payloads, reader), {
      headers,
      modified: wholeSeconds(info.modified),
      boundary: () => Buffer.from(context.random(16)).toString('hex'),
    });
  }
  const segments = decodeManifest(bytes);
  const asSent = query.get('format') === 'raw';
  const body = asSent ? JSON.stringify(segments.map(raw)) : shownList(segments);
  return {
    status: 200,
    headers: {
      ...headers,
      ...(!asSent && { 'content-type': 'application/json; charset=utf-8' }),
      etag: createHash('md5').update(body).digest('hex'),
    },
    body,
  };
}
