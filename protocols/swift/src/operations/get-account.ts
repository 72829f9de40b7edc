import { XmlWriter } from '@polynas/http';
import { constraints } from '../limits.ts';
import type { Handle } from '../operation.ts';
import type { CountedContainer } from '../reply/account-headers.ts';
import { accountHeaders, countedContainers } from '../reply/account-headers.ts';
import { listedTime, timestampOf } from '../reply/times.ts';
import { containersOf } from '../request/containers.ts';
import type { ListingFormat, ListingRequest } from '../request/listing.ts';
import { contentTypes, listingFormat, parseListing } from '../request/listing.ts';
import { accountPrefix } from '../routing/target.ts';

/** An account's headers, and the containers that the caller may see. */
export const getAccount: Handle = async (context, request) => {
  const { query, account } = request.target;
  const format = listingFormat(query, request.headers);
  const wanted = parseListing(query, constraints.accountListing);
  const containers = await countedContainers(context, await containersOf(context, request));
  const items = select(containers, wanted);
  const headers = { ...accountHeaders(context, request, containers), 'content-type': contentTypes[format] };
  if (items.length === 0 && format === 'plain') return { status: 204, headers };
  return { status: 200, headers, body: write(format, account, items) };
};

type Item = CountedContainer | { readonly subdir: string };

/** The containers of a page, which come in order. */
function select(containers: readonly CountedContainer[], wanted: ListingRequest): readonly Item[] {
  const { marker, endMarker, prefix, delimiter, reverse, limit } = wanted;
  const [after, before] = reverse ? [endMarker, marker] : [marker, endMarker];
  const items: Item[] = [];
  let last: string | undefined;
  for (const container of containers) {
    const { name } = container;
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    const subdir = at < 0 ? undefined : name.slice(0, at + delimiter.length);
    const shown = subdir ?? name;
    if (!name.startsWith(prefix) || shown === last || !isAfter(shown, after)) continue;
    if (before !== '' && !isAfter(before, shown)) continue;
    items.push(subdir === undefined ? container : { subdir });
    last = subdir;
  }
  return (reverse ? items.reverse() : items).slice(0, limit);
}

/** In order of UTF-8 bytes. */
function isAfter(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0;
}

function write(format: ListingFormat, account: string, items: readonly Item[]): string {
  if (format === 'plain') return items.map((item) => `${'subdir' in item ? item.subdir : item.name}\n`).join('');
  if (format === 'json') return JSON.stringify(items.map(describe));
  const xml = new XmlWriter().open('account', { name: accountPrefix + account });
  for (const item of items) {
    if ('subdir' in item) {
      xml.open('subdir', { name: item.subdir }).close();
      continue;
    }
    const { name, count, bytes, last_modified: modified, storage_policy: policy } = describeContainer(item);
    xml.open('container').leaf('name', name).leaf('count', count).leaf('bytes', bytes);
    xml.leaf('last_modified', modified).leaf('storage_policy', policy).close();
  }
  return xml.close().toString();
}

function describe(item: Item): object {
  return 'subdir' in item ? { subdir: item.subdir } : describeContainer(item);
}

function describeContainer({ share, name, objects, bytes }: CountedContainer) {
  return {
    name,
    count: objects,
    bytes,
    last_modified: listedTime(timestampOf(share.createdAt)),
    storage_policy: 'default',
  };
}
