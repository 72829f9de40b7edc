import {
  type Attributes,
  type Caller,
  type Cookie,
  type DirectoryEntry,
  type FileId,
  type FileRef,
  type FileType,
  isStorageError,
  type Name,
} from '@polynas/core/service';
import { nameOfText, textOfName } from '../names/name-text.ts';
import { hasWildcards, SearchExpression } from '../names/wildcards.ts';
import { StatusError } from '../status.ts';
import { walk } from './create/walk.ts';
import type { SmbServices } from '../server/services.ts';

/** An entry as a listing shows it. */
export interface FoundEntry {
  readonly name: string;
  readonly id: FileId;
  readonly type: FileType;
  /** Absent where the caller may list the directory but not look into it. */
  readonly attributes: Attributes | undefined;
}

/** Entries that are kept from one request to the next, at the most. */
const MAX_PAGE = 512;

/** The listing of one open of a directory, which goes on from request to request (MS-SMB2 3.3.5.18). */
export class DirectorySearch {
  private readonly files: SmbServices['files'];
  private readonly directory: FileRef;
  private readonly expression: SearchExpression;
  /** The only name that the expression can mean. */
  private readonly literal: string | undefined;
  private stage: 'self' | 'parent' | 'entries' | 'end' = 'self';
  private cookie: Cookie = 0n;
  private page: readonly DirectoryEntry[] = [];
  private at = 0;
  private lastPage = false;
  /** What did not fit into the reply. */
  private held: FoundEntry | undefined;
  private self: Attributes | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(files: SmbServices['files'], directory: FileRef, pattern: string) {
    this.files = files;
    this.directory = directory;
    this.expression = new SearchExpression(pattern);
    this.literal = pattern !== '' && !hasWildcards(pattern) ? pattern : undefined;
  }

  /** Runs `work` when the requests before it are answered: a listing has one position. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    // The next one begins however this one ends; its failure is its own answer.
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** The next entry where it is at hand without waiting, as most are; `undefined`: ask `next`. */
  ready(): FoundEntry | undefined {
    const { held } = this;
    if (held !== undefined) {
      this.held = undefined;
      return held;
    }
    if (this.literal !== undefined || this.stage !== 'entries') return undefined;
    while (this.at < this.page.length) {
      const { name, id, type, attributes } = this.page[this.at]!;
      if (type === 'symlink') return undefined;
      this.at += 1;
      const shown = textOfName(name);
      if (this.expression.matches(shown)) return { name: shown, id, type, attributes };
    }
    return undefined;
  }

  /** The next entry that the expression means; `undefined` at the end. */
  async next(caller: Caller, pageSize: number): Promise<FoundEntry | undefined> {
    if (this.literal !== undefined) return this.only(caller, this.literal);
    for (;;) {
      const found = await this.step(caller, pageSize);
      if (found === undefined || this.expression.matches(found.name)) return found;
    }
  }

  /** Takes an entry back: it is the next one again. */
  hold(entry: FoundEntry): void {
    this.held = entry;
  }

  private async only(caller: Caller, literal: string): Promise<FoundEntry | undefined> {
    if (this.stage === 'end') return undefined;
    this.stage = 'end';
    const name = nameOfText(literal);
    if (name === undefined) return undefined;
    const looked = await this.files.lookup(caller, this.directory, name);
    if (looked.attributes === undefined) return undefined;
    const { id, type } = looked.attributes;
    return this.resolved(caller, looked.name ?? name, { id, type, attributes: looked.attributes });
  }

  private async step(caller: Caller, pageSize: number): Promise<FoundEntry | undefined> {
    switch (this.stage) {
      case 'self':
        this.stage = 'parent';
        this.self = await this.files.getattr(caller, this.directory);
        return { name: '.', id: this.self.id, type: 'directory', attributes: this.self };
      case 'parent':
        this.stage = 'entries';
        return this.parent(caller);
      case 'entries':
        return this.entry(caller, pageSize);
      case 'end':
        return undefined;
    }
  }

  private async parent(caller: Caller): Promise<FoundEntry> {
    try {
      const { attributes } = await this.files.lookup(caller, this.directory, DOT_DOT);
      if (attributes !== undefined) return { name: '..', id: attributes.id, type: 'directory', attributes };
    } catch (error) {
      if (!isStorageError(error, 'accessDenied')) throw error;
    }
    return { name: '..', id: this.self!.id, type: 'directory', attributes: undefined };
  }

  private async entry(caller: Caller, pageSize: number): Promise<FoundEntry | undefined> {
    while (this.at >= this.page.length) {
      if (this.lastPage) {
        this.stage = 'end';
        this.page = [];
        return undefined;
      }
      const limit = Math.min(Math.max(pageSize, 1), MAX_PAGE);
      const listed = await this.files.readdir(caller, this.directory, this.cookie, { limit, attributes: true });
      this.page = listed.entries;
      this.at = 0;
      this.lastPage = listed.end;
      this.cookie = listed.entries.at(-1)?.cookie ?? this.cookie;
    }
    const entry = this.page[this.at]!;
    this.at += 1;
    return this.resolved(caller, entry.name, entry);
  }

  /** Symbolic links are shown as what they lead to, as CREATE opens them; those that lead nowhere, as themselves. */
  private async resolved(
    caller: Caller,
    name: Name,
    { id, type, attributes }: Pick<DirectoryEntry, 'id' | 'type' | 'attributes'>,
  ): Promise<FoundEntry> {
    const shown = textOfName(name);
    if (type === 'symlink') {
      const target = await this.target(caller, name);
      if (target !== undefined) return { name: shown, id: target.id, type: target.type, attributes: target };
    }
    return { name: shown, id, type, attributes };
  }

  private async target(caller: Caller, name: Name): Promise<Attributes | undefined> {
    try {
      return (await walk(this.files, caller, this.directory, [name], true)).attributes;
    } catch (error) {
      if (error instanceof StatusError || isStorageError(error)) return undefined;
      throw error;
    }
  }
}

const DOT_DOT: Name = Buffer.from('..');
