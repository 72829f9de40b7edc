import { parseWriteConditions } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import { composeLarge } from '../large-objects/compose.ts';
import { parseManifest } from '../large-objects/manifest.ts';
import type { ContainerHandle } from '../operation.ts';
import { objectMetadata } from '../request/metadata.ts';
import { checkObjectName, created, expectedMd5 } from './put-object.ts';

/** `PUT ?multipart-manifest=put`: a static large object of segments that are there. */
export const putManifest: ContainerHandle = async (context, request, granted) => {
  const { headers, target, body } = request;
  checkObjectName(target.object);
  if (!body.announced) throw new SwiftError('LengthRequired');
  if (headers.has('x-object-manifest')) {
    throw new SwiftError('BadRequest', { message: 'An object cannot be a static and a dynamic large one.' });
  }
  const wanted = parseManifest(await body.document(context.limits.document));
  const metadata = objectMetadata(headers, target.object, context.clock.now());
  const place = { ...granted, account: target.account, object: target.object };
  const rules = { expected: expectedMd5(headers), conditions: parseWriteConditions(headers) };
  const info = await composeLarge(context, request, place, wanted, metadata, rules);
  return created(info);
};
