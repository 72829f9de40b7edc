import { SwiftError } from '../errors.ts';
import { answerDynamic } from '../large-objects/answer-dynamic.ts';
import { partOf } from '../large-objects/part-number.ts';
import { manifestReply } from './get-manifest.ts';
import type { ContainerHandle } from '../operation.ts';
import { conditionFailure } from '../request/conditions.ts';
import { dynamicManifestOf, isExpired, objectHeaders } from '../reply/object-headers.ts';
import { tempUrlHeaders } from '../reply/temp-url-headers.ts';
import { unread } from '../reply/unread.ts';
import { look } from '../request/look.ts';
import { ownConditions } from './get-object.ts';

/** The headers of a GET of the whole, without opening the object. */
export const headObject: ContainerHandle = async (context, request, granted) => {
  const { object, query } = request.target;
  const asked = await ownConditions(context, request, granted);
  const asManifest = query.get('multipart-manifest') === 'get';
  const own = asked === 'dynamic' ? undefined : asked;
  const info = await look(context, granted, object, own?.conditions).catch((error: unknown) => {
    throw own === undefined ? error : conditionFailure(error, own.info);
  });
  if (isExpired(info, context.clock.now())) throw new SwiftError('NotFound');
  if (asManifest) return manifestReply(context, request, granted, info);
  if (dynamicManifestOf(info) !== undefined) return answerDynamic(context, request, granted);
  const headers = tempUrlHeaders(request, objectHeaders(info));
  const part = partOf(request, info);
  if (part !== undefined) {
    const { start, end } = part.range;
    const contentRange = `bytes ${start}-${end - 1}/${info.size}`;
    return {
      status: 206,
      headers: { ...headers, ...part.replyHeaders, 'content-range': contentRange },
      body: unread(end - start),
    };
  }
  return { status: 200, headers, body: unread(info.size) };
};
