import type { ObjectConditions, ObjectInfo, ObjectMetadata } from '@polynas/core/service';
import { isObjectError } from '@polynas/core/service';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { dynamicEtag, dynamicManifest } from '../request/metadata.ts';
import type { Request } from '../request/request.ts';
import { toSwiftError } from '../status.ts';
import type { DynamicObject } from './dynamic.ts';
import { findDynamic } from './dynamic.ts';

/**
 * PUT of an empty manifest: clients send their segments before it, so that its content is there already. It becomes the object's own, by reference
 * where the backend clones, so that every door shows the file. Swift itself goes on reading the segments, which may become others.
 *
 * @returns `undefined` where there are no segments yet
 */
export async function putDynamic(
  context: DoorContext,
  request: Request,
  { share, caller }: Granted,
  metadata: ObjectMetadata,
  conditions: ObjectConditions | undefined,
): Promise<ObjectInfo | undefined> {
  const manifest = metadata.headers[dynamicManifest];
  const found = manifest === undefined ? undefined : await segmentsOf(context, request, manifest);
  if (found === undefined || found.segments.length === 0) return undefined;
  const pieces = found.segments.map(({ key, etag }) => ({
    caller: found.granted.caller,
    share: found.granted.share.id,
    key,
    conditions: { ifMatch: [etag] },
  }));
  const described = { ...metadata, headers: { ...metadata.headers, [dynamicEtag]: found.etag } };
  const options = conditions === undefined ? {} : { conditions };
  try {
    return await context.objects.compose(caller, share.id, request.target.object, pieces, described, options);
  } catch (error) {
    // A segment was changed or removed meanwhile: whoever reads the object finds out what there is then.
    const isPiece = isObjectError(error, 'noSuchKey') || isObjectError(error, 'preconditionFailed');
    if (isPiece && error.detail['piece'] !== undefined) return undefined;
    throw error;
  }
}

/** A manifest may name what is not there, or may not be read. */
async function segmentsOf(
  context: DoorContext,
  request: Request,
  manifest: string,
): Promise<DynamicObject | undefined> {
  try {
    const found = await findDynamic(context, request, manifest);
    const { target } = request;
    const isItself = found.granted.name === target.container;
    return isItself && found.segments.some(({ key }) => key === target.object) ? undefined : found;
  } catch (error) {
    if (toSwiftError(error).status < 500) return undefined;
    throw error;
  }
}
