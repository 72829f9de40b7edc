import type { ListResult } from '@polynas/core/service';
import { MadeOf } from '@polynas/core/wire';

type Items = ListResult['items'];

const limit = 16 * 1024 * 1024;

/** What pages of keys were written as. The service gives the very same items while nothing of them has changed: then they are written once. */
export class ListedTexts {
  readonly #pages: Readonly<Record<'url' | 'plain', MadeOf<Items, string>>> = {
    url: new MadeOf(limit / 2),
    plain: new MadeOf(limit / 2),
  };
  readonly #given = new WeakSet<Items>();

  /** What `write` writes of the items, with their names in this encoding; it depends on nothing else. */
  of(items: Items, encoding: 'url' | undefined, write: () => string): string {
    const pages = this.#pages[encoding ?? 'plain'];
    const kept = pages.get(items);
    if (kept !== undefined) {
      pages.used(items, kept, kept.length);
      return kept;
    }
    const written = write();
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
