import type { ListResult } from '@polynas/core/service';
import { XmlWriter } from '@polynas/http';
import type { NameEncoding } from '../request/listing.ts';
import { writeListedObject } from './listed-object.ts';
import type { ListedTexts } from './listed-texts.ts';
import type { Owner } from './owner.ts';

type Items = ListResult['items'];
type OwnerOf = (uid: number) => Owner;

/**
 * The `Contents` elements of a page of keys.
 *
 * @param texts of pages that were listed before
 * @param ownerOf whose owners change by themselves: with it nothing is kept
 */
export function listedContents(
  texts: ListedTexts,
  items: Items,
  names: NameEncoding,
  ownerOf: OwnerOf | undefined,
): string {
  if (ownerOf !== undefined) return contents(items, names, ownerOf);
  return texts.of(items, names.type, () => contents(items, names, undefined));
}

function contents(items: Items, names: NameEncoding, ownerOf: OwnerOf | undefined): string {
  const xml = new XmlWriter('');
  for (const item of items) {
    if (item.kind !== 'object') continue;
    xml.open('Contents').leaf('Key', names.encode(item.object.key));
    writeListedObject(xml, item.object, ownerOf?.(item.object.ownerUid));
    xml.close();
  }
  return xml.toString();
}
