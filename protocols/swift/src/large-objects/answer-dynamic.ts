import type { Reply } from '@polynas/http';
import { parseConditions } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { unread } from '../reply/unread.ts';
import type { Request } from '../request/request.ts';
import { dynamicManifestOf, isExpired, objectHeaders } from '../reply/object-headers.ts';
import { rangedReply } from '../reply/ranges.ts';
import { wholeSeconds } from '../reply/times.ts';
import { tempUrlHeaders } from '../reply/temp-url-headers.ts';
import { look } from '../request/look.ts';
import { checkRead } from '../request/conditions.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { authorOf } from './author.ts';
import { dynamicContent, findDynamic } from './dynamic.ts';

/** GET and HEAD of a dynamic large object: the manifest's metadata with the segments' content. */
export async function answerDynamic(context: DoorContext, request: Request, granted: Granted): Promise<Reply> {
  const info = await look(context, granted, request.target.object);
  const manifest = dynamicManifestOf(info);
  if (manifest === undefined || isExpired(info, context.clock.now())) throw new SwiftError('NotFound');
  const author = authorOf(context, granted, request.target.object, info.metadata);
  const found = await findDynamic(context, request, manifest, author);
  checkRead(parseConditions(request.headers), found.etag, wholeSeconds(info.modified));
  const headers = { ...tempUrlHeaders(request, objectHeaders(info)), etag: `"${found.etag}"` };
  if (request.method === 'HEAD') return { status: 200, headers, body: unread(found.size) };
  return rangedReply(request.headers, dynamicContent(context, found), {
    headers,
    modified: wholeSeconds(info.modified),
    boundary: () => Buffer.from(context.random(16)).toString('hex'),
  });
}
