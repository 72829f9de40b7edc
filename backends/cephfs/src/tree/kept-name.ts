import type { Cookie, DirectoryEntry, FileId, FileType, Name } from '@polynas/core/spi';
import type { AttributeSource, Known } from '../attributes/attribute-source.ts';
import type { Remembered } from '../attributes/file-memory.ts';
import type { XattrCache } from '../xattrs/xattr-cache.ts';

/** An entry of a directory. Callers leave it as it is: others are given the same. */
export interface ListedName {
  readonly name: Name;
  readonly id: FileId;
  readonly type: FileType;
  readonly cookie: Cookie;
}

/** Where what is asked of files is looked for. */
interface AtHand {
  readonly attributes: Pick<AttributeSource, 'now' | 'round'>;
  readonly xattrs: Pick<XattrCache, 'those'> | undefined;
}

/** An entry as it was given last, and what it was made of: it is given again as long as none of that is outdated. */
interface Shown {
  readonly entry: DirectoryEntry;
  readonly known: Known;
  readonly round: number;
  readonly asked: readonly string[] | undefined;
  readonly values: Remembered | undefined;
}

/** An entry that is remembered. Who lists it again is given the very same object while neither it nor its file has changed. */
export class KeptName implements ListedName {
  readonly name: Name;
  readonly id: FileId;
  readonly type: FileType;
  readonly cookie: Cookie;
  #shown: Shown | undefined;

  constructor({ name, id, type, cookie }: ListedName) {
    this.name = name;
    this.id = id;
    this.type = type;
    this.cookie = cookie;
  }

  /**
   * With its attributes, where they are at hand.
   *
   * @param round of `AttributeSource.round`
   * @param asked extended attributes that are wanted with it; the same array for the same names
   */
  described(context: AtHand, round: number, asked: readonly string[] | undefined): DirectoryEntry | undefined {
    const shown = this.#shown;
    if (
      shown !== undefined &&
      shown.round === round &&
      shown.known.outdated === false &&
      shown.asked === asked &&
      shown.values?.outdated !== true
    )
      return shown.entry;
    return this.#describe(context, asked);
  }

  /** What was made last takes no memory any more. */
  forget(): void {
    this.#shown = undefined;
  }

  #describe(
    { attributes: source, xattrs: cache }: AtHand,
    asked: readonly string[] | undefined,
  ): DirectoryEntry | undefined {
    const known = source.now(this.id);
    if (known === undefined) return undefined;
    const { attributes } = known;
    const { name, id, cookie } = this;
    const values = asked && cache?.those(id, attributes.change, asked);
    if (asked !== undefined && values === undefined) return undefined;
    const xattrs = values && { xattrs: values.xattrs };
    const entry: DirectoryEntry = { name, id, type: attributes.type, cookie, attributes, ...xattrs };
    if (values !== undefined) this.#uses(values.by);
    this.#shown = { entry, known, round: source.round(), asked, values: values?.by };
    return entry;
  }

  /** The memory of the values is counted where they are remembered: nothing of them stays here when they are dropped there. Of a file's names one has them at a time. */
  #uses(values: Remembered): void {
    if (values.user !== this) values.user?.forget();
    values.user = this;
  }
}
