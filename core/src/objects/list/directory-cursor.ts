import { compareKeys } from '../../namespace/keys.ts';
import type { Attributes } from '../../spi/index.ts';
import { findDirectory, isFound } from '../tree/find.ts';
import type { Child, ChildSource } from './children.ts';
import { InOrder, KeyOrder, Merge } from './children.ts';
import type { Later, ListedDirectory } from './entries.ts';
import type { Position } from './position.ts';
import { isBeyond, reachesInto } from './position.ts';
import { sourcesFrom } from './segments.ts';

/** Names that are passed over one by one before the cursor jumps. */
const patience = 16;

const nothing: ChildSource = { next: () => undefined };

/** A directory's children in order of their keys, from a position on. */
export class DirectoryCursor {
  readonly #directory: ListedDirectory;
  readonly #attributes: Attributes;
  /** What the keys in the directory begin with. */
  readonly prefix: string;
  #source: ChildSource | undefined = undefined;

  constructor(directory: ListedDirectory, attributes: Attributes, prefix: string) {
    this.#directory = directory;
    this.#attributes = attributes;
    this.prefix = prefix;
  }

  /** The next child that has keys beyond the position. */
  next(position: Position): Later<Child | undefined> {
    if (this.#source === undefined) return this.#goOn(position, undefined);
    const child = this.#source.next();
    if (child instanceof Promise) return this.#goOn(position, child);
    return child === undefined || this.#isWanted(child, position) ? child : this.#goOn(position, undefined);
  }

  async #goOn(position: Position, first: Promise<Child | undefined> | undefined): Promise<Child | undefined> {
    let pending = first;
    this.#source ??= await this.#open(position);
    for (let passed = 0; ; passed += 1) {
      const child = await (pending ?? this.#source.next());
      pending = undefined;
      if (child === undefined || this.#isWanted(child, position)) return child;
      if (passed === patience) {
        this.#source = await this.#open(position);
        passed = -1 - patience * 64;
      }
    }
  }

  #isWanted(child: Child, position: Position): boolean {
    const key = this.prefix + child.sort;
    return child.attributes.type === 'directory' ? reachesInto(position, key) : isBeyond(position, key);
  }

  async #open(position: Position): Promise<ChildSource> {
    if (isBeyond(position, this.prefix)) return this.#from('', []);
    if (!position.text.startsWith(this.prefix)) return nothing;
    const rest = position.text.slice(this.prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) {
      const from = position.at === 'afterPrefix' ? successor(rest) : rest;
      return this.#from(from, await this.#waiting(rest, position));
    }
    const segment = rest.slice(0, slash);
    const waiting = await this.#waiting(segment, position);
    const inside = await this.directoryAt(segment, position);
    if (inside !== undefined) waiting.push(inside);
    // Of what is beyond `a/…`, nothing has a segment between `a` and `a0`: `0` follows `/`.
    return this.#from(`${segment}0`, waiting);
  }

  async #from(segment: string, waiting: Child[]): Promise<ChildSource> {
    const sources = await sourcesFrom(this.#directory, segment);
    const ordered = sources.map((source, index) => new KeyOrder(source, segment, index === 0 ? waiting : []));
    // The literal source last: what our own escapes stand for goes before names of others (`findFile`).
    return new InOrder(ordered.length === 1 ? ordered[0]! : new Merge(ordered.toReversed()));
  }

  /** Directories whose names come before the position and whose keys come after it: `a` for the position `a.txt`. */
  async #waiting(segment: string, position: Position): Promise<Child[]> {
    const found: Child[] = [];
    for (let length = 0; length < segment.length; length += 1) {
      // Only where `/` sorts after what follows in the position.
      if (segment.charCodeAt(length) >= 0x2f) continue;
      const child = await this.directoryAt(segment.slice(0, length), position);
      if (child !== undefined) found.push(child);
    }
    return found;
  }

  /** The directory of a segment as it is now, if it has keys beyond the position. */
  async directoryAt(segment: string, position: Position): Promise<Child | undefined> {
    const { mount, caller } = this.#directory;
    const found = await findDirectory(mount, caller, this.#attributes, segment);
    if (!isFound(found)) return undefined;
    const child: Child = { segment, attributes: found.attributes, sort: `${segment}/` };
    return this.#isWanted(child, position) ? child : undefined;
  }
}

/** The first text after all that begin with `text`, or an earlier one. */
function successor(text: string): string {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  for (let point = points.pop(); point !== undefined; point = points.pop()) {
    // Not above the last character before the mark, which has a meaning of its own in names.
    if (point >= 0x10fffe) continue;
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    const candidate = String.fromCodePoint(...points, next);
    return compareKeys(candidate, text) > 0 ? candidate : text;
  }
  return text;
}
