import type { Handle } from '../operation.ts';
import { accountHeaders, countedContainers } from '../reply/account-headers.ts';
import { containersOf } from '../request/containers.ts';
import { contentTypes, listingFormat } from '../request/listing.ts';

export const headAccount: Handle = async (context, request) => {
  const format = listingFormat(request.target.query, request.headers);
  const containers = await countedContainers(context, await containersOf(context, request));
  const headers = accountHeaders(context, request, containers);
  return { status: 204, headers: { ...headers, 'content-type': contentTypes[format] } };
};
