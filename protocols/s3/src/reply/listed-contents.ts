import type { ListResult } from '@polynas/core/service';
import { MadeOf } from '@polynas/core/wire';
import { XmlWriter } from '@polynas/http';
import type { NameEncoding } from '../request/listing.ts';
import { writeListedObject } from './listed-object.ts';
import type { Owner } from './owner.ts';

type Items = ListResult['items'];

const limit = 16 * 1024 * 1024;

/** The `Contents` elements of a page of keys. The service gives the very same items while nothing of them has changed: then they are written once. */
export class ListedContents {
  readonly #pages: Readonly<Record<'url' | 'plain', MadeOf<Items, string>>> = {
    url: new MadeOf(limit / 2),
    plain: new MadeOf(limit / 2),
  };
  readonly #given = new WeakSet<Items>();

  /** @param ownerOf whose owners change by themselves: with it nothing is kept */
  of(items: Items, names: NameEncoding, ownerOf: ((uid: number) => Owner) | undefined): string {
    if (ownerOf !== undefined) return contents(items, names, ownerOf);
    const pages = this.#pages[names.type ?? 'plain'];
    const kept = pages.get(items);
    if (kept !== undefined) {
      pages.used(items, kept, kept.length);
      return kept;
    }
    const written = contents(items, names, undefined);
    if (!this.#given.has(items)) {
      this.#given.add(items);
      return written;
    }
    // What was appended piece by piece is put together each time that it is sent, unless it is made anew as one.
    const text = Buffer.from(written).toString();
    pages.set(items, text, text.length);
    return text;
  }
}

function contents(items: Items, names: NameEncoding, ownerOf: ((uid: number) => Owner) | undefined): string {
  const xml = new XmlWriter('');
  for (const item of items) {
    if (item.kind !== 'object') continue;
    xml.open('Contents').leaf('Key', names.encode(item.object.key));
    writeListedObject(xml, item.object, ownerOf?.(item.object.ownerUid));
    xml.close();
  }
  return xml.toString();
}
