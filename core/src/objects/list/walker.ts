import { rightsOf } from '../../access/permissions.ts';
import { access } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import { implicitXattr, recordXattr } from '../record/xattr-names.ts';
import { isImplicit } from '../tree/remove-directories.ts';
import type { Child } from './children.ts';
import { DirectoryCursor } from './directory-cursor.ts';
import type { Later, ListedDirectory } from './entries.ts';
import type { Position } from './position.ts';
import { isBeyond } from './position.ts';
import type { WalkedKey } from './walked-key.ts';

/** What a listing asks of each entry: the etag and the like, and whether a directory is an object. */
export const listedXattrs = [recordXattr, implicitXattr];

/** Walks the keys below a directory in their order. Directories that the caller may not read are passed over. */
export class Walker {
  readonly #directory: Omit<ListedDirectory, 'id'>;
  readonly #prefix: string;
  readonly #path: DirectoryCursor[] = [];
  #position: Position;
  #marker: WalkedKey | undefined = undefined;

  /** @param prefix what all keys begin with */
  constructor(directory: Omit<ListedDirectory, 'id'>, prefix: string, position: Position) {
    this.#directory = directory;
    this.#prefix = prefix;
    this.#position = position;
  }

  /** Begins at a directory that the caller may read. */
  async begin(attributes: Attributes, prefix: string): Promise<void> {
    await this.#enter({ attributes }, prefix, true);
  }

  next(): Later<WalkedKey | undefined> {
    const cursor = this.#path.at(-1);
    if (this.#marker !== undefined || cursor === undefined) return this.#goOn(undefined);
    const child = cursor.next(this.#position);
    if (child instanceof Promise || child?.attributes.type !== 'file') return this.#goOn({ child });
    const key = cursor.prefix + child.sort;
    return key.startsWith(this.#prefix) ? this.#arrive(walkedKey(key, child)) : this.#goOn({ child });
  }

  /** @param come what has been asked of the last directory already */
  async #goOn(come: { readonly child: Later<Child | undefined> } | undefined): Promise<WalkedKey | undefined> {
    let pending = come;
    for (;;) {
      const marker = this.#marker;
      this.#marker = undefined;
      if (marker !== undefined && isBeyond(this.#position, marker.key)) return this.#arrive(marker);
      const cursor = this.#path.at(-1);
      if (cursor === undefined) return undefined;
      const child = await this.#nextChild(cursor, pending);
      pending = undefined;
      if (child === undefined) {
        this.#path.pop();
        continue;
      }
      const key = cursor.prefix + child.sort;
      if (!key.startsWith(this.#prefix)) {
        // In order, what comes next does not either.
        this.#path.length = 0;
      } else if (child.attributes.type === 'directory') {
        await this.#enterChild(cursor, child, key);
      } else return this.#arrive(walkedKey(key, child));
    }
  }

  /** Goes on after all keys that begin with `prefix`. */
  skip(prefix: string): void {
    this.#position = { at: 'afterPrefix', text: prefix };
    while (this.#path.at(-1)?.prefix.startsWith(prefix)) this.#path.pop();
  }

  async #nextChild(cursor: DirectoryCursor, pending: { readonly child: Later<Child | undefined> } | undefined) {
    try {
      return await (pending === undefined ? cursor.next(this.#position) : pending.child);
    } catch (error) {
      // The directory was removed while we were in it.
      if (isStorageError(error, 'stale') || isStorageError(error, 'notDirectory')) return undefined;
      throw error;
    }
  }

  async #enterChild(cursor: DirectoryCursor, child: Child, key: string): Promise<void> {
    if (await this.#enter(child, key, this.#mayRead(child.attributes))) return;
    // Gone since it was read, which for a directory that waits for its turn is long ago. Another one may have been renamed onto its name.
    const now = await cursor.directoryAt(child.segment, this.#position);
    if (now !== undefined) await this.#enter(now, key, this.#mayRead(now.attributes));
  }

  /** False when the directory is gone. */
  async #enter(child: Pick<Child, 'attributes' | 'xattrs'>, prefix: string, readable: boolean): Promise<boolean> {
    const { attributes } = child;
    if (prefix !== '' && prefix.startsWith(this.#prefix) && isBeyond(this.#position, prefix)) {
      try {
        if (!(await this.#isImplicit(child))) this.#marker = walkedKey(prefix, child);
      } catch (error) {
        if (!isStorageError(error, 'stale')) throw error;
        return false;
      }
    }
    if (readable) {
      this.#path.push(new DirectoryCursor({ ...this.#directory, id: attributes.id }, attributes, prefix));
    }
    return true;
  }

  async #isImplicit({ attributes, xattrs }: Pick<Child, 'attributes' | 'xattrs'>): Promise<boolean> {
    const { mount, caller } = this.#directory;
    return xattrs === undefined ? isImplicit(mount, caller, attributes.id) : xattrs.has(implicitXattr);
  }

  /** Keys come once: a name of others may stand for a key that has a file already. */
  #arrive(walked: WalkedKey): WalkedKey {
    this.#position = { at: 'after', text: walked.key };
    return walked;
  }

  #mayRead(directory: Attributes): boolean {
    const wanted = access.readData | access.execute;
    return (rightsOf(this.#directory.caller.principal, directory) & wanted) === wanted;
  }
}

function walkedKey(key: string, { attributes, xattrs }: Pick<Child, 'attributes' | 'xattrs'>): WalkedKey {
  return { key, attributes, ...(xattrs !== undefined && { xattrs }) };
}
