import { SwiftError } from '../errors.ts';
import { authored } from '../large-objects/author.ts';
import type { ContainerHandle } from '../operation.ts';
import { isExpired } from '../reply/object-headers.ts';
import { postedMetadata } from '../request/metadata.ts';

/** Replaces what is said of an object. */
export const postObject: ContainerHandle = async (context, request, granted) => {
  const { share, caller } = granted;
  const { object } = request.target;
  const now = context.clock.now();
  await context.objects.setMetadata(caller, share.id, object, (present) => {
    if (isExpired({ metadata: present }, now)) throw new SwiftError('NotFound');
    return authored(request, granted, object, postedMetadata(request.headers, present, now));
  });
  return { status: 202, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
