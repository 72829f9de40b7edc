import type { ListResult, ObjectInfo } from '@polynas/core/service';
import type { XmlWriter } from '@polynas/http';
import { isoDate } from '@polynas/http';
import type { NameEncoding } from '../request/listing.ts';
import { checksumNames } from './checksums.ts';
import { quoted } from './object-headers.ts';
import type { Owner } from './owner.ts';
import { writeOwner } from './owner.ts';

/** What an entry of any listing says of an object beside its key. */
export function writeListedObject(xml: XmlWriter, object: ObjectInfo, owner: Owner | undefined): void {
  xml.leaf('LastModified', isoDate(object.modified)).leaf('ETag', quoted(object.etag));
  for (const name of checksumNames(object.checksums)) xml.leaf('ChecksumAlgorithm', name);
  if (object.checksums !== undefined) xml.leaf('ChecksumType', object.checksums.type);
  xml.leaf('Size', object.size);
  if (owner !== undefined) writeOwner(xml, 'Owner', owner);
  xml.leaf('StorageClass', 'STANDARD');
}

/** Common prefixes stand behind all objects of the page. */
export function writeCommonPrefixes(xml: XmlWriter, items: ListResult['items'], names: NameEncoding): void {
  for (const item of items) {
    if (item.kind === 'prefix') xml.open('CommonPrefixes').leaf('Prefix', names.encode(item.prefix)).close();
  }
}
