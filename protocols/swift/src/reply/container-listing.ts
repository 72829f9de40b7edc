import type { ObjectInfo } from '@polynas/core/service';
import { XmlWriter } from '@polynas/http';
import type { ListingFormat } from '../request/listing.ts';
import { manifestEtag, staticEtag } from '../request/metadata.ts';
import { contentTypeFor, isComposed } from './object-headers.ts';
import { listedTime } from './times.ts';

export type ListedItem = { readonly object: ObjectInfo } | { readonly subdir: string };

export function writeContainer(format: ListingFormat, name: string, items: readonly ListedItem[]): string {
  if (format === 'json') return JSON.stringify(items.map(describe));
  if (format === 'plain') {
    return items.map((item) => `${'subdir' in item ? item.subdir : item.object.key}\n`).join('');
  }
  const xml = new XmlWriter().open('container', { name });
  for (const item of items) {
    if ('subdir' in item) {
      xml.open('subdir', { name: item.subdir }).leaf('name', item.subdir).close();
      continue;
    }
    const { name: key, hash, bytes, content_type: type, last_modified: modified } = describeObject(item.object);
    xml.open('object').leaf('name', key).leaf('hash', hash).leaf('bytes', bytes);
    xml.leaf('content_type', type).leaf('last_modified', modified).close();
  }
  return xml.close().toString();
}

function describe(item: ListedItem): object {
  return 'subdir' in item ? { subdir: item.subdir } : describeObject(item.object);
}

function describeObject(object: ObjectInfo) {
  const large = isComposed(object.etag) ? object.metadata.headers[staticEtag] : undefined;
  return {
    name: object.key,
    // LIST reads no content: of what nobody has hashed there is no MD5, and clients would check against any other text.
    hash: (large === undefined ? object.md5 : object.metadata.headers[manifestEtag]) ?? '',
    bytes: object.size,
    content_type: contentTypeFor(object),
    last_modified: listedTime(object.modified),
    ...(large !== undefined && { slo_etag: `"${large}"` }),
  };
}
