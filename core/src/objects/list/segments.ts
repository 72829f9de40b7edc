import { compareKeys } from '../../namespace/keys.ts';
import { afterEscapes, escapes, firstEscape, readName, sortedBytes } from '../../namespace/names-forms.ts';
import { quoteName } from '../../namespace/names-quoted.ts';
import { nameOfText, textOfName } from '../../namespace/names-text.ts';
import { systemDirectoryName } from '../../namespace/mounts.ts';
import type { DirectoryEntry } from '../../spi/index.ts';
import { placeIn } from '../tree/place.ts';
import { claimOf, isAlternate, lookupPlain, meaningOf } from '../tree/look.ts';
import type { Meaning } from '../tree/look.ts';
import type { Child, ChildSource } from './children.ts';
import { childOf } from './children.ts';
import type { Later, ListedDirectory } from './entries.ts';
import { EntryRun } from './entries.ts';

/**
 * A directory's children in order of segments. Names sort as segments within each form; so there is one source for each form that the
 * directory has, and nearly every directory has but the literal one.
 */

const systemName = Buffer.from(systemDirectoryName);
const mark = '\u{10FFFF}';

/** Sources for all children whose segments are `from` or later (a few before it may come, too). */
export async function sourcesFrom(directory: ListedDirectory, from: string): Promise<readonly ChildSource[]> {
  const literals = new EntryRun(directory, literalBound(from));
  const literal = new Literals(directory, literals);
  if (!(await hasEscapes(directory, literals, from))) return [literal];
  const { top, maxNameBytes } = placeIn(directory.mount, directory.id);
  const cut = 3 + sortedBytes({ top, maxNameBytes });
  const bound = quoteName(Buffer.from(from));
  const run = (form: keyof typeof escapes, length?: number): EntryRun => {
    const prefix = Buffer.from(escapes[form]);
    const until = Buffer.from(prefix);
    until[2] = until[2]! + 1;
    return new EntryRun(directory, Buffer.concat([prefix, bound]).subarray(0, length), until);
  };
  return [
    literal,
    new Escaped(directory, run('quoted'), 'quoted'),
    new Escaped(directory, run('alternate'), 'alternate'),
    new Hashed(directory, run('hashed', cut), 'hashed', cut),
    new Hashed(directory, run('hashedAlternate', cut), 'hashedAlternate', cut),
  ];
}

/** A name that does not come after that of any segment from `from` on. */
function literalBound(from: string): Buffer {
  const name = nameOfText(from);
  if (name !== undefined) return name;
  // No name is shown like this: all that is sure is what comes before the mark.
  return Buffer.from(from.slice(0, from.indexOf(mark)));
}

async function hasEscapes(directory: ListedDirectory, literals: EntryRun, from: string): Promise<boolean> {
  const isEscape = (entry: DirectoryEntry): boolean =>
    Buffer.compare(entry.name, firstEscape) >= 0 && Buffer.compare(entry.name, afterEscapes) < 0;
  if (compareKeys(from, firstEscape.toString()) <= 0) {
    const { entries, end } = await literals.firstPage();
    if (entries.some(isEscape)) return true;
    const last = entries.at(-1);
    if (end || (last !== undefined && Buffer.compare(last.name, afterEscapes) >= 0)) return false;
  }
  return (await new EntryRun(directory, firstEscape, afterEscapes).next()) !== undefined;
}

/** Names that stand for themselves. */
class Literals implements ChildSource {
  readonly #directory: ListedDirectory;
  readonly #run: EntryRun;

  constructor(directory: ListedDirectory, run: EntryRun) {
    this.#directory = directory;
    this.#run = run;
  }

  next(): Later<Child | undefined> {
    for (;;) {
      const entry = this.#run.next();
      if (entry === undefined) return undefined;
      if (entry instanceof Promise) return this.#goOn(entry);
      const child = this.#childOf(entry);
      if (child instanceof Promise) return this.#after(child);
      if (child !== undefined) return child;
    }
  }

