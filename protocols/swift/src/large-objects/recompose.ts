import type { ObjectInfo, ObjectMetadata } from '@polynas/core/service';
import type { Request } from '../request/request.ts';
import type { DoorContext } from '../request/context.ts';
import type { ObjectPlace } from '../request/grant.ts';
import { composeLarge } from './compose.ts';
import { decodeManifest } from './manifest.ts';
import { wantedOf } from './show.ts';

/** Another static large object of the same segments; `undefined` where the source is none any more. */
export async function recompose(
  context: DoorContext,
  request: Request,
  from: ObjectPlace,
  to: ObjectPlace,
  metadata: ObjectMetadata,
): Promise<ObjectInfo | undefined> {
  const bytes = await context.objects.manifest(from.caller, from.share.id, from.object);
  if (bytes === undefined) return undefined;
  return composeLarge(context, request, to, decodeManifest(bytes).map(wantedOf), metadata);
}
