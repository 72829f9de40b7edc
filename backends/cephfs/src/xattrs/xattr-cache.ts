import type { FileId, WriteEpoch } from '@polynas/core/spi';
import { FileMemory } from '../attributes/file-memory.ts';
import type { Remembered } from '../attributes/file-memory.ts';

interface Values extends Remembered {
  /** By name; `undefined`: the file has no such attribute. */
  readonly byName: Map<string, Uint8Array | undefined>;
}

/** What a file takes here beyond its values, about. */
const fileBytes = 200;

/** Extended attributes that were read lately, where nobody but this process changes the volume; setting one moves the change counter. */
export class XattrCache {
  readonly #maxBytes: number;
  readonly #files: FileMemory<Values>;
  readonly #changing = new Set<FileId>();

  constructor(maxBytes: number, epoch: () => WriteEpoch) {
    this.#maxBytes = maxBytes;
    this.#files = new FileMemory(epoch);
  }

  get bytes(): number {
    return this.#files.bytes;
  }

  /** The value (a copy) or that there is none; `undefined` as a whole when it is not known. */
  get(id: FileId, change: bigint, name: string): { readonly value: Uint8Array | undefined } | undefined {
    const values = this.#files.of(id, change);
    if (values === undefined || !values.byName.has(name)) return undefined;
    this.#files.used(id, values);
    return { value: values.byName.get(name)?.slice() };
  }

  /** Of those named, the ones that the file has, for a listing: not copied, and not taken for a use; `undefined` when not all of them are known. They are right as long as `by` is not outdated. */
  those(
    id: FileId,
    change: bigint,
    names: readonly string[],
  ): { readonly xattrs: ReadonlyMap<string, Uint8Array>; readonly by: Remembered } | undefined {
    const values = this.#files.of(id, change);
    if (values === undefined) return undefined;
    const xattrs = new Map<string, Uint8Array>();
    for (const name of names) {
      const value = values.byName.get(name);
      if (value !== undefined) xattrs.set(name, value);
      else if (!values.byName.has(name)) return undefined;
    }
    return { xattrs, by: values };
  }

  add(id: FileId, change: bigint, name: string, value: Uint8Array | undefined): void {
    if (this.#changing.has(id)) return;
    const values = this.#files.of(id, change) ?? this.#files.add(id, { change, byName: new Map(), bytes: fileBytes });
    if (values.byName.has(name)) return;
    // A Buffer's own `slice` would be a view of what its owner uses again.
    values.byName.set(name, value && new Uint8Array(value));
    this.#files.grow(values, name.length + (value?.length ?? 0));
    while (this.#files.bytes > this.#maxBytes) {
      const oldest = this.#files.oldest();
      if (oldest === undefined) return;
      this.drop(oldest.id);
    }
  }

  /** Until `changed` nothing of the file is known, and nothing remembered. By who is alone on the file. */
  changing(id: FileId): void {
    this.drop(id);
    this.#changing.add(id);
  }

  changed(id: FileId): void {
    this.#changing.delete(id);
  }

  drop(id: FileId): void {
    this.#files.drop(id);
  }
}
