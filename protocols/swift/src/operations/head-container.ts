import type { ContainerHandle } from '../operation.ts';
import { containerHeaders } from '../reply/container-headers.ts';
import { contentTypes, listingFormat } from '../request/listing.ts';

export const headContainer: ContainerHandle = async (context, request, granted) => {
  const format = listingFormat(request.target.query, request.headers);
  // Whoever may list it may know; the core decides who may.
  await context.objects.list(granted.caller, granted.share.id, { prefix: '', delimiter: '/', after: '', limit: 1 });
  const headers = await containerHeaders(context, request, granted);
  return { status: 204, headers: { ...headers, 'content-type': contentTypes[format] } };
};
