import type { ObjectInfo } from '@polynas/core/service';
import type { Reply } from '@polynas/http';
import { parseConditions } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { authored } from '../large-objects/author.ts';
import { findDynamic } from '../large-objects/dynamic.ts';
import { recompose } from '../large-objects/recompose.ts';
import type { Request } from '../request/request.ts';
import { dynamicManifestOf, isExpired } from '../reply/object-headers.ts';
import { lastModified } from '../reply/times.ts';
import type { DoorContext } from '../request/context.ts';
import type { ObjectPlace } from '../request/grant.ts';
import { copiedMetadata, dynamicManifest, staticEtag } from '../request/metadata.ts';
import { checkQuota } from '../request/quota.ts';
import { encodePath } from '../routing/target.ts';
import { copyRange } from './copy-range.ts';
import { checkObjectName, created } from './put-object.ts';

/** Copies an object; a large one becomes one of its content, or, with `?multipart-manifest=get`, another of the same segments. */
export async function copy(context: DoorContext, request: Request, from: ObjectPlace, to: ObjectPlace): Promise<Reply> {
  checkObjectName(to.object);
  const conditions = parseConditions(request.headers);
  const { objects, clock } = context;
  const info = await objects.head(from.caller, from.share.id, from.object, conditions);
  if (isExpired(info, clock.now())) throw new SwiftError('NotFound');
  await checkQuota(context, to.share, info.size);
  const copied = await copyAs(context, request, from, to, info);
  const user = request.identity.token?.user;
  return created(copied, {
    'x-copied-from': encodePath(`${from.name}/${from.object}`),
    'x-copied-from-last-modified': lastModified(info.modified),
    ...(user !== undefined && { 'x-copied-from-account': `AUTH_${from.account}` }),
  });
}

async function copyAs(
  context: DoorContext,
  request: Request,
  from: ObjectPlace,
  to: ObjectPlace,
  info: ObjectInfo,
): Promise<ObjectInfo> {
  const { objects, clock } = context;
  const { headers } = request;
  const asManifest = request.target.query.get('multipart-manifest') === 'get';
  const metadata = copiedMetadata(headers, info.metadata, to.object, clock.now());
  const manifest = dynamicManifestOf(info);
  const large = info.metadata.headers[staticEtag];
  const ranged = request.headers.has('range') || request.target.query.has('part-number');
  if (ranged && !asManifest) return copyRange(context, request, from, to, info, metadata);
  if (manifest !== undefined && !asManifest) {
    const { granted, segments } = await findDynamic(context, request, manifest);
    if (segments.length > 0) {
      const pieces = segments.map(({ key, etag }) => ({
        caller: granted.caller,
        share: granted.share.id,
        key,
        conditions: { ifMatch: [etag] },
      }));
      return objects.compose(to.caller, to.share.id, to.object, pieces, metadata);
    }
  }
  if (large !== undefined && asManifest) {
    const again = await recompose(context, request, from, to, metadata);
    if (again !== undefined) return again;
  }
  const kept =
    manifest !== undefined && asManifest
      ? authored(request, to, to.object, { ...metadata, headers: { ...metadata.headers, [dynamicManifest]: manifest } })
      : metadata;
  // The very content that was looked at, whatever has become of the name since.
  const source = { caller: from.caller, share: from.share.id, key: from.object, conditions: { ifMatch: [info.etag] } };
  return objects.copy(to.caller, source, { share: to.share.id, key: to.object }, { metadata: kept });
}
