import { compareKeys } from '../../namespace/keys.ts';
import type { Attributes, DirectoryEntry } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { Later } from './entries.ts';

/** A file or directory as the segment of keys that it stands for. */
export interface Child {
  readonly segment: string;
  readonly attributes: Attributes;
  /** As the volume told them with the entry, where it did. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  /** What the segment's keys begin with: the segment, with `/` for a directory. */
  readonly sort: string;
}

/** `undefined` for what is no object: links and devices. `corrupt` for an entry without attributes: left out, its key would be missing without a word. */
export function childOf(segment: string, entry: DirectoryEntry): Child | undefined {
  const { attributes, xattrs } = entry;
  if (attributes === undefined) throw new StorageError('corrupt', `the volume lists ${segment} without its attributes`);
  if (attributes.type !== 'file' && attributes.type !== 'directory') return undefined;
  const sort = attributes.type === 'file' ? segment : `${segment}/`;
  return { segment, attributes, sort, ...(xattrs !== undefined && { xattrs }) };
}

/** Children one after another, at once where they are at hand; `undefined` at the end. */
export interface ChildSource {
  next(): Later<Child | undefined>;
}

/**
 * From the order of segments to that of keys: the directory `a` comes where `a/` sorts, after the file `a.txt`. Directories wait on a
 * stack: whatever comes between `a` and `a/` begins with `a`, so that a later one on it sorts before the earlier ones.
 */
export class KeyOrder implements ChildSource {
  readonly #source: ChildSource;
  readonly #from: string;
  readonly #waiting: Child[];
  #ahead: Child | undefined = undefined;
  #ended = false;

  /**
   * @param from the first segment that is wanted of the source; it may have earlier ones
   * @param waiting directories whose segments come before `from`, the last one first
   */
  constructor(source: ChildSource, from: string, waiting: Child[]) {
    this.#source = source;
    this.#from = from;
    this.#waiting = waiting;
  }

  next(): Later<Child | undefined> {
    for (;;) {
      if (this.#ahead === undefined && !this.#ended) {
        const child = this.#source.next();
        if (child instanceof Promise) return this.#goOn(child);
        this.#come(child);
      }
      const step = this.#step();
      if (step !== 'more') return step;
    }
  }

  async #goOn(first: Promise<Child | undefined>): Promise<Child | undefined> {
    this.#come(await first);
    for (;;) {
      if (this.#ahead === undefined && !this.#ended) this.#come(await this.#source.next());
      const step = this.#step();
      if (step !== 'more') return step;
    }
  }

  #come(child: Child | undefined): void {
    if (child === undefined) this.#ended = true;
    else if (compareKeys(child.segment, this.#from) >= 0) this.#ahead = child;
  }

  /** The next child in order, or `more` where that takes another one of the source. */
  #step(): Child | undefined | 'more' {
    const ahead = this.#ahead;
    if (ahead === undefined && !this.#ended) return 'more';
    const first = this.#waiting.at(-1);
    if (first !== undefined && (ahead === undefined || compareKeys(first.sort, ahead.segment) < 0)) {
      return this.#waiting.pop();
    }
    if (ahead === undefined) return undefined;
    this.#ahead = undefined;
    if (ahead.attributes.type !== 'directory') return ahead;
    this.#waiting.push(ahead);
    return 'more';
  }
}

interface Head {
  readonly source: ChildSource;
  child: Child | undefined;
}

/** Several sources in order as one. Of equal children there is only that of the earliest source. */
export class Merge implements ChildSource {
  readonly #heads: Head[];
  #started = false;

  constructor(sources: readonly ChildSource[]) {
    this.#heads = sources.map((source) => ({ source, child: undefined }));
  }

  async next(): Promise<Child | undefined> {
    if (!this.#started) {
      this.#started = true;
      for (const head of this.#heads) head.child = await head.source.next();
    }
    let least: Head | undefined;
    for (const head of this.#heads) {
      if (head.child === undefined) continue;
      if (least?.child === undefined || compareKeys(head.child.sort, least.child.sort) < 0) least = head;
    }
    if (least === undefined) return undefined;
    const child = least.child!;
    for (const head of this.#heads) {
      if (head === least || head.child?.sort === child.sort) head.child = await head.source.next();
    }
    return child;
  }
}

/**
 * Watches that children come in the order of their keys. One that came too late would lie before the position by then, and be passed over as
 * given already: a key that is missing from the listing, and no error. So it is an error.
 */
export class InOrder implements ChildSource {
  readonly #source: ChildSource;
  #last: string | undefined = undefined;

  constructor(source: ChildSource) {
    this.#source = source;
  }

  next(): Later<Child | undefined> {
    const child = this.#source.next();
    return child instanceof Promise ? child.then((come) => this.#checked(come)) : this.#checked(child);
  }

  #checked(child: Child | undefined): Child | undefined {
    if (child === undefined) return undefined;
    if (this.#last !== undefined && compareKeys(child.sort, this.#last) <= 0) {
      throw new StorageError('corrupt', `a listing gives ${child.sort} after ${this.#last}`);
    }
    this.#last = child.sort;
    return child;
  }
}
