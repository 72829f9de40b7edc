import { SwiftError } from '../errors.ts';
import type { ContainerHandle } from '../operation.ts';
import { isExpired } from '../reply/object-headers.ts';
import { postedMetadata } from '../request/metadata.ts';

/** Replaces what is said of an object. */
export const postObject: ContainerHandle = async (context, request, { share, caller }) => {
  const now = context.clock.now();
  await context.objects.setMetadata(caller, share.id, request.target.object, (present) => {
    if (isExpired({ metadata: present }, now)) throw new SwiftError('NotFound');
    return postedMetadata(request.headers, present, now);
  });
  return { status: 202, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
