import { parseWriteConditions } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';
import type { ContainerHandle } from '../operation.ts';
import { isExpired } from '../reply/object-headers.ts';

/** Removes an object; of a large one the manifest alone. */
export const deleteObject: ContainerHandle = async (context, request, { share, caller }) => {
  const conditions = parseWriteConditions(request.headers);
  const expected = request.headers.get('x-if-delete-at');
  if (expected !== undefined) {
    if (!/^\d{1,13}$/.test(expected)) throw badRequest('Bad X-If-Delete-At header value');
    const { metadata } = await context.objects.head(caller, share.id, request.target.object);
    if (metadata.expiresAt !== Number(expected)) throw new SwiftError('PreconditionFailed');
  }
  const removed = await context.objects.delete(caller, share.id, request.target.object, conditions);
  if (removed === undefined || isExpired(removed, context.clock.now())) throw new SwiftError('NotFound');
  return { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