  async #goOn(first: Later<DirectoryEntry | undefined>): Promise<Child | undefined> {
    for (let entry = await first; entry !== undefined; entry = await this.#run.next()) {
      const child = await this.#childOf(entry);
      if (child !== undefined) return child;
    }
    return undefined;
  }

  async #after(child: Promise<Child | undefined>): Promise<Child | undefined> {
    return (await child) ?? this.next();
  }

  #childOf(entry: DirectoryEntry): Later<Child | undefined> {
    const { mount, id } = this.#directory;
    if (id === mount.share.root && systemName.equals(entry.name)) return undefined;
    const looksEscaped = entry.name[0] === firstEscape[0] && entry.name[1] === firstEscape[1];
    return looksEscaped ? this.#literal(entry) : childOf(textOfName(entry.name), entry);
  }

  /** A name that looks like an escape of ours may be one that others gave. */
  async #literal(entry: DirectoryEntry): Promise<Child | undefined> {
    const { mount, caller, id } = this.#directory;
    const { form } = await meaningOf(mount, caller, id, entry);
    return form === 'literal' ? childOf(textOfName(entry.name), entry) : undefined;
  }
}

/**
 * What a name of a form is among the keys. Where a file has the plain name of an alternate one, the segment is that file's: it is given from here as
 * well, since it may have come after its name was passed, and the alternate name have had the key till then (`Merge` gives it once).
 */
async function escapedChild(
  { mount, caller, id }: ListedDirectory,
  entry: DirectoryEntry,
  wanted: Meaning['form'],
): Promise<Child | undefined> {
  const { form, segment } = await claimOf(mount, caller, id, entry);
  if (form !== wanted) return undefined;
  const plain = isAlternate(form) ? await lookupPlain(mount, caller, id, segment) : undefined;
  return plain?.type === 'file' ? { segment, attributes: plain, sort: segment } : childOf(segment, entry);
}

/** Names of a form that holds the whole segment. */
class Escaped implements ChildSource {
  readonly #directory: ListedDirectory;
  readonly #run: EntryRun;
  readonly #form: Meaning['form'];

  constructor(directory: ListedDirectory, run: EntryRun, form: Meaning['form']) {
    this.#directory = directory;
    this.#run = run;
    this.#form = form;
  }

  async next(): Promise<Child | undefined> {
    const { mount, id } = this.#directory;
    for (let entry = await this.#run.next(); entry !== undefined; entry = await this.#run.next()) {
      if (readName(entry.name, placeIn(mount, id)).form !== this.#form) continue;
      const child = await escapedChild(this.#directory, entry, this.#form);
      if (child !== undefined) return child;
    }
    return undefined;
  }
}

/** Hashed names: those whose beginnings are the same are sorted by the segments that they keep. */
class Hashed implements ChildSource {
  readonly #directory: ListedDirectory;
  readonly #run: EntryRun;
  readonly #form: Meaning['form'];
  readonly #cut: number;
  #group: Child[] = [];
  #ahead: DirectoryEntry | undefined = undefined;
  #started = false;

  constructor(directory: ListedDirectory, run: EntryRun, form: Meaning['form'], cut: number) {
    this.#directory = directory;
    this.#run = run;
    this.#form = form;
    this.#cut = cut;
  }

  async next(): Promise<Child | undefined> {
    if (!this.#started) {
      this.#started = true;
      this.#ahead = await this.#run.next();
    }
    while (this.#group.length === 0 && this.#ahead !== undefined) await this.#readGroup();
    return this.#group.shift();
  }

  async #readGroup(): Promise<void> {
    const beginning = this.#beginning(this.#ahead!);
    const group: Child[] = [];
    for (let entry = this.#ahead; entry !== undefined; entry = await this.#run.next()) {
      this.#ahead = entry;
      if (!this.#beginning(entry).equals(beginning)) break;
      this.#ahead = undefined;
      const child = await escapedChild(this.#directory, entry, this.#form);
      if (child !== undefined) group.push(child);
    }
    this.#group = group.sort((a, b) => compareKeys(a.segment, b.segment));
  }

  #beginning(entry: DirectoryEntry): Buffer {
    return Buffer.from(entry.name.subarray(0, this.#cut));
  }
}
