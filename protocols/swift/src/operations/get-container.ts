import type { ListRequest } from '@polynas/core/service';
import { isObjectError } from '@polynas/core/service';
import { constraints } from '../limits.ts';
import type { ContainerHandle } from '../operation.ts';
import type { ListedItem } from '../reply/container-listing.ts';
import { writeContainer } from '../reply/container-listing.ts';
import { isExpired } from '../reply/object-headers.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import type { ListingRequest } from '../request/listing.ts';
import { contentTypes, listingFormat, parseListing } from '../request/listing.ts';
import { containerHeaders } from '../reply/container-headers.ts';

/** The core gives no page more entries than this. */
const pageSize = 1000;

/** Milliseconds: who lists page by page does not have all of it counted for each. */
const countAge = 5000;

/** A container's headers, and its objects. */
export const getContainer: ContainerHandle = async (context, request, granted) => {
  const { query } = request.target;
  const format = listingFormat(query, request.headers);
  const wanted = parseListing(query, constraints.containerListing);
  const path = query.get('path');
  const items =
    path === undefined
      ? await list(context, granted, wanted)
      : await list(context, granted, { ...wanted, prefix: prefixOf(path), delimiter: '/' }, true);
  const headers = {
    ...(await containerHeaders(context, request, granted, countAge)),
    'content-type': contentTypes[format],
  };
  if (items.length === 0 && format === 'plain') return { status: 204, headers };
  return { status: 200, headers, body: writeContainer(format, granted.name, items) };
};

function prefixOf(path: string): string {
  return path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
}

/** @param flat directories are shown where they are objects themselves, and not as such (Swift, "path") */
async function list(
  context: DoorContext,
  { share, caller }: Granted,
  wanted: ListingRequest,
  flat = false,
): Promise<ListedItem[]> {
  const { limit, prefix } = wanted;
  const items: ListedItem[] = [];
  const now = context.clock.now();
  let request = firstPage(wanted);
  while (items.length < limit) {
    const page = await context.objects.list(caller, share.id, {
      ...request,
      limit: Math.min(pageSize, limit - items.length),
    });
    for (const item of page.items) {
      if (item.kind === 'object') {
        if (!isExpired(item.object, now) && !(flat && item.object.key === prefix)) items.push({ object: item.object });
      } else if (!flat) items.push({ subdir: item.prefix });
      else if (item.prefix !== prefix) await pushMarker(context, { share, caller }, item.prefix, items);
    }
    if (page.next === undefined) break;
    request = request.reverse ? { ...request, before: page.next } : { ...request, after: page.next };
  }
  return items;
}

/** Of what follows a marker, and comes before an end marker; in reverse they change sides. */
function firstPage({ marker, endMarker, prefix, delimiter, reverse }: ListingRequest): ListRequest {
  const [after, before] = reverse ? [endMarker, marker] : [marker, endMarker];
  return { prefix, delimiter, after, limit: pageSize, reverse, ...(before !== '' && { before }) };
}

async function pushMarker(
  context: DoorContext,
  { share, caller }: Pick<Granted, 'share' | 'caller'>,
  key: string,
  items: ListedItem[],
): Promise<void> {
  try {
    items.push({ object: await context.objects.head(caller, share.id, key) });
  } catch (error) {
    // No object, but the beginning of others.
    if (!isObjectError(error, 'noSuchKey')) throw error;
  }
}
